"""Reads the stored form of a password from the database of a target; never writes there."""

from collections.abc import Mapping
from typing import Any

from gates.core import read_queries
from gates.probes._databases import DatabaseError, postgresql, sqlite
from gates.shell.variables import VariableMissing, expand

_KEY = "passwords.database"


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
    path = place.removeprefix("file:").removeprefix("sqlite://").replace("//", "/")
    try:
        with sqlite(path, _KEY) as connection:
            row: tuple[Any, ...] | None = connection.execute(query, {"name": name}).fetchone()
    except DatabaseError as error:
        raise StoreError(str(error)) from None
    return row


def _postgres(address: str, query: str, name: str) -> tuple[Any, ...] | None:
    # The text of the query is the target file's own, checked to be one SELECT.
    text = read_queries.with_percent(query).encode()
    try:
        with postgresql(address, _KEY) as connection:
            row: tuple[Any, ...] | None = connection.execute(text, {"name": name}).fetchone()
    except DatabaseError as error:
        raise StoreError(str(error)) from None
    return row


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
