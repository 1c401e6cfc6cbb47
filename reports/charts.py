"""Turns curves into the plain geometry of a chart; the template draws it as inline SVG.

Numbers are written with one decimal, so that the same curve gives the same bytes everywhere.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec

from gates.core.model import Series
from reports.numbers import number

WIDTH, HEIGHT = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 20, 34
MOST_POINTS = 300
MOST_ROWS = 24
MOST_LINES = 4
_LARGEST = 1e15
_TINY = 1e-9  # differences that are none on paper
_PERCENTILE = "percentile"
_PERCENTILES = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99)

Point = tuple[float, float]


class Tick(msgspec.Struct, frozen=True):
    """A mark on an axis: where it stands, in pixels, and what it says."""

    at: str
    text: str


class Line(msgspec.Struct, frozen=True):
    """One curve: `path` for SVG, and the `rows` of its table (x, y) as text."""

    name: str
    path: str
    rows: tuple[tuple[str, str], ...]
    every: int  # 1: all points are in the table


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Curves on common axes."""

    title: str
    description: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]


def charts(series: Iterable[Series]) -> list[Chart]:
    """Return charts of all series with a point to draw; those with the same axes share one."""
    groups: dict[tuple[str, str], list[Series]] = {}
    for each in series:
        kept = tuple(p for p in each.points if _drawable(p))
        if kept:
            finite = msgspec.structs.replace(each, points=kept)
            groups.setdefault((each.x_unit, each.y_unit), []).append(finite)
    return [
        _chart(group[start : start + MOST_LINES])
        for group in groups.values()
        for start in range(0, len(group), MOST_LINES)
    ]


def thinned(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """Return at most `most` points: of each run of neighbours the lowest and the highest."""
    if len(points) <= most:
        return list(points)
    buckets = most // 2
    kept: list[Point] = []
    for index in range(buckets):
        start, end = (edge * len(points) // buckets for edge in (index, index + 1))
        run = range(start, end)
        ends = {min(run, key=lambda i: points[i][1]), max(run, key=lambda i: points[i][1])}
        kept += [points[i] for i in sorted(ends)]
    return kept


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers that cover low to high, at most `most` + 2 of them."""
    span = high - low
    if span <= _TINY * max(1.0, abs(high)):
        span = max(abs(high), abs(low)) if max(abs(high), abs(low)) > _TINY else 1.0
    size = 10.0 ** math.floor(math.log10(span / most))
    size *= next(factor for factor in (1, 2, 5, 10) if span / (size * factor) <= most)
    first, last = math.floor(low / size), max(math.ceil(high / size), math.floor(low / size) + 1)
    return [round(index * size, 12) for index in range(first, last + 1)]


def _drawable(point: Point) -> bool:
    return all(abs(part) < _LARGEST for part in point)  # NaN is not smaller either


def _chart(group: Sequence[Series]) -> Chart:
    x_unit, y_unit = group[0].x_unit, group[0].y_unit
    xs = [x for each in group for x, _ in each.points]
    ys = [y for each in group for _, y in each.points]
    marks = steps(min([0.0, *ys]), max([0.0, *ys]))
    place_y = _scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    x_marks, place_x = _x_axis(x_unit, xs)
    return Chart(
        title=" and ".join(each.name for each in group),
        description="; ".join(_told(each) for each in group),
        x_title=x_unit,
        y_title=y_unit,
        x_ticks=tuple(Tick(_px(place_x(mark)), f"{mark:g}") for mark in x_marks),
        y_ticks=tuple(Tick(_px(place_y(mark)), number(mark)) for mark in marks),
        lines=tuple(_line(each, place_x, place_y) for each in group),
    )


def _x_axis(unit: str, xs: Sequence[float]) -> tuple[list[float], Callable[[float], float]]:
    if unit != _PERCENTILE:
        marks = steps(min(xs), max(xs), 7)
        return marks, _scale(marks[0], marks[-1], LEFT, WIDTH - RIGHT)
    far = max(1.0, _nines(max(xs)))
    place = _scale(0.0, far, LEFT, WIDTH - RIGHT)
    return [p for p in _PERCENTILES if _nines(p) <= far + 1e-9], lambda x: place(_nines(x))


def _nines(percentile: float) -> float:
    return -math.log10(max(1e-5, 1 - min(percentile, 100.0) / 100)) if percentile > 0 else 0.0


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _line(
    series: Series, place_x: Callable[[float], float], place_y: Callable[[float], float]
) -> Line:
    drawn = [f"{_px(place_x(x))},{_px(place_y(y))}" for x, y in thinned(series.points)]
    every = -(-len(series.points) // MOST_ROWS)
    return Line(
        name=series.name,
        path="M" + "L".join(drawn if len(drawn) > 1 else drawn * 2),
        rows=tuple((f"{x:g}", number(y)) for x, y in series.points[::every]),
        every=every,
    )


def _told(series: Series) -> str:
    values = [y for _, y in series.points]
    return (
        f"{series.name}: {len(values):,} points, from {number(min(values))} "
        f"to {number(max(values))} {series.y_unit}"
    )


def _px(value: float) -> str:
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text
