"""Many connections that do nothing, bounded in number, to a service on this machine alone.

They are opened in portions, so that whoever opens them can look at the service in between. Each
is an ordinary connection of its own; `Idle.close` resets them all at once.
"""

import contextlib
import errno
import http.client
import resource
import selectors
import socket
import struct
import time
from enum import StrEnum
from types import TracebackType
from typing import Self

from gates.shell.exchange import Headers
from gates.shell.network import Refused, check
from gates.shell.origins import is_standard_loopback

MOST_CONNECTIONS = 20_000
MOST_UNANSWERED = 10
RESERVED_FILES = 64  # of our own, for everything else
SOURCES = tuple(f"127.0.0.{last}" for last in range(2, 10))  # where one address is used up
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER 0: no port stays in TIME_WAIT
_NO_PORT_YET = getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24)  # linux/in.h


class Limit(StrEnum):
    """What keeps us, not the service, from opening more."""

    NONE = ""
    FILES = "files"
    PORTS = "ports"


def files_left(wanted: int) -> int:
    """Return how many connections this process may hold; raises its own soft limit for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED_FILES
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    return wanted if soft == resource.RLIM_INFINITY else max(0, min(wanted, soft - RESERVED_FILES))


class Idle:
    """Idle connections to a listed origin on loopback. Raises Refused for any other."""

    def __init__(self, base_url: str, allow: tuple[str, ...]) -> None:
        origin = check(base_url, allow)
        if not is_standard_loopback(origin):
            raise Refused(f"{origin} is not this machine: idle connections are held to no other")
        if origin.scheme != "http":
            raise Refused(f"{origin} speaks TLS: idle connections are held over http only")
        self._authority = origin.authority
        self._where = (origin.host.strip("[]").replace("localhost", "127.0.0.1"), origin.port)
        self._family = socket.AF_INET6 if ":" in self._where[0] else socket.AF_INET
        self._sources = list(SOURCES if self._family == socket.AF_INET else ())
        self._source = ""
        self._open: list[socket.socket] = []
        self.limit = Limit.NONE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._open)

    def open(self, count: int, seconds: float) -> int:
        """Open so many more, all at once; returns how many were accepted in time.

        `limit` says afterwards whether it was this machine that could not.
        """
        count = min(count, MOST_CONNECTIONS - len(self._open))
        waiting = selectors.DefaultSelector()
        with waiting:
            for _ in range(count):
                line = self._begin()
                if line is None:
                    break
                waiting.register(line, selectors.EVENT_WRITE)
            return self._finish(waiting, time.monotonic() + seconds)

    def alive(self) -> int:
        """Let go of those that the service has closed; returns how many are left."""
        kept = []
        for line in self._open:
            if _is_open(line):
                kept.append(line)
            else:
                line.close()
        self._open = kept
        return len(kept)

    def keep(self, count: int) -> None:
        """Close the last opened ones, until so many are left."""
        while len(self._open) > count:
            self._open.pop().close()

    def ask(self, path: str, headers: Headers, count: int, seconds: float) -> tuple[int, int]:
        """Send GET over `count` of them, evenly chosen; returns (asked, answered in time).

        Time is of each answer, any status is one. After ten without an answer it stops.
        """
        chosen = self._open[:: max(1, len(self._open) // max(count, 1))][:count]
        lines = [f"GET {path} HTTP/1.1", f"Host: {self._authority}"]
        lines += [f"{name}: {value}" for name, value in headers]
        data = "\r\n".join((*lines, "", "")).encode("latin-1")
        asked = answered = 0
        for line in chosen:
            asked += 1
            answered += _answers(line, data, seconds)
            if asked - answered >= MOST_UNANSWERED:
                break
        return asked, answered

    def close(self) -> None:
        """Reset them all."""
        self.keep(0)

    def _begin(self) -> socket.socket | None:
        """A connection under way; None where there can be no more: `limit` says whose fault."""
        while True:
            try:
                return self._connecting()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self.limit = Limit.FILES
                    return None
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EADDRINUSE):
                    return None  # refused
                if not self._sources:
                    self.limit = Limit.PORTS
                    return None
                self._source = self._sources.pop(0)

    def _connecting(self) -> socket.socket:
        line = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            line.setblocking(False)
            if self._source:
                with contextlib.suppress(OSError):  # not everywhere known: a port is taken sooner
                    line.setsockopt(socket.IPPROTO_IP, _NO_PORT_YET, 1)
                line.bind((self._source, 0))
            line.connect(self._where)
        except BlockingIOError:
            return line
        except OSError:
            line.close()
            raise
        return line

    def _finish(self, waiting: selectors.BaseSelector, end: float) -> int:
        accepted = 0
        while waiting.get_map() and (left := end - time.monotonic()) > 0:
            for key, _ in waiting.select(left):
                line = key.fileobj
                assert isinstance(line, socket.socket)  # noqa: S101  nothing else was registered
                waiting.unregister(line)
                if line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    line.close()
                else:
                    self._open.append(line)
                    accepted += 1
        for key in list(waiting.get_map().values()):
            waiting.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
        return accepted


def _is_open(line: socket.socket) -> bool:
    """Whether the other side has neither closed nor reset it; what it sent is read."""
    try:
        while line.recv(65536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _answers(line: socket.socket, data: bytes, seconds: float) -> bool:
    """Whether a request over this connection is answered as a whole in time."""
    try:
        line.settimeout(seconds)
        line.sendall(data)
        answer = http.client.HTTPResponse(line, method="GET")
        answer.begin()
        answer.read()
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        line.setblocking(False)
    return True
