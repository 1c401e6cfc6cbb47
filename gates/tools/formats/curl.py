"""A recorded request as a command for people: quoted for a shell, secrets as variables."""

import base64
import binascii
import re
import shlex

import msgspec

BODY = 4_096  # bytes
FILTERED = "[Filtered]"
_ORIGIN = re.compile(r"https?://[^/?#]*")
_OWN = ("content-length", "host", "connection", "accept-encoding", "user-agent", "accept")


class Body(msgspec.Struct, frozen=True):
    """A body as Schemathesis records it."""

    base64: str = msgspec.field(name="$base64")


class Request(msgspec.Struct, frozen=True):
    """A recorded request; header values that were secret read `[Filtered]`."""

    method: str
    uri: str
    headers: dict[str, tuple[str, ...]] = {}
    body: Body | None = None


def command(request: Request) -> str:
    """Return a curl command line; a body over BODY bytes is cut and marked as cut.

    The origin is the variable BASE_URL: the port of the run is gone when somebody reads this.
    """
    parts = ["curl", "-X", shlex.quote(request.method)]
    for name, values in request.headers.items():
        if name.lower() not in _OWN:
            parts.extend(_header(name, value) for value in values)
    if request.body is not None:
        parts.append(_data(request.body))
    parts.append(_address(request.uri))
    return " ".join(parts)


def _header(name: str, value: str) -> str:
    if FILTERED not in value:
        return f"-H {_quoted(f'{name}: {value}')}"
    variable = re.sub(r"[^A-Za-z0-9]", "_", name).upper()
    return f'-H {_quoted(f"{name}: ")}"${{{variable}}}"'


def _address(uri: str) -> str:
    origin = _ORIGIN.match(uri)
    return f'"$BASE_URL"{_quoted(uri[origin.end() :])}' if origin else _quoted(uri)


def _data(body: Body) -> str:
    try:
        data = base64.b64decode(body.base64, validate=True)
    except (binascii.Error, ValueError):
        return "--data-binary @BODY"
    cut = f" # body cut: {BODY} of {len(data)} bytes" if len(data) > BODY else ""
    return f"--data-binary {_quoted(data[:BODY].decode('utf-8', 'replace') + cut)}"


def _quoted(text: str) -> str:
    """One word of a shell; what is not printable is written as an escape of $'…'."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(_escape(letter) for letter in text)
    return f"$'{escaped}'"


def _escape(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))
