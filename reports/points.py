"""What the score is made of: the points of each kind of criterion, and the gates that lost most."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gates.core.model import CriterionResult, GateResult, LevelResult, Scorecard, Status, Weight
from gates.core.weighing import WEIGHTS, Sums, sums
from reports.numbers import number

WIDTH = 520  # of the bar, in its own units
_KINDS = ((Weight.BLOCK, "Blocking"), (Weight.SHOULD, "Scored"))
_MOST_LOST = 10


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """The criteria of one weight: how many stand how, and their points."""

    name: str
    each: float
    count: int
    passed: int
    warned: int
    failed: int
    missing: int
    points: float
    maximum: float


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that did not reach all of its points."""

    title: str
    anchor: str
    lost: float
    maximum: float


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the bar: where it begins and how wide it is."""

    tone: str
    x: str
    width: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The score of the level that decides, told so that nobody has to recompute it."""

    score: float | None
    points: float
    maximum: float
    at_best: float | None  # if all that is missing turned out well; None where nothing is
    kinds: tuple[Kind, ...]
    lost: tuple[Lost, ...]
    lost_more: int
    bar: tuple[Part, ...]
    told: str  # the bar in words
    skipped: int
    only_shown: int


def made_of(card: Scorecard, anchors: Mapping[str, str]) -> Made | None:
    """Return the parts of the score; None where no criterion counts."""
    gates = [g for g in card.gates if card.partial or g.level <= card.decisive_level]
    every = [each for gate in gates for each in gate.criteria]
    total = sums(every)
    if not total.maximum:
        return None
    lost = sorted(_lost(gates, anchors), key=lambda each: -each.lost)
    parts = (
        ("pass", total.points),
        ("fail", total.maximum - total.points - total.open),
        ("error", total.open),
    )
    return Made(
        score=total.score,
        points=total.points,
        maximum=total.maximum,
        at_best=total.at_best if total.open else None,
        kinds=tuple(_kind(weight, name, every) for weight, name in _KINDS),
        lost=tuple(lost[:_MOST_LOST]),
        lost_more=max(0, len(lost) - _MOST_LOST),
        bar=_bar(parts, total.maximum),
        told=_told(total),
        skipped=sum(bool(each.skipped) for each in every),
        only_shown=sum(each.weight is Weight.INFO and not each.skipped for each in every),
    )


def lost_of(gate: GateResult) -> float:
    """Return how many points the criteria of a gate did not reach."""
    total = sums(gate.criteria)
    return total.maximum - total.points


def share_of(level: LevelResult | None) -> str:
    """Return the width of the bar of a level's score, of 100; empty without a score."""
    score = None if level is None else level.score
    return "" if score is None else f"{min(max(score, 0.0), 100.0):.1f}"


def _lost(gates: Iterable[GateResult], anchors: Mapping[str, str]) -> list[Lost]:
    return [
        Lost(
            title=gate.title or gate.id,
            anchor=anchors[gate.id],
            lost=lost,
            maximum=sums(gate.criteria).maximum,
        )
        for gate in gates
        if (lost := lost_of(gate))
    ]


def _kind(weight: Weight, name: str, every: Sequence[CriterionResult]) -> Kind:
    mine = [each for each in every if each.weight is weight and not each.skipped]
    total = sums(mine)

    def count(status: Status) -> int:
        return sum(each.status is status for each in mine)

    return Kind(
        name=name,
        each=WEIGHTS[weight],
        count=len(mine),
        passed=count(Status.PASS),
        warned=count(Status.WARN),
        failed=count(Status.FAIL),
        missing=count(Status.NO_DATA),
        points=total.points,
        maximum=total.maximum,
    )


def _bar(parts: Iterable[tuple[str, float]], maximum: float) -> tuple[Part, ...]:
    drawn: list[Part] = []
    start = 0.0
    scale = WIDTH / maximum
    for tone, points in parts:
        if points > 0:
            drawn.append(Part(tone=tone, x=f"{start * scale:.1f}", width=f"{points * scale:.1f}"))
        start += points
    return tuple(drawn)


def _told(total: Sums) -> str:
    text = f"{number(total.points)} of {number(total.maximum)} points reached"
    gone = total.maximum - total.points - total.open
    lost = f", {number(gone)} lost" if gone else ""
    return text + lost + (f", {number(total.open)} not judged" if total.open else "")
