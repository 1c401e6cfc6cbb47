"""The evidence budget: points for what this run itself verified."""

from collections.abc import Iterator, Mapping

import msgspec

from gates.core.derivations.seen import HOLDS, Seen, command, state
from gates.core.model import GateStatus, Measurement, Status, ToolReport
from gates.core.tool import Metric

METRICS: Mapping[str, Metric] = {
    "evidence.points": Metric("points of evidence that this run gathered", "points")
}


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of the budget: so many points where one of the gates holds and none fails."""

    name: str
    points: float
    gates: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What gives points."""

    budget: tuple[Part, ...] = ()


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one part: PASS earns, FAIL does not, NO_DATA may still."""

    part: Part
    state: Status
    why: str


def derive(settings: Settings, seen: Seen) -> ToolReport:
    """The points, or why they cannot be told yet."""
    earned = tuple(earnings(part, seen) for part in settings.budget)
    return ToolReport(
        tool="evidence",
        examined=len(earned),
        examined_unit="parts of the budget",
        measurements={"evidence.points": points(earned, seen)},
        notes=tuple(notes(earned)),
    )


def earnings(part: Part, seen: Seen) -> Earned:
    """What the gates of one part came to in this run."""
    asked = {id: seen.results[id] for id in part.gates if id in seen.results}
    for id, gate in asked.items():
        if gate.status is GateStatus.FAIL:
            return Earned(part=part, state=Status.FAIL, why=state(id, seen))
    fresh = [id for id, gate in asked.items() if gate.status in HOLDS and not seen.is_reused(id)]
    open_ones = tuple(gaps(part, seen))
    if fresh and not open_ones:
        return Earned(part=part, state=Status.PASS, why=f"{' and '.join(fresh)} held in this run")
    return Earned(part=part, state=Status.NO_DATA, why="; ".join(open_ones) or unasked(part, seen))


def gaps(part: Part, seen: Seen) -> Iterator[str]:
    """The gates of a part that were to be looked at, and were not in this run."""
    for id in part.gates:
        gate = seen.results.get(id)
        if gate is None or gate.status is GateStatus.SKIPPED:
            continue
        if seen.is_reused(id):
            yield f"{id} was taken over from an earlier run"
        elif gate.status not in HOLDS:
            yield state(id, seen)


def unasked(part: Part, seen: Seen) -> str:
    """Why no gate of a part can give its points."""
    return "; ".join(state(id, seen) for id in part.gates) or "no gate is named for it"


def points(earned: tuple[Earned, ...], seen: Seen) -> Measurement:
    """The sum; without a value where only what nobody looked at is missing."""
    total = sum(one.part.points for one in earned if one.state is Status.PASS)
    missing = "; ".join(
        f"{one.part.name} ({one.part.points:g}): {one.why}"
        for one in earned
        if one.state is not Status.PASS
    )
    if all(one.state is not Status.FAIL for one in earned) and missing:
        reused = any(seen.is_reused(id) for one in earned for id in one.part.gates)
        fresh = ("--fresh",) if reused else ()
        text = f"{total:g} points in this run; missing: {missing}; try: {command(seen, *fresh)}"
        return Measurement(value=None, why=text)
    return Measurement(value=total, detail=f"missing: {missing}" if missing else "")


def notes(earned: tuple[Earned, ...]) -> Iterator[str]:
    """Each part in a line: what it gave, and why."""
    for one in earned:
        given = one.part.points if one.state is Status.PASS else 0.0
        yield f"{one.part.name}: {given:g} of {one.part.points:g} points: {one.why}"
