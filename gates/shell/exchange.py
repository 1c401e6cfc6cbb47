"""One HTTP exchange over a line that is already connected: nothing followed, nothing decoded."""

import contextlib
import http.client

import msgspec

from gates.shell.origins import Origin
from gates.shell.wire import Line

Headers = tuple[tuple[str, str], ...]

_HEADER_BYTES = 64 * 1024
_CHUNK = 64 * 1024


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. `headers` in the order and case of the wire, read as Latin-1.

    `elapsed_s` runs from the start of the connection to the last byte of the body. `truncated`
    only in `NetworkError.response`: the body went on after `max_bytes`.
    """

    status: int
    headers: Headers
    body: bytes
    elapsed_s: float
    truncated: bool = False

    def header(self, name: str) -> str | None:
        """The first header of that name in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def exchange(
    line: Line,
    origin: Origin,
    method: str,
    path: str,
    headers: Headers,
    body: bytes,
    max_bytes: int,
) -> Response:
    """Send one request over a connected line and read its answer. `elapsed_s` is left to do.

    Raises OSError, http.client.HTTPException, ValueError; none of their texts holds a header value.
    """
    connection = http.client.HTTPConnection(origin.host, origin.port)
    connection.sock = line.socket
    # A server may answer and close before it has read the whole request.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        _send(connection, method, path, _complete(headers, origin, method, body), body)
    response = connection.getresponse()
    declared = None if response.length is None else int(response.length)
    received = _checked_headers(response)
    content, truncated = _read_body(response, max_bytes)
    if not truncated and declared is not None and len(content) < declared:
        raise http.client.HTTPException(f"the body ended after {len(content)} of {declared} bytes")
    return Response(
        status=response.status, headers=received, body=content, elapsed_s=0.0, truncated=truncated
    )


def _complete(headers: Headers, origin: Origin, method: str, body: bytes) -> Headers:
    given = {name.lower() for name, _ in headers}
    ours = [("Host", origin.authority), ("User-Agent", "gatescore"), ("Accept", "*/*")]
    ours += [("Accept-Encoding", "identity"), ("Connection", "close")]
    if body or method in {"POST", "PUT", "PATCH"}:
        ours.append(("Content-Length", str(len(body))))
    return (*(pair for pair in ours if pair[0].lower() not in given), *headers)


def _send(
    connection: http.client.HTTPConnection, method: str, path: str, headers: Headers, body: bytes
) -> None:
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        try:
            connection.putheader(name, value)
        except ValueError:  # the library's own words would show the value, maybe a secret
            raise ValueError(f"header {name!r} holds a character that cannot be sent") from None
    connection.endheaders(body or None)


def _checked_headers(response: http.client.HTTPResponse) -> Headers:
    defects = {type(defect).__name__ for defect in response.msg.defects}
    if "MissingHeaderBodySeparatorDefect" in defects:
        raise http.client.HTTPException("a header line without a colon")
    pairs = tuple((name, str(value)) for name, value in response.msg.items())
    if sum(len(name) + len(value) + 4 for name, value in pairs) > _HEADER_BYTES:
        raise http.client.HTTPException(f"headers of more than {_HEADER_BYTES} bytes")
    return pairs


def _read_body(response: http.client.HTTPResponse, max_bytes: int) -> tuple[bytes, bool]:
    content = bytearray()
    while len(content) <= max_bytes:
        chunk = response.read(min(_CHUNK, max_bytes + 1 - len(content)))
        if not chunk:
            return bytes(content), False
        content += chunk
    return bytes(content[:max_bytes]), True
