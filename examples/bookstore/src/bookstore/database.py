"""SQLite for many threads: pooled connections, concurrent readers, one writer at a time."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock

from bookstore.availability import Unavailable
from bookstore.pool import Pool

Observer = Callable[[str, float], None]
FileIdentity = tuple[int, int]
Factory = type[sqlite3.Connection]

BUSY_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class _Pooled:
    """A connection, and which file it has open."""

    connection: sqlite3.Connection
    file: FileIdentity


def connect(
    path: Path, *, create: bool = False, factory: Factory = sqlite3.Connection
) -> sqlite3.Connection:
    """A connection in explicit-transaction mode, with foreign keys enforced and WAL on.

    Only migrations create a file: a service that made an empty one would hide that its data
    are gone. sqlite3.OperationalError when there is no file.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        factory=factory,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class Database:
    """Hands out connections; `observe` hears the kind and the seconds of each transaction."""

    def __init__(
        self, path: Path, observe: Observer, factory: Factory = sqlite3.Connection
    ) -> None:
        self._path = path
        self._factory = factory
        self._observe = observe
        self._idle: LifoQueue[_Pooled] = LifoQueue()
        self._writing = Lock()
        self.pool = Pool(BUSY_TIMEOUT_S)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent snapshot for all statements of the block; Unavailable without a file."""
        with self._timed("read"), self._transaction("BEGIN DEFERRED") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """All of the block or, if it raises, nothing of it. Unavailable after two seconds."""
        # Queueing here is fair and immediate; SQLite's own busy handler sleeps and retries.
        with self._timed("write"):
            if not self._writing.acquire(timeout=BUSY_TIMEOUT_S):
                raise Unavailable("too many writers are waiting")
            try:
                with self._transaction("BEGIN IMMEDIATE") as connection:
                    yield connection
            finally:
                self._writing.release()

    def close(self) -> None:
        """Close every idle connection, which also folds the write-ahead log back."""
        while True:
            try:
                self._idle.get_nowait().connection.close()
            except Empty:
                return

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._observe(kind, time.perf_counter() - started)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self.pool.room():
            pooled = self._begun(begin)
            try:
                with pooled.connection:
                    yield pooled.connection
            finally:
                self._idle.put(pooled)

    def _begun(self, begin: str) -> _Pooled:
        try:
            pooled = self._take()
            pooled.connection.execute(begin)
        except (OSError, sqlite3.DatabaseError) as error:
            raise Unavailable(f"the database cannot be used: {error}") from error
        return pooled

    def _take(self) -> _Pooled:
        """An idle connection to the file that is there now, or a new one.

        An open connection would go on with a file that was moved away or replaced.
        """
        found = os.stat(self._path)
        file = (found.st_dev, found.st_ino)
        while True:
            try:
                pooled = self._idle.get_nowait()
            except Empty:
                return _Pooled(connect(self._path, factory=self._factory), file)
            if pooled.file == file:
                return pooled
            pooled.connection.close()
