"""Turns curves into the plain geometry of a chart; the template draws it as inline SVG.

Numbers are written with one decimal, so that the same curve gives the same bytes everywhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gates.core.conditions import parse
from gates.core.model import CriterionResult, Series
from reports.axes import LARGEST, PERCENTILE, Place, across, upright
from reports.numbers import number

WIDTH, HEIGHT = 520, 226
LEFT, RIGHT, TOP, BOTTOM = 60, 18, 26, 40  # the template draws in the same frame
MOST_POINTS = 300
MOST_ROWS = 24
MOST_LINES = 4
_TIMES = ("ms", "s")  # what is told by decades: a tail is many times the middle
_X_TITLES = {"s": "time in s", "1/s": "requests per second", "requests": "requests at once"}
_Y_TITLES = {"": "count", "1/s": "per second", "percent": "%"}
_PARTS = re.compile(r"^(?P<what>.+?)(?P<how> (?:over|by) [^,]+)(?P<side>, .+)?$")
_FARTHEST = 20.0  # times the highest value: a bound farther away says less than the curve
_JUDGED = re.compile(r"latency\.(?P<what>p\d+)_ms", re.ASCII)
_LATENCY = re.compile(r"p\d+(\.\d+)?|.* time")

Point = tuple[float, float]


class Tick(msgspec.Struct, frozen=True):
    """A mark on an axis: where it stands, in pixels, and what it says."""

    at: str
    text: str


class Line(msgspec.Struct, frozen=True):
    """One curve: `path` for SVG, and the `rows` of its table (x, y) as text.

    `label` is what its name has that the title of the chart does not say for all of them.
    """

    name: str
    label: str
    path: str
    rows: tuple[tuple[str, str], ...]
    every: int  # 1: all points are in the table


class Bound(msgspec.Struct, frozen=True):
    """What a curve has to keep: where it stands, in pixels, and its condition in words."""

    at: str
    text: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Curves on common axes."""

    title: str
    description: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    bounds: tuple[Bound, ...] = ()


class Name(msgspec.Struct, frozen=True):
    """A curve's name in parts: "p50", " over time", ", base"."""

    what: str
    how: str = ""
    side: str = ""


def charts(series: Iterable[Series], criteria: Iterable[CriterionResult] = ()) -> list[Chart]:
    """Return charts of all series with a point to draw, with the bounds that `criteria` name.

    Those with the same axes share one, but for the two sides of a comparison, and for times that
    are no latencies.
    """
    kept_by = bounds_of(criteria)
    groups: dict[tuple[str, ...], list[Series]] = {}
    for each in series:
        kept = tuple(p for p in each.points if _drawable(p))
        if kept:
            finite = msgspec.structs.replace(each, points=kept)
            groups.setdefault(_topic(each), []).append(finite)
    return [
        _chart(group[start : start + MOST_LINES], kept_by)
        for group in groups.values()
        for start in range(0, len(group), MOST_LINES)
    ]


def bounds_of(criteria: Iterable[CriterionResult]) -> dict[str, tuple[float, str]]:
    """Return the absolute bound of each percentile of latency that is judged, and its condition."""
    found: dict[str, tuple[float, str]] = {}
    for each in criteria:
        judged = _JUDGED.fullmatch(each.metric)
        bound = _absolute(each.passes) if judged and not each.skipped else None
        if judged and bound is not None:
            found[judged["what"]] = (bound, each.passes)
    return found


def _absolute(passes: str) -> float | None:
    try:
        return parse(passes).bound(None)
    except ValueError:  # none, or more than one
        return None


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


def title_of(names: Sequence[str]) -> str:
    """Return one title: "p50 and p95 over time", "response time by percentile, base and candidate".

    >>> title_of(["p50 over time", "p95 over time"])
    'p50 and p95 over time'
    """
    parts = [_parts(name) for name in names]
    if len({each.how for each in parts}) > 1:
        return _listed(names)
    if len({each.what for each in parts}) == 1 and all(each.side for each in parts):
        sides = [each.side.removeprefix(", ") for each in parts]
        return f"{parts[0].what}{parts[0].how}, {_listed(sides)}"
    return _listed([each.what for each in parts]) + parts[0].how


