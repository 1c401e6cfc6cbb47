"""Tells a quantity that grows without end from one that wavers, fills up or falls back again.

The slope is Theil and Sen's: the median of the slopes of all pairs of points, which a third of wild
points cannot bend. Its interval comes from Kendall's statistic.
Source: Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, section 9.3.
"""

import math
from collections.abc import Sequence
from itertools import combinations, pairwise
from statistics import median

import msgspec

Points = Sequence[tuple[float, float]]  # (seconds, level), ascending by time

LEAST_S = 5.0  # a shorter stretch tells nothing
LEAST_POINTS = 24
MOST_POINTS = 60  # levels are medians of so many stretches: neighbours are not independent
SURE = 2.576  # 99 % of the standard normal distribution, half of the rest on either side
LIKELY = 1.645  # 90 %, for the end alone
STILL = 0.25  # of the whole slope that the last quarter has to have


class Slope(msgspec.Struct, frozen=True):
    """A rate per second, and the interval that it lies in."""

    rate: float
    low: float
    high: float


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """What is no growth yet: a rate per minute, a sum, and a share of the level at the start."""

    per_minute: float
    total: float
    share: float = 0.0


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How a level went. `grows`: without doubt, and to the last; `why` says what decided."""

    first: float  # median level of the first tenth
    last: float  # and of the last
    seconds: float
    slope: Slope
    grows: bool
    why: str

    @property
    def total(self) -> float:
        """How much it grew."""
        return self.last - self.first


def slope(points: Points, sure: float = SURE) -> Slope:
    """The slope of at least two points at different times; infinite bounds where they are few.

    `sure` is the quantile of the standard normal distribution, by default that of 99 %.
    """
    rates = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
    count = len(points)
    spread = sure * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    below = math.floor((len(rates) - spread) / 2) - 1  # 0-based rank of the lower bound
    if below < 0:
        return Slope(median(rates), -math.inf, math.inf)
    return Slope(median(rates), rates[below], rates[len(rates) - 1 - below])


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """At most so many points: medians of time and level of stretches of equal number."""
    if len(points) <= most:
        return points
    edges = [round(i * len(points) / most) for i in range(most + 1)]
    parts = [points[begin:end] for begin, end in pairwise(edges)]
    return [(median(x for x, _ in part), median(y for _, y in part)) for part in parts]


def too_little(points: Points) -> str:
    """Why points cannot be judged, "" if they can."""
    seconds = points[-1][0] - points[0][0] if points else 0.0
    if len(points) < LEAST_POINTS:
        return f"{len(points)} samples after the warm-up (at least {LEAST_POINTS})"
    if seconds < LEAST_S:
        return f"{seconds:.1f} s after the warm-up (at least {LEAST_S:g} s)"
    return ""


def growth(points: Points, floor: Floor, after: float | None = None) -> Growth:
    """Judge levels of which `too_little` says nothing.

    `after` is the level once all is over: what has fallen back by half was no leak. Growing means:
    the slope's lower bound and the sum are above the floor, and the last quarter still grows.
    """
    levels = thinned(points)
    tenth, quarter = max(len(levels) // 10, 1), max(len(levels) // 4, 6)
    first = median(y for _, y in levels[:tenth])
    last = median(y for _, y in levels[-tenth:])
    whole, tail = slope(levels), slope(levels[-quarter:], LIKELY)
    why = _steady(first, last, whole, tail, floor) or _fell_back(first, last, after)
    return Growth(
        first=first,
        last=last,
        seconds=levels[-1][0] - levels[0][0],
        slope=whole,
        grows=not why,
        why=why or "it was still growing at the end",
    )


def _steady(first: float, last: float, whole: Slope, tail: Slope, floor: Floor) -> str:
    if last - first <= max(floor.total, floor.share * first):
        return "no more than wavering"
    if whole.low * 60 <= floor.per_minute:
        return "no sure trend"
    if tail.low <= STILL * whole.rate:
        return "it came to rest"
    return ""


def _fell_back(first: float, last: float, after: float | None) -> str:
    if after is not None and after - first < (last - first) / 2:
        return "it fell back after the load"
    return ""
