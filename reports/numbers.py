"""Writes numbers for people, the same on every machine, and says how far a bound is away."""

import math

import msgspec

from gates.core.conditions import Condition, parse
from gates.core.model import CriterionResult

_TELLING = 10  # a distance of more than ten bounds is not told in per cent
_UNITS = {"percent": "%", "%": "%"}


class Headroom(msgspec.Struct, frozen=True, kw_only=True):
    """How far a value is from the one absolute bound that it must keep.

    `share` is value over bound where both are measured from zero, for a bar; None where a bar
    would say nothing.
    """

    text: str
    kept: bool
    share: float | None = None


def number(value: float | None) -> str:
    """Return `value` with thousands separators and at least three significant digits."""
    if value is None:
        return "—"
    if not math.isfinite(value):
        return "not a number"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1e9 or size < 1e-4:
        return f"{value:.3g}"
    places = 1 if size >= 100 else 2 if size >= 1 else 2 - math.floor(math.log10(size))
    return f"{value:,.{places}f}".rstrip("0").rstrip(".")


def with_unit(value: float | None, unit: str) -> str:
    """Return `number(value)` and the unit, where there is a value."""
    text = number(value)
    if value is None or not unit:
        return text
    return f"{text} {_UNITS.get(unit, unit)}"


def shown_value(result: CriterionResult) -> str:
    """Return the value of a criterion: every digit of it where rounding would hide a miss."""
    _, bound = _bound(result) or (None, None)
    value = result.value
    if None not in (bound, value) and value != bound and number(value) == number(bound):
        return f"{value!r} {_UNITS.get(result.unit, result.unit)}".strip()
    return with_unit(value, result.unit)


def headroom(result: CriterionResult) -> Headroom | None:
    """Return the distance to the bound; None without a value or without one single bound."""
    found = _bound(result)
    value = result.value
    if found is None or value is None or not math.isfinite(value):
        return None
    condition, bound = found
    kept = bool(condition.holds(value, result.base))
    barred = condition.operator not in ("==", "!=") and bound > 0 and value >= 0
    return Headroom(
        text=_distance(condition, kept, value - bound, bound, result.unit),
        kept=kept,
        share=value / bound if barred else None,
    )


def duration(seconds: float) -> str:
    """Return seconds as people read them: `85 ms`, `4.2 s`, `3 min 05 s`."""
    if not math.isfinite(seconds) or seconds < 0:
        return "—"
    if seconds < 0.9995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def age(seconds: float) -> str:
    """Return how old something is, in the largest unit that fits: `45 s`, `3 h`, `2 d`."""
    if not math.isfinite(seconds) or seconds < 0:
        return "—"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if round(seconds) >= size:
            return f"{round(seconds) // size:,} {unit}"
    return f"{round(seconds)} s"


def _bound(result: CriterionResult) -> tuple[Condition, float] | None:
    try:
        condition = parse(result.passes)
    except ValueError:
        return None
    bound = condition.bound(result.base)
    return None if bound is None else (condition, bound)


def _distance(condition: Condition, kept: bool, gap: float, bound: float, unit: str) -> str:
    if round(gap, 9) == 0:
        return "met" if kept else "at the bound"
    words = with_unit(round(abs(gap), 9), unit)
    if bound and condition.operator not in ("==", "!=") and abs(gap / bound) < _TELLING:
        words += f" ({number(round(100 * abs(gap / bound), 1))} %)"
    if kept:
        return f"{words} to spare"
    return f"{words} {'over' if gap > 0 else 'short'}"
