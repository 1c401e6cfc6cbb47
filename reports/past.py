"""Earlier runs of the same target, and what has changed since: values, and small courses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gates.core.conditions import parse
from gates.core.model import CriterionResult, Earlier, Scorecard, Weight
from reports.numbers import number, with_unit
from reports.trends import KEY

WIDTH, HEIGHT = 96, 22  # of a small course, in pixels
_EDGE = 3  # so that its last point is whole
_MOST_METRICS = 8
_LAST = "last run"
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


class Then(NamedTuple):
    """A value of an earlier run, and how to say when that was."""

    value: float
    since: str


def values_of(id: str, earlier: Earlier) -> list[float | None]:
    """Return the value of a criterion in each of the earlier runs, None where it has none."""
    column = earlier.values.get(id, ())
    every = column * len(earlier.runs) if len(column) == 1 else column
    return list(every) if len(every) == len(earlier.runs) else []


def last_of(values: Sequence[float | None]) -> Then | None:
    """Return the newest value that is known, and how long ago that was."""
    known = [index for index, value in enumerate(values) if value is not None]
    value = values[known[-1]] if known else None
    if value is None:
        return None
    ago = len(values) - known[-1]
    return Then(value, _LAST if ago == 1 else f"{ago} runs before")


def changes(result: CriterionResult, earlier: Earlier) -> tuple[Change, ...]:
    """Return the distance to the base and to the last run, where they know the value."""
    if result.value is None:
        return ()
    at_base = earlier.base.get(result.id) if result.base is None else result.base
    base = None if at_base is None else Then(at_base, "base")
    last = last_of(values_of(result.id, earlier))
    if base and last and base.value == last.value:
        base, last = Then(base.value, f"{base.since} and {last.since}"), None
    direction, exact = _direction(result)
    return tuple(
        _change(result.value, then, result.unit, direction, exact=exact)
        for then in (base, last)
        if then is not None
    )


def courses(card: Scorecard, anchors: Mapping[str, str]) -> tuple[Course, ...]:
    """Return the course of the score and of the metrics that tell most; none without a past."""
    found = [score] if (score := _score(card)) else []
    found += _metrics(card, anchors)
    return tuple(found[: _MOST_METRICS + 1])


def since_last(card: Scorecard) -> Change | None:
    """Return how far the score is from that of the last run that has one of the same level."""
    score = _score(card)
    return None if score is None else score.change


def _score(card: Scorecard) -> Course | None:
    """Scores of one level only: those of another are made of other gates."""
    earlier = card.run.earlier
    levels = earlier.levels if len(earlier.levels) == len(earlier.scores) else ()
    alike = [
        score if level == card.decisive_level else None
        for level, score in zip(levels, earlier.scores, strict=False)
    ]
    last = last_of(alike)
    if card.partial or card.score is None or last is None:
        return None
    change = _change(card.score, last, "%", 1, exact=True)
    return _course("Score", "score", [*_known(alike), card.score], "%", change)


def _metrics(card: Scorecard, anchors: Mapping[str, str]) -> Iterator[Course]:
    """Key numbers, then measured quantities before counts of what must not be there.

    Of the others only those that have changed, blocking ones first.
    """
    every = [(each, gate) for gate in card.gates for each in gate.criteria if _is_told(each)]
    every.sort(key=lambda pair: _rank(pair[0]))
    for each, gate in every:
        values = values_of(each.id, card.run.earlier)
        last, known = last_of(values), _known(values)
        if each.value is None or last is None:
            continue
        if each.id in KEY or len({*known, each.value}) > 1:
            direction, exact = _direction(each)
            change = _change(each.value, last, each.unit, direction, exact=exact)
            yield _course(each.title, anchors[gate.id], [*known, each.value], each.unit, change)


def _rank(result: CriterionResult) -> tuple[int, bool, bool]:
    key = KEY.index(result.id) if result.id in KEY else len(KEY)
    return key, not result.unit, result.weight is not Weight.BLOCK


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _is_told(result: CriterionResult) -> bool:
    return result.value is not None and not result.skipped


def course_of(result: CriterionResult, earlier: Earlier) -> Course | None:
    """Return the course of one criterion; None where it is no line yet, or a flat one."""
    values = _known(values_of(result.id, earlier))
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


def _change(now: float, then: Then, unit: str, direction: int, *, exact: bool = False) -> Change:
    before, since = then
    gap = round(now - before, 9)
    if not gap:
        return Change(text="as", since=since, tone="")
    # Noise is told, but not as good or bad news.
    slight = not exact and abs(gap) < _SLIGHT * abs(before)
    better = 0.0 if slight else gap * direction
    return Change(
        text=f"{'+' if gap > 0 else '−'}{with_unit(abs(gap), unit)}",
        since=f"{since} {number(before)}",
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
