"""Connections to where the history is: a file of SQLite, or a database by its address.

Statements are written once, in what SQLite and PostgreSQL have in common, with `:name` for values.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

WAIT_S = 10.0  # for another writer
MOST_BYTES = 512 * 10**6  # ten thousand runs of every gate take a seventh of it
EXTRA = "pip install 'gatescore[postgresql]'"
Value = str | int | float | None


class HistoryError(Exception):
    """The history cannot be used; the text says which, why, and what to do."""


class Door(Protocol):
    """One transaction: everything done through it is kept, or nothing."""

    def ask(self, sql: str, values: Mapping[str, Value] = {}) -> Sequence[Sequence[Any]]:
        """Run one statement; returns its rows."""
        ...

    def lock(self) -> None:
        """Wait until nobody else changes the tables, and keep others from it."""
        ...

    def tables(self) -> frozenset[str]:
        """The names of the tables that there are."""
        ...


@contextmanager
def opened(
    place: str, *, write: bool = False, most_bytes: int | None = MOST_BYTES
) -> Iterator[Door]:
    """A transaction on the file or address `place`; a file may have so many bytes, None for any.

    Raises HistoryError.
    """
    if is_address(place):
        with _addressed(place) as door:
            yield door
    else:
        with _file(Path(place), write, most_bytes) as door:
            yield door


def is_address(place: str) -> bool:
    """Whether a place is the address of a database."""
    return "://" in place


def shown(place: str) -> str:
    """A place for people: an address without its password."""
    scheme, separator, rest = place.partition("://")
    if not separator:
        return place
    login, at, host = rest.rpartition("@")
    return f"{scheme}://{login.partition(':')[0]}{at}{host.partition('?')[0]}"


class _File:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ask(self, sql: str, values: Mapping[str, Value] = {}) -> Sequence[Sequence[Any]]:
        return self._connection.execute(sql, dict(values)).fetchall()

    def lock(self) -> None:
        """A writer's transaction began as one: there is no other."""

    def tables(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.ask("SELECT name FROM sqlite_master"))


@contextmanager
def _file(path: Path, write: bool, most_bytes: int | None) -> Iterator[Door]:
    try:
        if most_bytes is not None and path.exists() and path.stat().st_size > most_bytes:
            raise HistoryError(
                f"{path} has more than {most_bytes // 10**6} MB: shorten it with"
                " gatescore history prune --keep N, or take the file away"
            )
        connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise HistoryError(f"{path} cannot be opened: {error}") from error
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        yield _File(connection)
        connection.execute("COMMIT")
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise HistoryError(f"{path} is no history that can be used: {error}") from error
    finally:
        connection.close()  # what was not committed is undone


class _Database:
    def __init__(self, connection: Any, text: Any) -> None:
        self._connection = connection
        self._text = text

    def ask(self, sql: str, values: Mapping[str, Value] = {}) -> Sequence[Sequence[Any]]:
        found = self._connection.execute(self._text(sql), dict(values))
        return [tuple(row) for row in found] if found.returns_rows else []

    def lock(self) -> None:
        self.ask("SELECT pg_advisory_xact_lock(7216190)")  # a number of ours alone

    def tables(self) -> frozenset[str]:
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        return frozenset(row[0] for row in self.ask(sql))


@contextmanager
def _addressed(address: str) -> Iterator[Door]:
    try:
        import psycopg  # noqa: F401
        import sqlalchemy
    except ImportError as error:
        raise HistoryError(f"{shown(address)} needs more than is installed: {EXTRA}") from error
    scheme, _, rest = address.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise HistoryError(
            f"{shown(address)}: a history is a file or postgresql://user@host/database"
        )
    wait = f"-c statement_timeout={WAIT_S * 1000:.0f} -c lock_timeout={WAIT_S * 1000:.0f}"
    try:
        engine = sqlalchemy.create_engine(
            f"postgresql+psycopg://{rest}",
            poolclass=sqlalchemy.pool.NullPool,
            hide_parameters=True,
            connect_args={"connect_timeout": int(WAIT_S), "options": wait},
        )
        with engine.begin() as connection:
            yield _Database(connection, sqlalchemy.text)
    except (sqlalchemy.exc.SQLAlchemyError, ValueError) as error:
        why = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise HistoryError(f"{shown(address)} cannot be used: {why}") from error


def vacuum(path: Path) -> None:
    """Give the space of what was removed back to the disk. Raises HistoryError."""
    try:
        connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
        try:
            connection.execute("VACUUM")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise HistoryError(f"{path} cannot be made smaller: {error}") from error
