"""Asks the database itself how it answers the statements that were seen, and how much it holds."""

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gates.core.query_findings import Seen
from gates.core.query_plans import QueryPlan, Way, of_postgresql, of_sqlite
from gates.core.statements import Said, is_one, numbered
from gates.probes import _databases
from gates.probes._databases import Kind, Place

KEY = "database.url"
ROWS = "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)"


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What the database said; `refused` are statements that it would not explain, and why."""

    seen: Seen
    refused: dict[str, str] = {}


def explained(
    place: Place, size: int, texts: Mapping[str, str], said: Mapping[str, Said]
) -> Explained:
    """The plan of each statement, by its normalised form. Raises DatabaseError."""
    plans: dict[str, QueryPlan] = {}
    refused: dict[str, str] = {}
    tables = sorted({table for one in texts for table in said[one].tables.values()})
    match place.kind:
        case Kind.SQLITE:
            with _databases.sqlite(place.address, KEY) as connection:
                tables = _own_tables(connection, tables)
                rows = {table: _sqlite_rows(connection, table) for table in tables}
                for text, sql in texts.items():
                    named = {k: t for k, t in said[text].tables.items() if t in rows}
                    try:
                        plans[text] = of_sqlite(_sqlite_plan(connection, sql), named)
                    except sqlite3.Error as error:
                        refused[text] = str(error)
        case Kind.POSTGRESQL:
            with _databases.postgresql(place.address, KEY) as connection:
                rows = {table: _postgresql_rows(connection, table) for table in tables}
                for text, sql in texts.items():
                    plan = _postgresql_plan(connection, sql)
                    if isinstance(plan, QueryPlan):
                        plans[text] = plan
                    else:
                        refused[text] = plan
    return Explained(seen=Seen(size=size, plans=plans, rows=rows), refused=refused)


def _own_tables(connection: sqlite3.Connection, tables: Iterable[str]) -> list[str]:
    """The tables that there are: not sqlite_master, table-valued functions or common tables."""
    known = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    there = {str(row[0]) for row in known}
    return [table for table in tables if table in there]


def _sqlite_rows(connection: sqlite3.Connection, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    # The name is one of sqlite_master, quoted; a table cannot be a parameter.
    asked = f"SELECT count(*) FROM {quoted}"  # noqa: S608  # nosec B608
    return int(connection.execute(asked).fetchone()[0])


def _sqlite_plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    text, values = numbered(sql, "?")
    rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", [None] * values)
    return [str(row[3]) for row in rows]


def _postgresql_rows(connection: Any, table: str) -> int:
    """What the server counted last: an estimate, as its planner has it."""
    row = connection.execute(ROWS, (table,)).fetchone()
    return max(int(row[0]), 0) if row else 0


def _postgresql_plan(connection: Any, sql: str) -> QueryPlan | str:
    """The plan for any values, or why there is none.

    A table is walked in it only where no index could be used: the planner walks a small table, or
    most of a large one, whatever indexes there are.
    """
    import psycopg

    if not is_one(sql):
        return "several statements in one"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            plan = _postgresql_explained(connection, sql)
            if any(step.way is Way.SCANNED for step in plan.steps):
                connection.execute("SET LOCAL enable_seqscan = off")
                plan = _postgresql_explained(connection, sql)
    except psycopg.Error as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return plan


def _postgresql_explained(connection: Any, sql: str) -> QueryPlan:
    """The plan of the statement, prepared anew: a prepared one keeps its plan."""
    text, values = numbered(sql, "$")
    name = f"gatescore_{secrets.token_hex(8)}"  # one that failed stays until the connection ends
    given = f"({', '.join(['NULL'] * values)})" if values else ""
    connection.execute(f"PREPARE {name} AS {text}".encode())
    said = f"EXPLAIN (FORMAT JSON) EXECUTE {name}{given}"
    row = connection.execute(said.encode()).fetchone()
    connection.execute(f"DEALLOCATE {name}".encode())
    return of_postgresql(row[0])
