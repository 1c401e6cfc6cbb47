"""Freshness: whether any result that this run rests on is older than its level allows."""

from collections.abc import Iterator, Mapping

import msgspec

from gates.core.derivations.seen import HOLDS, Seen
from gates.core.model import Finding, GateResult, GateStatus, Measurement, Severity, ToolReport
from gates.core.past import Past, held, untellable
from gates.core.tool import Metric

STALE = "freshness.stale_results"
HELD = "freshness.gates_held"
INTEGRATION = "freshness.integration_held"
METRICS: Mapping[str, Metric] = {
    STALE: Metric("results that are older than their level allows"),
    HELD: Metric("gates that held over the last runs", "percent"),
    INTEGRATION: Metric("runs whose integration tests held", "percent"),
}
JUDGED = (*HOLDS, GateStatus.FAIL)
HOUR_S = 3600.0


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How old a result may be, in hours, by level; a level that is not named is not bounded."""

    hours: dict[str, float] = {}


def derive(settings: Settings, seen: Seen) -> ToolReport:
    """The results that are too old; those that this run measured itself are of now."""
    found = tuple(stale(settings, seen))
    names = ", ".join(one.context for one in found)
    return ToolReport(
        tool="freshness",
        examined=sum(gate.status in JUDGED for gate in seen.results.values()),
        examined_unit="results",
        measurements={
            STALE: Measurement(value=len(found), detail=names),
            HELD: share(HELD, seen.plan.past),
            INTEGRATION: share(INTEGRATION, seen.plan.past),
        },
        findings=found,
    )


def share(metric: str, known: Past) -> Measurement:
    """A share of earlier results in per cent; of too few it is no number."""
    if why := untellable(metric, known):
        return Measurement(value=None, why=why)
    found, of = held(known, metric), f"of the last {known.runs} whole runs of this branch"
    detail = f"{found.held} of {found.judged} results {of} held"
    return Measurement(value=round(100 * found.held / found.judged, 2), detail=detail)


def stale(settings: Settings, seen: Seen) -> Iterator[Finding]:
    """One finding for each result that is too old, or of the future: then no age is known."""
    for gate in seen.results.values():
        most = settings.hours.get(str(gate.level))
        age = seen.run.reused_s.get(gate.id, 0.0) / HOUR_S
        if most is not None and gate.status in JUDGED and not 0 <= age <= most:
            yield finding(gate, age, most)


def finding(gate: GateResult, hours: float, most: float) -> Finding:
    """What is to be said of one result that is too old, or younger than this run."""
    told = f"is {hours:.0f} h old" if hours >= 0 else "is of the future: a clock was set back"
    return Finding(
        tool="freshness",
        rule="stale-result",
        severity=Severity.HIGH,
        message=f"{gate.id}: its result {told}, at most {most:g} h at its level",
        fix=f"Measure it anew: gatescore run --level {gate.level} --fresh",
        metric=STALE,
        context=gate.id,
    )
