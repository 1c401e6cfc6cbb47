"""Opens the database behind a target to read it: SQLite, or PostgreSQL on this machine.

Nothing can be written through what is opened here: both are opened read-only.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from gates.shell.variables import VariableMissing, expand

LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})
SECONDS = 5
EXTRA = "PostgreSQL needs psycopg; install gatescore[postgresql]"


class DatabaseError(Exception):
    """The database cannot be read; the text says why and holds no value of it."""


class Kind(StrEnum):
    """Databases that can be read."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database is: the file of SQLite, or the address that libpq reads; may be secret."""

    kind: Kind
    address: str


def place(url: str, variables: Mapping[str, str], key: str) -> Place:
    """What `url` names, its variables filled in; `key` names it in errors. Raises DatabaseError."""
    try:
        said = expand(url, variables, where=key)
    except VariableMissing as error:
        raise DatabaseError(str(error)) from None
    scheme, _, rest = said.partition(":")
    word = scheme.partition("+")[0].lower()
    if word in ("postgresql", "postgres") and rest.startswith("//"):
        return Place(kind=Kind.POSTGRESQL, address=f"postgresql:{rest}")
    if word == "sqlite":
        return Place(kind=Kind.SQLITE, address=_file(rest))
    if word == "file":
        return Place(kind=Kind.SQLITE, address=rest.removeprefix("//"))
    if not said or "://" in said:
        found = f"{word}:// is not known" if said else "is empty"
        raise DatabaseError(f"{key}: {found}; allowed: sqlite:FILE or postgresql://…")
    return Place(kind=Kind.SQLITE, address=said)


def _file(rest: str) -> str:
    """The file of an address such as sqlite:/a/b.db, or of SQLAlchemy's sqlite:////a/b.db."""
    return rest.removeprefix("///") if rest.startswith("///") else rest.removeprefix("//")


@contextmanager
def sqlite(file: str, key: str) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write. Raises DatabaseError, also for errors of the block."""
    path = Path(file)
    if not path.is_file():
        raise DatabaseError(f"{key}: there is no file {path.name}")
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(address, uri=True, timeout=SECONDS)
        try:
            connection.execute("PRAGMA query_only = ON")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DatabaseError(f"{key}: {error}") from None


@contextmanager
def postgresql(address: str, key: str) -> Iterator[Any]:
    """A connection in a read-only transaction. Raises DatabaseError, also for errors of the block.

    Every host has to be this machine: a probe speaks to nobody else (P62).
    """
    try:
        import psycopg
        from psycopg import conninfo
    except ImportError:
        raise DatabaseError(f"{key}: {EXTRA}") from None
    try:
        if problem := elsewhere(conninfo.conninfo_to_dict(address)):
            raise DatabaseError(f"{key}: {problem}")
        with psycopg.connect(address, connect_timeout=SECONDS) as connection:
            connection.read_only = True
            connection.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
            yield connection
    except psycopg.Error as error:
        first = str(error).strip().splitlines() or [type(error).__name__]
        raise DatabaseError(f"{key}: {first[0][:200]}") from None


def elsewhere(said: Mapping[str, Any]) -> str:
    """What keeps an address from being of this machine alone, "" if nothing does."""
    if said.get("service"):
        return "names a service of psql; write out its host"
    named = f"{said.get('host') or ''},{said.get('hostaddr') or ''}"
    for host in named.split(","):
        if host not in LOCAL and not host.startswith("/"):
            allowed = "localhost, 127.0.0.1, ::1 or a socket's folder"
            return f"{host} is not this machine; allowed: {allowed}"
    return ""
