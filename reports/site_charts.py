"""Small pictures of the site as plain geometry: sparklines, and numbers with bound and slope."""

import math
from collections.abc import Iterable, Sequence

import msgspec

from gates.core.conditions import parse
from reports.numbers import number, with_unit
from reports.recorded import Recorded
from reports.trends import Trend

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96, 22, 3
WIDTH, HEIGHT = 340, 120
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 22
FARTHEST_BOUND = 4.0  # times the largest value: a bound beyond would make the line flat


class Spark(msgspec.Struct, frozen=True, kw_only=True):
    """A small line with its end marked; `told` says it in words."""

    path: str
    x: str
    y: str
    told: str


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """One number over the runs: `path` its line, `fit` its slope, `bound_y` where its bound is."""

    trend: Trend
    path: str
    fit: str
    bound_y: str
    x: str
    y: str
    ticks: tuple[tuple[str, str], ...]  # where, and what
    first: str
    last: str
    told: str
    rows: tuple[tuple[str, str], ...]


def spark(values: Sequence[float | None], title: str, unit: str = "") -> Spark | None:
    """The line of the values that are known; None of fewer than two."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    numbers = [value for _, value in known]
    place = scale(min(numbers), max(numbers), SPARK_HEIGHT - SPARK_EDGE, SPARK_EDGE)
    step = (SPARK_WIDTH - 2 * SPARK_EDGE) / (len(values) - 1)
    points = [(SPARK_EDGE + step * at, place(value)) for at, value in known]
    ends = f"from {with_unit(min(numbers), unit)} to {with_unit(max(numbers), unit)}"
    return Spark(
        path=path(points),
        x=px(points[-1][0]),
        y=px(points[-1][1]),
        told=f"{title}: {len(known)} runs, {ends}, now {with_unit(numbers[-1], unit)}",
    )


def plot(trend: Trend, runs: Sequence[Recorded]) -> Plot | None:
    """The last values of one number; None of fewer than two."""
    known = [
        (at, value) for at, run in enumerate(runs) if (value := value_of(run, trend.id)) is not None
    ]
    if len(known) < 2:
        return None
    numbers = [value for _, value in known]
    bound = drawn_bound(trend, numbers)
    low, high = spread([*numbers, *([] if bound is None else [bound])])
    place = scale(low, high, HEIGHT - BOTTOM, TOP)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(runs) - 1)
    points = [(LEFT + step * at, place(value)) for at, value in known]
    ends = f"from {with_unit(min(numbers), trend.unit)} to {with_unit(max(numbers), trend.unit)}"
    return Plot(
        trend=trend,
        path=path(points),
        fit=fit(trend, [x for x, _ in points], place, (low, high)),
        bound_y="" if bound is None else px(place(bound)),
        x=px(points[-1][0]),
        y=px(points[-1][1]),
        ticks=tuple((px(place(mark)), number(mark)) for mark in (low, high)),
        first=runs[0].started_at[:10],
        last=runs[-1].started_at[:10],
        told=f"{len(known)} runs, {ends}, now {with_unit(numbers[-1], trend.unit)}",
        rows=tuple((runs[at].started_at, number(value)) for at, value in known),
    )


def value_of(run: Recorded, id: str) -> float | None:
    """A number of a run, None where it has none that can be drawn."""
    value = run.score if id == "score" else run.values.get(id)
    return value if value is not None and math.isfinite(value) else None


def drawn_bound(trend: Trend, values: Sequence[float]) -> float | None:
    """The one absolute bound, where it is near enough to be drawn."""
    try:
        bound = parse(trend.bound).bound(None)
    except ValueError:
        return None
    most = FARTHEST_BOUND * max(abs(value) for value in values)
    return bound if bound is not None and abs(bound) <= most else None


def fit(trend: Trend, xs: Sequence[float], place: "Place", ends: tuple[float, float]) -> str:
    """The fitted line, cut where it leaves the picture; nothing where there is no sure slope."""
    if trend.slope is None or not trend.slope.is_sure:
        return ""
    first = trend.slope.now - trend.slope.per_run * (len(xs) - 1)
    ys = [place(min(max(value, ends[0]), ends[1])) for value in (first, trend.slope.now)]
    return path([(xs[0], ys[0]), (xs[-1], ys[1])])


def spread(values: Sequence[float]) -> tuple[float, float]:
    """What the picture reaches from and to: round ends, apart where all values are the same."""
    low, high = min(values), max(values)
    if high - low <= 1e-9 * max(1.0, abs(high)):
        half = max(abs(high) * 0.1, 1.0)
        return low - half, high + half
    size = 10.0 ** math.floor(math.log10(high - low)) / 2
    return round(math.floor(low / size) * size, 12), round(math.ceil(high / size) * size, 12)


class Place(msgspec.Struct, frozen=True):
    """Leads `low` to `start` and `high` to `end`; what is all the same to the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value is, in pixels."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return self.start + share * (self.end - self.start)


def scale(low: float, high: float, start: float, end: float) -> Place:
    """The place of each value between two ends."""
    return Place(low, high, start, end)


def path(points: Iterable[tuple[float, float]]) -> str:
    """Points as a path of SVG."""
    return "M" + "L".join(f"{px(x)},{px(y)}" for x, y in points)


def px(value: float) -> str:
    """One decimal, the same everywhere."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text
