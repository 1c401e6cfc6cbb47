"""Earlier runs of the same target, and what has changed since: values, and small courses."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from gates.core.conditions import parse
from gates.core.model import CriterionResult, Scorecard, Weight
from reports.numbers import with_unit
from reports.recorded import Recorded

WIDTH, HEIGHT = 96, 22  # of a small course, in pixels
_EDGE = 3  # so that its last point is whole
MOST_RUNS = 30
_MOST_METRICS = 8
_SLIGHT = 0.05  # of the earlier value
_FALLS = ("<", "<=")  # bounds from above: less is better
_RISES = (">", ">=")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How far a value is from an earlier one. `tone`: better, worse, or empty."""

    text: str
    since: str
    tone: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A value over the last runs and in this one, as a small line with its end marked."""

    title: str
    anchor: str
    path: str
    x: str
    y: str
    told: str
    now: str
    change: Change | None


def changes(result: CriterionResult, past: Sequence[Recorded]) -> tuple[Change, ...]:
    """Return the distance to the base and to the last run, where they know the value."""
    earlier = (
        ("at the base", result.base),
        ("in the last run", past[-1].values.get(result.id) if past else None),
    )
    direction, exact = _direction(result)
    return tuple(
        _change(result.value, before, result.unit, since, direction, exact=exact)
        for since, before in earlier
        if before is not None and result.value is not None
    )


def courses(
    card: Scorecard, past: Sequence[Recorded], anchors: Mapping[str, str]
) -> tuple[Course, ...]:
    """Return the course of the score and of the metrics that tell most; none without a past."""
    runs = past[-MOST_RUNS:]
    scores = [run.score for run in runs if run.score is not None]
    if not scores and not any(run.values for run in runs):
        return ()
    found = []
    if scores and card.score is not None:
        change = _change(card.score, scores[-1], "%", "in the last run", 1, exact=True)
        found.append(_course("Score", "score", [*scores, card.score], "%", change))
    found += sorted(_metrics(card, runs, anchors), key=lambda each: each.change is None)
    return tuple(found[: _MOST_METRICS + 1])


def _metrics(
    card: Scorecard, runs: Sequence[Recorded], anchors: Mapping[str, str]
) -> Iterator[Course]:
    """Measured quantities before counts of what must not be there, blocking ones first."""
    every = [(each, gate) for gate in card.gates for each in gate.criteria if _is_told(each)]
    every.sort(key=lambda pair: (not pair[0].unit, pair[0].weight is not Weight.BLOCK))
    for each, gate in every:
        values = [run.values[each.id] for run in runs if each.id in run.values]
        if values and each.value is not None and len({*values, each.value}) > 1:
            now = [*values, each.value]
            change = next(iter(changes(msgspec.structs.replace(each, base=None), runs)), None)
            yield _course(each.title, anchors[gate.id], now, each.unit, change)


def _is_told(result: CriterionResult) -> bool:
    return result.value is not None and not result.skipped


def course_of(result: CriterionResult, past: Sequence[Recorded]) -> Course | None:
    """Return the course of one criterion; None where it is no line yet, or a flat one."""
    values = [run.values[result.id] for run in past[-MOST_RUNS:] if result.id in run.values]
    if result.value is None or len(values) < 2 or len({*values, result.value}) == 1:
        return None
    return _course(result.title, "", [*values, result.value], result.unit, None)


def _course(
    title: str, anchor: str, values: Sequence[float], unit: str, change: Change | None
) -> Course:
    points = _points(values)
    x, _, y = points[-1].partition(",")
    ends = f"from {with_unit(min(values), unit)} to {with_unit(max(values), unit)}"
    return Course(
        title=title,
        anchor=anchor,
        path="M" + "L".join(points),
        x=x,
        y=y,
        told=f"{title}: {len(values):,} runs, {ends}, now {with_unit(values[-1], unit)}",
        now=with_unit(values[-1], unit),
        change=change,
    )


def _points(values: Sequence[float]) -> list[str]:
    low, high = min(values), max(values)
    span, last = (high - low) or 1.0, max(1, len(values) - 1)
    flat = 0.5 if high == low else 0.0
    wide, tall = WIDTH - 2 * _EDGE, HEIGHT - 2 * _EDGE
    return [
        f"{_EDGE + wide * index / last:.1f},{_EDGE + tall * (1 - flat - (value - low) / span):.1f}"
        for index, value in enumerate(values)
    ]


def _change(
    now: float, before: float, unit: str, since: str, direction: int, *, exact: bool = False
) -> Change:
    gap = round(now - before, 9)
    if not gap:
        return Change(text="as", since=since, tone="")
    # Noise is told, but not as good or bad news.
    slight = not exact and abs(gap) < _SLIGHT * abs(before)
    better = 0.0 if slight else gap * direction
    return Change(
        text=f"{'+' if gap > 0 else '−'}{with_unit(abs(gap), unit)}",
        since=f"{with_unit(before, unit)} {since}",
        tone="better" if better > 0 else "worse" if better < 0 else "",
    )


def _direction(result: CriterionResult) -> tuple[int, bool]:
    """1 where more is better, -1 where less is, 0 where no bound tells; and whether all counts."""
    try:
        condition = parse(result.passes)
    except ValueError:
        return 0, False
    if condition.operator in _FALLS:
        return -1, False
    if condition.operator in _RISES:
        return 1, False
    return (-1 if condition.number == 0 else 1), True  # "== 0": nothing of it; "== 100": all of it
