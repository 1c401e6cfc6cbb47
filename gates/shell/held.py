"""A request that is in flight for as long as we like: sent in parts, its answer read later."""

import contextlib
import http.client
import socket
from types import TracebackType
from typing import Self

from gates.shell.exchange import Headers
from gates.shell.network import Refused, check
from gates.shell.origins import is_standard_loopback

CONNECT_S = 5.0


class Held:
    """One request on a connection of its own, to a listed origin on loopback. Raises Refused."""

    def __init__(self, base_url: str, allow: tuple[str, ...]) -> None:
        origin = check(base_url, allow)
        if not is_standard_loopback(origin):
            raise Refused(f"{origin} is not this machine")
        self._authority = origin.authority
        where = (origin.host.strip("[]"), origin.port)
        self._line = socket.create_connection(where, timeout=CONNECT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.close()

    @property
    def port(self) -> int:
        """Our end of the connection, by which the service's end of it can be told."""
        return int(self._line.getsockname()[1])

    def begin(self, method: str, path: str, headers: Headers, length: int) -> None:
        """Send everything but the body, which is to have this length. Raises OSError."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._authority}", "Connection: close"]
        lines += [f"Content-Length: {length}"] if length else []
        lines += [f"{name}: {value}" for name, value in headers]
        self._line.sendall("\r\n".join((*lines, "", "")).encode("latin-1"))

    def send(self, part: bytes) -> None:
        """Send a part of the body; a connection that is gone shows in the answer."""
        with contextlib.suppress(OSError):
            self._line.sendall(part)

    def status(self, seconds: float) -> int:
        """The status of the whole answer; 0 where none comes in time."""
        self._line.settimeout(seconds)
        try:
            answer = http.client.HTTPResponse(self._line)
            answer.begin()
            answer.read()
        except (OSError, http.client.HTTPException, ValueError):
            return 0
        return answer.status
