"""Who listens on a port: the proof that we speak to the process that we started."""

from collections.abc import Iterator

import msgspec
import psutil

# Where a socket must be bound to answer a client of 127.0.0.1; 127.0.0.2 is somebody else.
ANSWERING = ("127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1")  # noqa: S104  # nosec B104


class Listener(msgspec.Struct, frozen=True, order=True):
    """A listening socket. `pid` is 0 where the system hides whose it is (another user's)."""

    port: int
    pid: int

    def __str__(self) -> str:
        if self.pid == 0:
            return "a process of another user"
        try:
            return f"pid {self.pid} ({psutil.Process(self.pid).name()})"
        except psutil.Error:
            return f"pid {self.pid}"


def listeners(root: int) -> tuple[Listener, ...]:
    """Every socket that answers on 127.0.0.1; only those below `root` where no more is shown."""
    return tuple(sorted(set(_sockets(root))))


def family(root: int) -> frozenset[int]:
    """The pids of a process and of all its descendants; empty if it is gone."""
    try:
        process = psutil.Process(root)
        return frozenset({root, *(child.pid for child in process.children(recursive=True))})
    except psutil.Error:
        return frozenset()


def on_port(port: int) -> tuple[Listener, ...]:
    """Who listens on one port."""
    return tuple(found for found in listeners(0) if found.port == port)


def _sockets(root: int) -> Iterator[Listener]:
    try:
        everything = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS shows a user his own processes only
        yield from _own_sockets(root)
        return
    for found in everything:
        if port := _answering(found.status, found.laddr):
            yield Listener(port, found.pid or 0)


def _own_sockets(root: int) -> Iterator[Listener]:
    for pid in family(root) if root else ():
        try:
            opened = psutil.Process(pid).net_connections("tcp")
        except psutil.Error:
            continue
        for found in opened:
            if port := _answering(found.status, found.laddr):
                yield Listener(port, pid)


def _answering(status: str, bound: tuple[str, int] | tuple[()]) -> int:
    """The port of a socket that answers on 127.0.0.1; 0 if it does not."""
    if status != psutil.CONN_LISTEN or not bound or bound[0] not in ANSWERING:
        return 0
    return bound[1]
