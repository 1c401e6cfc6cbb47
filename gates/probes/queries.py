"""Reads from its spans what a service asks its database, and what of it grows with the data.

Input: that of the caller, database (as in the target file, `{state}` filled in), spans (file of
lines, or ""), service, tree, python, node, state, port, asks. Commands of the target get their
environment from GATESCORE_START.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from gates.core import query_findings as judged
from gates.core.capacity import Database
from gates.core.model import Finding, Measurement, ToolReport
from gates.core.query_findings import Grown, Seen
from gates.core.statements import Said
from gates.core.statistics import needed_samples, upper_rank
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
from gates.probes._world import World, opened
from gates.probes.startup import VARIABLE, surroundings

P95_METRIC = "database.query_p95_ms"
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


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard at one size of the data. `seen` None: no plan could be read, `blind` why."""

    heard: Answered
    seen: Seen | None = None
    blind: str = ""
    refused: dict[str, str] = {}


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
    return _report(task, rounds, offsets, refused)


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
    import os

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


def _report(
    task: Task,
    rounds: Sequence[Round],
    offsets: tuple[Grown, ...] | None,
    refused: tuple[str, ...],
) -> ToolReport:
    asked = [one for each in rounds for one in each.heard.asked]
    said: dict[str, Said] = {k: v for each in rounds for k, v in each.heard.said.items()}
    silent = frozenset.intersection(*(each.heard.silent for each in rounds))
    if not {judged.base(one.operation) for one in asked} - silent:
        raise _common.ProbeError(
            "no span came for any request: does the service export over OTLP/HTTP to {otlp}?"
        )
    seen = [each.seen for each in rounds if each.seen is not None]
    blind = next((each.blind for each in rounds if each.blind), "")
    again = judged.repeated(asked)
    walks = judged.scans(seen, said, task.database.large_rows)
    grows = (*judged.growing(asked, seen, said), *(offsets or ())) if not blind else ()
    holders = {text: one.operation for one in asked for text in one.statements}
    operations = len({judged.base(one.operation) for one in asked})
    unasked = _unasked(rounds) or (operations if offsets is None else 0)
    statements = len({text for one in asked for text in one.statements})
    findings: tuple[Finding, ...] = (
        *judged.repeated_findings(again),
        *judged.scan_findings(walks, holders),
        *judged.growing_findings(grows),
    )
    most = max((len(one.statements) for one in asked), default=0)
    basis = f"{len(asked)} requests to {operations} operations, {statements} statements"
    return ToolReport(
        tool=judged.TOOL,
        examined=operations,
        examined_unit="operations",
        measurements={
            P95_METRIC: p95([ms for each in rounds for ms in each.heard.times_ms]),
            judged.REPEATED_METRIC: Measurement(
                value=float(len(again)), detail=f"{basis}, at most {most} in one request"
            ),
            judged.SCANS_METRIC: _scans(walks, blind, basis),
            judged.GROWING_METRIC: _growing(task, grows, blind, operations, unasked),
        },
        findings=findings,
        notes=_notes(rounds, refused, silent),
    )


def p95(times_ms: Sequence[float]) -> Measurement:
    """The p95 of query times, with its upper bound; too few samples are none."""
    needed, found = needed_samples(0.95), sorted(times_ms)
    if len(found) < needed:
        why = f"too few samples: {len(found)} statements, {needed - len(found)} more are needed"
        return Measurement(value=None, why=why, samples=len(found), needed=needed)
    rank = upper_rank(len(found), 0.95)
    return Measurement(
        value=found[math.ceil(0.95 * len(found)) - 1],
        samples=len(found),
        needed=needed,
        bound=found[rank - 1] if rank else None,
        detail=f"{len(found)} statements, by the spans of the service",
    )


def _scans(walks: Mapping[tuple[str, str], int], blind: str, basis: str) -> Measurement:
    if blind:
        return Measurement(value=None, why=blind)
    return Measurement(value=float(len(walks)), detail=basis)


def _unasked(rounds: Sequence[Round]) -> int:
    """Operations that were asked at one size and not at another: the budget was used up."""
    asked: list[set[str]] = [
        {judged.base(one.operation) for one in each.heard.asked} for each in rounds
    ]
    return len(set[str]().union(*asked) - asked[0].intersection(*asked))


def _growing(
    task: Task, grows: tuple[Grown, ...], blind: str, operations: int, unasked: int
) -> Measurement:
    if not task.database.grow:
        why = "the target file names no database.grow: the slope over data size cannot be seen"
        return Measurement(value=None, why=why)
    if blind:
        return Measurement(value=None, why=blind)
    if unasked and not grows:  # what has been found grows, whatever the rest does
        why = f"{unasked} of {operations} operations were not asked at every size: the budget"
        return Measurement(value=None, why=f"{why} is used up (options max_requests, max_seconds)")
    rows = ", ".join(str(size) for size in task.database.sizes)
    wrong = len({one.operation.partition("?")[0] for one in grows})
    return Measurement(
        value=float(len(grows)), detail=f"{wrong} of {operations} operations, at {rows} rows"
    )


def _notes(
    rounds: Sequence[Round], refused: tuple[str, ...], silent: frozenset[str]
) -> tuple[str, ...]:
    notes = [f"not asked, no valid request succeeded: {', '.join(refused)}"] if refused else []
    if silent:
        notes.append(f"without a span of the service: {', '.join(sorted(silent))}")
    unexplained = {text: why for each in rounds for text, why in each.refused.items()}
    notes += [f"no plan of {judged.shown(t)}: {why}" for t, why in sorted(unexplained.items())]
    return tuple(notes)


if __name__ == "__main__":
    _common.run(measure)
