"""A socket whose whole life, and a name look-up whose answer, end at a wall-clock deadline."""

import contextlib
import queue
import socket
import ssl
import threading
import time
from types import TracebackType
from typing import Self

_LOOKUP_S = 5.0


class Line:
    """One connection. A timer shuts the socket down at the deadline, whatever the peer sends.

    Time-outs of a socket count silence between two bytes; a peer that drips is never silent.
    """

    def __init__(self, deadline_s: float) -> None:
        self.expired = False
        self.socket: socket.socket | None = None
        self._ends = time.monotonic() + deadline_s
        self._lock = threading.Lock()
        self._timer = threading.Timer(deadline_s, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self.socket:
                self.socket.close()

    def connect(
        self, addresses: tuple[str, ...], port: int, tls: ssl.SSLContext | None, server_name: str
    ) -> None:
        """Connect to the first address that accepts. Raises OSError."""
        self._adopt(self._first(addresses, port))
        if tls and self.socket:
            wrapped = tls.wrap_socket(
                self.socket, server_hostname=server_name, do_handshake_on_connect=False
            )
            self._adopt(wrapped)
            wrapped.do_handshake()

    def _first(self, addresses: tuple[str, ...], port: int) -> socket.socket:
        problem: OSError | None = None
        for address in addresses:
            try:
                # No name is looked up here: the address was judged and is used as it stands.
                return socket.create_connection((address, port), timeout=self._left())
            except OSError as error:
                problem = error
        raise problem or OSError("no address")

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _adopt(self, line: socket.socket) -> None:
        line.settimeout(None if self.expired else self._left())
        with self._lock:
            self.socket = line
            if self.expired:
                _shut(line)

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self.socket:
                _shut(self.socket)


def _shut(line: socket.socket) -> None:
    # The plain socket's own method: the one of ssl drops its state under a reading thread.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """Every address the system knows for a name; () if there is none or no answer in 5 s."""
    answer: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(_look_up(host, port)), daemon=True).start()
    try:
        return answer.get(timeout=_LOOKUP_S)
    except queue.Empty:
        return ()


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
