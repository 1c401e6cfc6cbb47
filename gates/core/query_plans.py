"""Reads how a database means to answer a statement: which tables it walks, and which it looks up.

Sources: sqlite.org/eqp.html for EXPLAIN QUERY PLAN; the PostgreSQL manual, "Using EXPLAIN", for
EXPLAIN (FORMAT JSON).
"""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

import msgspec

from gates.core.statements import Said

SQLITE = re.compile(r"(SCAN|SEARCH) (?:TABLE )?(\S+)(?: AS (\S+))?(?: (USING .*))?", re.IGNORECASE)
OWN_INDEX = re.compile(r"USING AUTOMATIC", re.IGNORECASE)
COVERING = re.compile(r"USING (?:\w+ )*COVERING INDEX|USING PRIMARY KEY", re.IGNORECASE)
POSTGRESQL_SCAN = "Seq Scan"
POSTGRESQL_INDEX = {"Index Scan", "Bitmap Heap Scan", "Tid Scan", "Sample Scan"}


class Way(IntEnum):
    """How a table is read, the cheaper first."""

    LOOKED_UP = 0
    INDEX_ALONE = 1
    SCANNED = 2


class Step(msgspec.Struct, frozen=True, order=True):
    """One table of a plan."""

    table: str
    way: Way
    said: str  # in the database's own words


class QueryPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The tables in the order of the plan. `sorts`: rows are gathered before the first is given."""

    steps: tuple[Step, ...] = ()
    sorts: bool = False

    @property
    def shape(self) -> str:
        """The plan in one line."""
        return "; ".join(step.said for step in self.steps) or "no table"


def of_sqlite(details: Iterable[str], tables: Mapping[str, str]) -> QueryPlan:
    """The plan of the `detail` column of EXPLAIN QUERY PLAN. `tables` are those of the statement.

    What is no table of the statement, as a subquery or json_each, is left out.
    """
    steps, sorts = [], False
    for detail in details:
        sorts = sorts or detail.startswith("USE TEMP B-TREE")
        read = SQLITE.match(detail)
        table = tables.get(read[3] or read[2]) or tables.get(read[2]) if read else None
        if read and table:
            steps.append(Step(table, _sqlite_way(read[1].upper(), read[4] or ""), detail))
    return QueryPlan(steps=tuple(steps), sorts=sorts)


def _sqlite_way(verb: str, using: str) -> Way:
    if OWN_INDEX.search(using):
        return Way.SCANNED  # every row is read to build an index that is thrown away
    if verb == "SEARCH":
        return Way.LOOKED_UP
    return Way.INDEX_ALONE if COVERING.search(using) else Way.SCANNED


def of_postgresql(document: Any) -> QueryPlan:
    """The plan of EXPLAIN (FORMAT JSON). Raises KeyError or TypeError on anything else."""
    nodes = list(_nodes(document[0]["Plan"]))
    return QueryPlan(
        steps=tuple(step for node in nodes for step in _postgresql_step(node)),
        sorts=any(node["Node Type"] in ("Sort", "Aggregate", "HashAggregate") for node in nodes),
    )


def _nodes(node: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _postgresql_step(node: dict[str, Any]) -> Iterable[Step]:
    kind, table = str(node["Node Type"]), str(node.get("Relation Name", ""))
    if not table:
        return
    index = node.get("Index Name")
    said = f"{kind} on {table}{f' using {index}' if index else ''}"
    if kind == POSTGRESQL_SCAN:
        yield Step(table, Way.SCANNED, said)
    elif kind == "Index Only Scan":
        looked_up = "Index Cond" in node
        yield Step(table, Way.LOOKED_UP if looked_up else Way.INDEX_ALONE, said)
    elif kind in POSTGRESQL_INDEX:
        looked_up = kind != "Index Scan" or "Index Cond" in node
        yield Step(table, Way.LOOKED_UP if looked_up else Way.SCANNED, said)


def scanned(plan: QueryPlan, said: Said) -> tuple[Step, ...]:
    """The tables that are read from end to end.

    A statement that stops after so many rows, and neither leaves rows out nor sorts, reads no
    more than it gives.
    """
    bounded = said.is_limited and not said.is_filtered and not plan.sorts
    return () if bounded else tuple(step for step in plan.steps if step.way is Way.SCANNED)


def flip(before: QueryPlan, after: QueryPlan) -> tuple[Step, Step] | None:
    """The step that looked a table up, and the one that walks it now; None if there is none."""
    for table in {step.table for step in after.steps}:
        was, now = (
            [step for step in plan.steps if step.table == table] for plan in (before, after)
        )
        walks = [step for step in now if step.way is Way.SCANNED]
        lookups = [step for step in was if step.way is Way.LOOKED_UP]
        more_walks = len(walks) > sum(step.way is Way.SCANNED for step in was)
        if more_walks and len(lookups) > sum(step.way is Way.LOOKED_UP for step in now):
            return lookups[0], walks[0]
    return None
