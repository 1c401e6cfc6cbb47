"""Room for so many connections at a time: who finds none waits, and is refused after a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from bookstore.availability import Unavailable

SIZE = 4


class Pool:
    """Counts who has a connection and who waits for one."""

    def __init__(self, patience_s: float, size: int = SIZE) -> None:
        self.size = size
        self.in_use = 0
        self.waiting = 0
        self._patience_s = patience_s
        self._free = BoundedSemaphore(size)
        self._counting = Lock()

    @contextmanager
    def room(self) -> Iterator[None]:
        """Room for one connection for as long as the block lasts. Unavailable if there is none."""
        if not self._free.acquire(blocking=False):
            self._wait()
        self._count(in_use=1)
        try:
            yield
        finally:
            self._count(in_use=-1)
            self._free.release()

    def _wait(self) -> None:
        self._count(waiting=1)
        try:
            if not self._free.acquire(timeout=self._patience_s):
                raise Unavailable("too many transactions are waiting")
        finally:
            self._count(waiting=-1)

    def _count(self, *, in_use: int = 0, waiting: int = 0) -> None:
        with self._counting:
            self.in_use += in_use
            self.waiting += waiting
