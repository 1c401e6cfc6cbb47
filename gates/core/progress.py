"""The team's status block: how far a target is, what stands in the way, and one line for people."""

import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gates.core.escalating import BLOCKED, RISKS, Escalation, escalations, reason
from gates.core.model import (
    CriterionResult,
    GateResult,
    GateStatus,
    ItemState,
    LevelResult,
    Scorecard,
    Verdict,
)
from gates.core.weighing import percent

HELD = (GateStatus.PASS, GateStatus.WARN)
COMPLETION = "completion"
MOST_NAMED = 3


class Number(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One number of the block; null where this run did not measure it.

    `value` is what `statistic` says it is: a median tells more than a mean, which one slow answer
    moves.
    """

    unit: str
    statistic: str
    value: float | None = None
    p95: float | None = None


class Metrics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The numbers that people ask for first."""

    api_response_time: Number
    database_query_time: Number
    error_rate: Number
    uptime: Number
    test_coverage: Number
    security_score: Number


class Level(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One level in the words of the team: Passed, Failed, Pending or In Progress."""

    status: str
    reason: str


class Next(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is to be done: first of all, on whom it depends, and everything."""

    current_task: str
    dependencies: tuple[str, ...]
    action_items: tuple[str, ...]


class Blocker(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One gate that keeps the level from passing."""

    gate: str
    status: str
    reason: str


class RiskTrend(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One count of the register of risks: now, and in the run before; null where it has none."""

    criterion: str
    title: str
    value: float
    before: float | None
    trend: str  # rising, falling, steady, or unknown


class Progress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole block. `progress` is the share of gates that hold, in per cent."""

    target: str
    revision: str
    date: str
    status: str
    progress: float | None
    completed: tuple[str, ...]
    in_progress: tuple[str, ...]
    blockers: tuple[Blocker, ...]
    next: Next
    escalation: tuple[Escalation, ...]
    metrics: Metrics
    quality_gates: dict[str, Level]
    delivery_summary: str
    risks: tuple[RiskTrend, ...] = ()
    valid_until: str = ""
    schema_version: int = 1


def progress(card: Scorecard) -> Progress:
    """The status block of a scorecard."""
    asked = [gate for gate in card.gates if gate.status is not GateStatus.SKIPPED]
    held = tuple(gate.id for gate in asked if gate.status in HELD)
    return Progress(
        target=card.target.name,
        revision=card.target.revision,
        date=card.run.ended_at or card.run.started_at,
        status=word(card.verdict, asked),
        progress=percent(len(held), len(asked)),
        completed=held,
        in_progress=tuple(gate.id for gate in asked if gate.status in BLOCKED),
        blockers=tuple(blocker(gate) for gate in asked if stands_in_the_way(gate)),
        next=Next(
            current_task=card.next_steps[0] if card.next_steps else "",
            dependencies=tuple(dict.fromkeys(text for gate in asked for text in gate.awaiting)),
            action_items=card.next_steps,
        ),
        escalation=escalations(card),
        metrics=metrics(card),
        quality_gates={f"level{one.level}": level(one, card.gates) for one in card.levels},
        delivery_summary=delivery_summary(card),
        risks=tuple(risk_trends(card)),
        valid_until=card.valid_until,
    )


def stands_in_the_way(gate: GateResult) -> bool:
    """Whether a gate keeps its level from passing."""
    return gate.status is GateStatus.FAIL or (gate.blocking and gate.status in BLOCKED)


def blocker(gate: GateResult) -> Blocker:
    """One gate that stands in the way."""
    return Blocker(gate=gate.id, status=gate.status.value, reason=reason(gate))


def word(verdict: Verdict, gates: Iterable[GateResult]) -> str:
    """A verdict in the words of the team; Pending where people alone are missing."""
    match verdict:
        case Verdict.PASS | Verdict.WARN:
            return "Passed"
        case Verdict.FAIL:
            return "Failed"
        case Verdict.INCONCLUSIVE:
            waiting = {gate.status for gate in gates if gate.blocking and gate.status in BLOCKED}
            return "Pending" if waiting == {GateStatus.PENDING} else "In Progress"


def level(result: LevelResult, gates: Sequence[GateResult]) -> Level:
    """One level, over its gates and those below."""
    within = [gate for gate in gates if gate.level <= result.level]
    return Level(status=word(result.verdict, within), reason=result.decided_by)


def risk_trends(card: Scorecard) -> Iterator[RiskTrend]:
    """How the counts of the register of risks stand against the run before."""
    for one in (one for gate in card.gates if gate.id == RISKS for one in gate.criteria):
        if one.value is not None:
            before = card.run.risks_before.get(one.id)
            yield RiskTrend(
                criterion=one.id,
                title=one.title,
                value=one.value,
                before=before,
                trend=direction(one.value, before),
            )


def direction(value: float, before: float | None) -> str:
    """Where a count goes, in a word."""
    if before is None:
        return "unknown"
    return "steady" if value == before else "rising" if value > before else "falling"


def metrics(card: Scorecard) -> Metrics:
    """The numbers, by the criteria that judge them."""
    known = {one.id: one for gate in card.gates for one in gate.criteria}

    def value(id: str) -> float | None:
        return measured(known.get(id))

    return Metrics(
        api_response_time=Number(
            unit="ms", statistic="median", value=value("load.p50"), p95=value("load.p95")
        ),
        database_query_time=Number(unit="ms", statistic="median", p95=value("database.query-p95")),
        error_rate=Number(unit="%", statistic="share", value=value("load.errors")),
        uptime=Number(unit="%", statistic="share", value=value("availability.share")),
        test_coverage=Number(unit="%", statistic="share", value=value("tests.coverage")),
        security_score=Number(unit="%", statistic="score", value=value("owasp.score")),
    )


def measured(criterion: CriterionResult | None) -> float | None:
    """The value of a criterion, where this run has one."""
    return criterion.value if criterion is not None else None


def delivery_summary(card: Scorecard) -> str:
    """One line for people: what was delivered, or what is not there yet."""
    missing = tuple(gaps(card))
    known = {one.id: measured(one) for gate in card.gates for one in gate.criteria}
    endpoints, coverage = known.get("schema.operations"), known.get("tests.coverage")
    p95 = known.get("load.p95")
    if missing or endpoints is None or coverage is None or p95 is None:
        lost = missing or ("endpoints, coverage or response time were not measured in this run",)
        named = "; ".join(lost[:MOST_NAMED])
        more = f"; and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
        return f"Backend implementation not completed. Open: {named}{more}."
    return (
        f"Backend implementation completed. Delivered {endpoints:g} endpoints with full "
        f"validation, OpenAPI documentation, and {math.floor(coverage * 10) / 10:g} % test "
        f"coverage. Response time < {math.floor(p95) + 1} ms p95. Ready for integration."
    )


def gaps(card: Scorecard) -> Iterator[str]:
    """What is not there yet: what failed, and what the completion list still asks for."""
    if not card.complete or card.partial:
        yield "the run is not whole"
    yield from (f"{gate.id} failed" for gate in card.gates if gate.status is GateStatus.FAIL)
    lists = [each for each in card.checklists if each.id == COMPLETION]
    if not lists:
        yield "the completion list was not looked at"
    for each in lists:
        for item in each.items:
            if item.state not in (ItemState.DONE, ItemState.ABSENT):
                yield item.title
