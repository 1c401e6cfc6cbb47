"""Places numbers on the axes of a chart: even, by decades, or percentiles by their nines."""

import math
from collections.abc import Callable, Sequence

import msgspec

PERCENTILE = "percentile"
LARGEST = 1e15
_TINY = 1e-9  # differences that are none on paper
_WHOLE = 100.0
_PERCENTILES = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99)
_DECADE = 10.0  # what varies by less is read better on even steps
_MOST_MARKS = 9
_LONGEST_APART = 0.5  # nines from the last percentile that has a place to the hundredth

Place = Callable[[float], float]


class Axis(msgspec.Struct, frozen=True):
    """Marks that cover the values, and the pixel of a value."""

    marks: tuple[float, ...]
    place: Place
    logarithmic: bool = False


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers that cover low to high, at most `most` + 2 of them."""
    span = high - low
    if span <= _TINY * max(1.0, abs(high)):
        span = max(abs(high), abs(low)) if max(abs(high), abs(low)) > _TINY else 1.0
    size = 10.0 ** math.floor(math.log10(span / most))
    size *= next(factor for factor in (1, 2, 5, 10) if span / (size * factor) <= most)
    first, last = math.floor(low / size), max(math.ceil(high / size), math.floor(low / size) + 1)
    return [round(index * size, 12) for index in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """Return marks by 1, 2 and 5, or by tens where those are too many, that cover low > 0 to high.

    >>> decades(3, 40)
    [2.0, 5.0, 10.0, 20.0, 50.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = [digit * 10.0**power for power in range(first, last + 1) for digit in (1, 2, 5)]
    within = _covering([float(f"{each:.3g}") for each in every], low, high)
    if len(within) <= _MOST_MARKS:
        return within
    stride = -(-(last - first) // _MOST_MARKS) or 1
    return [float(f"1e{first + stride * n}") for n in range(-(-(last - first) // stride) + 1)]


def upright(ys: Sequence[float], start: float, end: float, *, decimal: bool) -> Axis:
    """The axis of values: from zero, or by decades where `decimal` allows it and they need it."""
    low, high = min(ys), max(ys)
    if decimal and low > _TINY and high / low >= _DECADE:
        marks = decades(low, high)
        place = scale(math.log10(marks[0]), math.log10(marks[-1]), start, end)
        return Axis(tuple(marks), lambda value: place(math.log10(value)), logarithmic=True)
    marks = steps(min(0.0, low), max(0.0, high))
    return Axis(tuple(marks), scale(marks[0], marks[-1], start, end))


def across(unit: str, xs: Sequence[float], start: float, end: float) -> Axis:
    """The axis below: even, but for percentiles, which stand by their nines."""
    if unit != PERCENTILE:
        marks = steps(min(xs), max(xs), 7)
        return Axis(tuple(marks), scale(marks[0], marks[-1], start, end))
    return _by_nines(xs, start, end)


def _by_nines(xs: Sequence[float], start: float, end: float) -> Axis:
    """The hundredth has no end of nines: it stands behind the last that has."""
    last = max(1.0, max((_nines(x) for x in xs if x < _WHOLE), default=1.0))
    whole = max(xs) >= _WHOLE
    far = last + _LONGEST_APART if whole else last
    place = scale(0.0, far, start, end)
    shown = [p for p in _PERCENTILES if _nines(p) <= last + _TINY] + [_WHOLE] * whole
    return Axis(tuple(shown), lambda x: place(far if x >= _WHOLE else _nines(x)))


def scale(low: float, high: float, start: float, end: float) -> Place:
    """Return what leads low to start and high to end."""
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _covering(marks: Sequence[float], low: float, high: float) -> list[float]:
    """From the last mark that is not above `low` to the first that is not below `high`."""
    below = max((index for index, mark in enumerate(marks) if mark <= low), default=0)
    above = min((index for index, mark in enumerate(marks) if mark >= high), default=len(marks))
    return list(marks[below : above + 1])


def _nines(percentile: float) -> float:
    return -math.log10(max(1e-5, 1 - percentile / 100)) if percentile > 0 else 0.0
