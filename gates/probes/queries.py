"""Reads from its spans what a service asks its database, and what of it grows with the data.

Input: that of the caller, database (as in the target file, `{state}` filled in), spans (file of
lines, or ""), service, tree, python, node, state, port, asks. Commands of the target get their
environment from GATESCORE_START.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from gates.core import query_findings as judged
from gates.core.capacity import Database
from gates.core.model import Measurement, ToolReport
from gates.core.query_findings import Grown
from gates.core.target import Service
from gates.probes import _common, _databases
from gates.probes._caller import Exhausted
from gates.probes._databases import DatabaseError
from gates.probes._query_asking import (
    Answered,
    Call,
    answered,
    ask,
    awaited,
    called,
    chosen,
)
from gates.probes._query_growth import Where, grown
from gates.probes._query_plans import KEY, explained
from gates.probes._query_recipes import FAR, Recipe, far, request
from gates.probes._query_report import Round, report
from gates.probes._world import World, opened
from gates.probes.startup import VARIABLE, surroundings

PER_OPERATION = 30


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The input beside that of the caller. `port` is the service's."""

    database: Database
    service: Service
    spans: str = ""
    tree: str = ""
    python: str = ""
    node: str = ""
    state: str = ""
    port: int = 0
    asks: int = 3


def measure(given: dict[str, Any]) -> ToolReport:
    """All of it. Raises ProbeError."""
    task = msgspec.convert(given, Task)
    if not task.spans:
        return unseen("database.spans is off: without spans nobody knows which request asked what")
    world = opened(given, judged.TOOL, PER_OPERATION)
    ways, refused = chosen(world)
    if not ways:
        raise _common.ProbeError("no operation could be asked with valid data")
    rounds: list[Round] = []
    for size in task.database.sizes if task.database.grow else (0,):
        if task.database.grow:
            where = Where(
                service=task.service,
                tree=task.tree,
                python=task.python,
                node=task.node,
                state=task.state,
                port=task.port,
            )
            grown(where, task.database.grow, size)
        calls = ask(world, ways, task.asks)
        silent = rounds[0].heard.silent if rounds else frozenset()
        rounds.append(_round(task, calls, size, silent))
    offsets: tuple[Grown, ...] | None = ()
    if task.database.grow:
        with suppress(Exhausted):
            offsets = None
            offsets = _offsets(world, ways, rounds[-1].heard, task)
    return report(task.database, rounds, offsets, refused)


def unseen(why: str) -> ToolReport:
    """The report where no spans are sent: times and scans are left to the tool database."""
    nothing = Measurement(value=None, why=f"{why}; set it, and OTEL_EXPORTER_OTLP_ENDPOINT")
    return ToolReport(
        tool=judged.TOOL,
        examined=1,
        examined_unit="services",
        measurements={judged.REPEATED_METRIC: nothing, judged.GROWING_METRIC: nothing},
    )


def _round(task: Task, calls: tuple[Call, ...], size: int, silent: frozenset[str]) -> Round:
    heard = answered(calls, awaited(Path(task.spans), calls, silent), size)
    if not task.database.url:
        return Round(heard=heard, blind=f"the target file names no {KEY}: no plan can be read")
    try:
        place = _databases.place(task.database.url, _variables(), KEY)
        found = explained(place, size, heard.texts, heard.said)
    except DatabaseError as error:
        return Round(heard=heard, blind=str(error))
    return Round(heard=heard, seen=found.seen, refused=found.refused)


def _variables() -> Mapping[str, str]:
    return surroundings(os.environ).variables if VARIABLE in os.environ else {}


def _offsets(
    world: World, ways: Sequence[Recipe], heard: Answered, task: Task
) -> tuple[Grown, ...]:
    """Lists that pass over as many entries as one likes: the database reads each of them."""
    counted = {
        one.operation
        for one in heard.asked
        if any(heard.said[text].has_offset for text in one.statements)
    }
    found = []
    for way in {way.op.label: way for way in reversed(ways) if way.name in counted}.values():
        distant = far(way)
        call = _once(world, distant) if distant else None
        if call is None or call.entries:
            continue  # refused, or led back to a page that there is
        asked = answered((call,), awaited(Path(task.spans), (call,)), 0)
        texts = [text for one in asked.asked for text in one.statements]
        if any(asked.said[text].has_offset for text in texts):
            found.append(_offset(way))
    return tuple(found)


def _once(world: World, way: Recipe) -> Call | None:
    """One request; None where it fails. Raises Exhausted."""
    made = request(world, way)
    return called(world, way, made) if made else None


def _offset(way: Recipe) -> Grown:
    return Grown(
        operation=way.op.label,
        rule=judged.OFFSET,
        text=f"{FAR} entries may be passed over, and the database reads each of them",
        fix="Refuse an offset above a bound, or go on from the last entry that was seen.",
    )


if __name__ == "__main__":
    _common.run(measure)
