"""SQLite for many threads: pooled connections, concurrent readers, one writer at a time."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock

Observer = Callable[[str, float], None]

BUSY_TIMEOUT_S = 5.0


def connect(path: Path) -> sqlite3.Connection:
    """A connection in explicit-transaction mode, with foreign keys enforced and WAL on."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class Database:
    """Hands out connections; `observe` hears the kind and the seconds of each transaction."""

    def __init__(self, path: Path, observe: Observer) -> None:
        self._path = path
        self._observe = observe
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._writing = Lock()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent snapshot for all statements of the block."""
        with self._transaction("read", "BEGIN DEFERRED") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """All of the block or, if it raises, nothing of it."""
        # Queueing here is fair and immediate; SQLite's own busy handler sleeps and retries.
        with self._writing, self._transaction("write", "BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close every idle connection, which also folds the write-ahead log back."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _transaction(self, kind: str, begin: str) -> Iterator[sqlite3.Connection]:
        started = time.perf_counter()
        connection = self._take()
        try:
            connection.execute(begin)
            with connection:
                yield connection
        finally:
            self._idle.put(connection)
            self._observe(kind, time.perf_counter() - started)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            return connect(self._path)
