"""Reads the stored form of a password from the database of a target; never writes there."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gates.core import read_queries
from gates.shell.variables import VariableMissing, expand

_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})
_SECONDS = 5


class StoreError(Exception):
    """The store cannot be read; the text says why and holds no value of it."""


def stored(database: str, query: str, name: str, variables: Mapping[str, str]) -> str | None:
    """What the query gives for an account, several columns joined by ":"; None for no row.

    Raises StoreError.
    """
    if problem := read_queries.flaw(query):
        raise StoreError(f"passwords.query {problem}: write one SELECT with :name")
    try:
        place = expand(database, variables, where="passwords.database")
    except VariableMissing as error:
        raise StoreError(str(error)) from None
    scheme = place.partition("://")[0].lower() if "://" in place else ""
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        row = _postgres("postgresql://" + place.partition("://")[2], query, name)
    elif scheme in ("", "sqlite", "file"):
        row = _sqlite(place, query, name)
    else:
        raise StoreError(f"passwords.database: {scheme} is not known; allowed: a file, postgresql")
    return None if row is None else ":".join(_text(part) for part in row if part is not None)


def _sqlite(place: str, query: str, name: str) -> tuple[Any, ...] | None:
    path = Path(place.removeprefix("file:").removeprefix("sqlite://").replace("//", "/"))
    if not path.is_file():
        raise StoreError(f"passwords.database: there is no file {path.name}")
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_SECONDS
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            row: tuple[Any, ...] | None = connection.execute(query, {"name": name}).fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(f"passwords.database: {error}") from None
    return row


def _postgres(address: str, query: str, name: str) -> tuple[Any, ...] | None:
    try:
        import psycopg
        from psycopg import conninfo
    except ImportError:
        detail = "passwords.database: PostgreSQL needs psycopg; install gatescore[postgresql]"
        raise StoreError(detail) from None
    try:
        _only_here(conninfo.conninfo_to_dict(address))
        with psycopg.connect(address, connect_timeout=_SECONDS) as connection:
            connection.read_only = True
            connection.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
            # The text of the query is the target file's own, checked to be one SELECT.
            text: Any = read_queries.with_percent(query).encode()
            return connection.execute(text, {"name": name}).fetchone()
    except psycopg.Error as error:
        first = str(error).strip().splitlines() or [type(error).__name__]
        raise StoreError(f"passwords.database: {first[0][:200]}") from None


def _only_here(said: Mapping[str, Any]) -> None:
    """Every host has to be this machine: a probe speaks to nobody else (P62)."""
    if said.get("service"):
        raise StoreError("passwords.database: names a service of psql; write out its host")
    named = f"{said.get('host') or ''},{said.get('hostaddr') or ''}"
    for host in named.split(","):
        if host not in _LOCAL and not host.startswith("/"):
            detail = "is not this machine; allowed: localhost, 127.0.0.1, ::1 or a socket's folder"
            raise StoreError(f"passwords.database: {host} {detail}")


def _text(part: Any) -> str:
    if isinstance(part, memoryview):
        part = bytes(part)
    if isinstance(part, bytes):
        try:
            found = part.decode("ascii")
        except UnicodeDecodeError:
            return part.hex()
        return found if found.isprintable() else part.hex()
    return str(part)
