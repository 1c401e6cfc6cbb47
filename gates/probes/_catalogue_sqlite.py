"""Reads the tables of an SQLite database, and its schema as facts that can be compared."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from gates.core.catalogue import Column, ForeignKey, Table

_QUOTES = re.compile(r'"([A-Za-z_]\w*)"|`([A-Za-z_]\w*)`|\[([A-Za-z_]\w*)\]')
_CREATED = re.compile(r"create\s+(?:temp\w*\s+)?table\s+(?:if\s+not\s+exists\s+)?", re.I)


def tables(connection: sqlite3.Connection) -> tuple[Table, ...]:
    """Every table of the target's own, without those that SQLite keeps for itself."""
    names = _names(connection)
    there = frozenset(name.lower() for name in names)
    return tuple(_table(connection, name, there) for name in names)


def _names(connection: sqlite3.Connection) -> list[str]:
    """Names of plain tables: no views, no virtual tables and none behind those."""
    if sqlite3.sqlite_version_info >= (3, 37):
        query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    rows = connection.execute(f"{query} ORDER BY name")
    return [row[0] for row in rows if not row[0].startswith("sqlite_")]


def _table(connection: sqlite3.Connection, name: str, there: frozenset[str]) -> Table:
    columns = _asked(connection, "SELECT name, type, pk FROM pragma_table_xinfo(?)", name)
    keyed = sorted((row[2], row[0]) for row in columns if row[2])
    return Table(
        name=name,
        columns=tuple(Column(row[0], row[1]) for row in columns),
        key=tuple(column for _, column in keyed),
        foreign_keys=tuple(_foreign_keys(connection, name, there)),
        indexes=tuple(_indexes(connection, name)),
    )


def _foreign_keys(
    connection: sqlite3.Connection, name: str, there: frozenset[str]
) -> Iterator[ForeignKey]:
    query = 'SELECT id, "table", "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq'
    found: dict[int, tuple[str, list[str]]] = {}
    for number, table, column in _asked(connection, query, name):
        found.setdefault(number, (table, []))[1].append(column)
    for table, columns in found.values():
        broken = table.lower() not in there
        yield ForeignKey(columns=tuple(columns), table=table, broken=broken)


def _indexes(connection: sqlite3.Connection, name: str) -> Iterator[tuple[str, ...]]:
    """Columns of each index over all rows; an expression is no column, and has the name ""."""
    listed = "SELECT name FROM pragma_index_list(?) WHERE partial = 0 ORDER BY name"
    for (index,) in _asked(connection, listed, name):
        query = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
        yield tuple(row[0] or "" for row in _asked(connection, query, index))


def _asked(connection: sqlite3.Connection, query: str, name: str) -> list[Any]:
    return connection.execute(query, (name,)).fetchall()


def facts(connection: sqlite3.Connection) -> frozenset[str]:
    """The schema as a set of statements: order of columns, quotes and blanks do not count."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    found: set[str] = set()
    for kind, name, sql in connection.execute(query):
        if kind == "table" and _CREATED.match(sql or ""):
            found |= {f"table {name}: {part}" for part in parts(sql)}
        else:
            found.add(f"{kind} {name}: {_even(sql or '')}")
    return frozenset(found)


def parts(sql: str) -> Iterator[str]:
    """What a CREATE TABLE lists, one by one, and what follows its list."""
    start, end = sql.find("("), sql.rfind(")")
    if start < 0:
        yield _even(sql)
        return
    depth, quote, part = 0, "", ""
    for character in sql[start + 1 : end]:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        depth += (not quote) * ((character == "(") - (character == ")"))
        if character == "," and depth == 0 and not quote:
            yield _even(part)
            part = ""
        else:
            part += character
    yield _even(part)
    yield f"options {_even(sql[end + 1 :])}"


def _even(sql: str) -> str:
    bare = _QUOTES.sub(lambda found: next(group for group in found.groups() if group), sql)
    return " ".join(re.sub(r"([(),])", r" \1 ", bare).split())


def rows(connection: sqlite3.Connection, most: int) -> frozenset[str]:
    """The first rows of every table, as text."""
    found: set[str] = set()
    for name in _names(connection):
        quoted = name.replace('"', '""')
        # The name is the database's own, quoted: tables cannot be parameters.
        for row in connection.execute(f'SELECT * FROM "{quoted}" LIMIT {most}'):  # noqa: S608  # nosec B608
            found.add(f"{name}: {row!r}")
    return frozenset(found)