def labels_of(names: Sequence[str]) -> list[str]:
    """Return what tells names apart: their sides, their quantities, or the names themselves."""
    parts = [_parts(name) for name in names]
    sides = [each.side.removeprefix(", ") for each in parts]
    what = [each.what for each in parts]
    told = (found for found in (sides, what) if len({*found}) == len(names) and all(found))
    return next(told, list(names)) if len({each.how for each in parts}) == 1 else list(names)


def _parts(name: str) -> Name:
    found = _PARTS.match(name)
    return Name(found["what"], found["how"], found["side"] or "") if found else Name(name)


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _topic(series: Series) -> tuple[str, ...]:
    """What curves on one chart have in common."""
    name = _parts(series.name)
    compared = f"{name.what}{name.how}" if name.side else ""
    other = name.how and series.y_unit in _TIMES and not _LATENCY.fullmatch(name.what)
    return (series.x_unit, series.y_unit, compared, name.what if other else "")


def _drawable(point: Point) -> bool:
    return all(abs(part) < LARGEST for part in point)  # NaN is not smaller either


def _chart(group: Sequence[Series], kept_by: Mapping[str, tuple[float, str]]) -> Chart:
    x_unit, y_unit = group[0].x_unit, group[0].y_unit
    x_axis = across(x_unit, [x for s in group for x, _ in s.points], LEFT, WIDTH - RIGHT)
    limits = _limits(group, kept_by)
    ys = [y for each in group for _, y in each.points] + [bound for bound, _ in limits]
    y_axis = upright(ys, HEIGHT - BOTTOM, TOP, decimal=y_unit in _TIMES)
    y_title = _Y_TITLES.get(y_unit, y_unit) + (", logarithmic" if y_axis.logarithmic else "")
    names = [each.name for each in group]
    labels = labels_of(names)
    return Chart(
        title=title_of(names),
        description="; ".join(_told(each) for each in group),
        x_title=_X_TITLES.get(x_unit, x_unit),
        y_title=y_title,
        x_ticks=tuple(Tick(_px(x_axis.place(mark)), f"{mark:g}") for mark in x_axis.marks),
        y_ticks=tuple(Tick(_px(y_axis.place(mark)), number(mark)) for mark in y_axis.marks),
        lines=tuple(
            _line(each, label, x_axis.place, y_axis.place)
            for each, label in zip(group, labels, strict=True)
        ),
        bounds=tuple(Bound(_px(y_axis.place(bound)), text) for bound, text in limits),
    )


def _limits(
    group: Sequence[Series], kept_by: Mapping[str, tuple[float, str]]
) -> list[tuple[float, str]]:
    """The bounds of the curves of a chart over time, so far as they do not press them flat."""
    if any(each.x_unit == PERCENTILE or each.y_unit != "ms" for each in group):
        return []
    named = [_parts(each.name).what for each in group]
    highest = max(y for each in group for _, y in each.points)
    found = [(kept_by[what], what) for what in named if what in kept_by]
    return [
        (bound, f"{what} {condition}")
        for (bound, condition), what in found
        if 0 < bound <= _FARTHEST * highest
    ]


def _line(series: Series, label: str, place_x: Place, place_y: Place) -> Line:
    drawn = [f"{_px(place_x(x))},{_px(place_y(y))}" for x, y in thinned(series.points)]
    every = -(-len(series.points) // MOST_ROWS)
    return Line(
        name=series.name,
        label=label,
        path="M" + "L".join(drawn if len(drawn) > 1 else drawn * 2),
        rows=tuple((f"{x:g}", number(y)) for x, y in series.points[::every]),
        every=every,
    )


def _told(series: Series) -> str:
    """Where it begins, what it reaches, where it ends."""
    values = [y for _, y in series.points]
    unit = f" {series.y_unit}" if series.y_unit else ""
    course = f"from {number(min(values))} to {number(max(values))}{unit}"
    ends = f"first {number(values[0])}, last {number(values[-1])}"
    if series.x_unit == PERCENTILE:
        ends = "rising with the percentile"
    return f"{series.name}: {len(values):,} points, {course}, {ends}"


def _px(value: float) -> str:
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text
