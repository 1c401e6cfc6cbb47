"""Puts together what the spans, the plans and the growth of a database have told."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from gates.core import query_findings as judged
from gates.core.capacity import Database
from gates.core.model import Finding, Measurement, ToolReport
from gates.core.query_findings import Grown, Seen
from gates.core.statements import Said
from gates.core.statistics import needed_samples, upper_rank
from gates.probes import _common
from gates.probes._query_asking import Answered

P95_METRIC = "database.query_p95_ms"


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard at one size of the data. `seen` None: no plan could be read, `blind` why."""

    heard: Answered
    seen: Seen | None = None
    blind: str = ""
    refused: dict[str, str] = {}


def report(
    database: Database,
    rounds: Sequence[Round],
    offsets: tuple[Grown, ...] | None,
    refused: tuple[str, ...],
) -> ToolReport:
    """The report. `offsets` None: they could not be tried any more. Raises ProbeError."""
    silent = frozenset.intersection(*(each.heard.silent for each in rounds))
    asked = [one for each in rounds for one in each.heard.asked]
    said: dict[str, Said] = {k: v for each in rounds for k, v in each.heard.said.items()}
    if not {judged.base(one.operation) for one in asked} - silent:
        raise _common.ProbeError(
            "no span came for any request: does the service export over OTLP/HTTP to {otlp}?"
        )
    seen = [each.seen for each in rounds if each.seen is not None]
    blind = next((each.blind for each in rounds if each.blind), "")
    again = judged.repeated(asked)
    walks = judged.scans(seen, said, database.large_rows)
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
            judged.GROWING_METRIC: _growing(database, grows, blind, operations, unasked),
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
    database: Database, grows: tuple[Grown, ...], blind: str, operations: int, unasked: int
) -> Measurement:
    if not database.grow:
        why = "the target file names no database.grow: the slope over data size cannot be seen"
        return Measurement(value=None, why=why)
    if blind:
        return Measurement(value=None, why=blind)
    if unasked and not grows:  # what has been found grows, whatever the rest does
        why = f"{unasked} of {operations} operations were not asked at every size: the budget"
        return Measurement(value=None, why=f"{why} is used up (options max_requests, max_seconds)")
    rows = ", ".join(str(size) for size in database.sizes)
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
