"""Compares a base with a candidate that were measured in pairs of slices: regressed or not.

A pair is one slice of load on either side, sent one after the other; whatever slows the machine
slows both. The pairs are what is drawn again and again (a block bootstrap): requests of one slice
depend on each other, slices hardly do. Sources: Efron and Tibshirani, An Introduction to the
Bootstrap, chapter 13 (percentile intervals); Künsch 1989 (blocks).
"""

import math
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import accumulate
from operator import itemgetter

import msgspec

from gates.core.resampling import interval, resamples
from gates.core.statistics import nearest_rank, needed_samples, upper_rank

_CONFIRMING = 0.8  # confidence of the second opinion, which alone would be too strict a judge
LEAST_PAIRS = 8  # an interval of fewer is too narrow
LATENCIES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
THROUGHPUT = "throughput"


class Change(StrEnum):
    """What became of one quantity between base and candidate."""

    REGRESSED = "regressed"
    NOT_REGRESSED = "not regressed"
    INCONCLUSIVE = "inconclusive"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """When a difference counts.

    Regressed: the interval lies above no change, and the estimate is worse by `floor_share` and
    `floor_ms` at least. Not regressed: the interval ends below `margin`, or below `floor_ms`, and
    so does the median of the pairs, which stalls of the machine in a few slices cannot move. That
    has to agree with a regression too, unless the interval lies beyond `margin`.
    """

    floor_ms: float = 1.0
    floor_share: float = 0.05
    margin: float = 0.15
    confidence: float = 0.95  # two-sided
    resamples: int = 1000
    seed: int = 1


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One slice on one side: `times` of accepted answers in ms, `accepted` of `ended` requests.

    `steps` requests ended within `span_s`: see `pace`.
    """

    times: tuple[float, ...]
    accepted: int
    ended: int
    steps: int
    span_s: float


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """The same slice of load on both sides."""

    base: Side
    candidate: Side


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity. `ratio` is candidate over base, from `low` to `high` with confidence.

    Base and candidate are in ms, of throughput per second; None where there is none. `why` says
    why it is inconclusive.
    """

    quantity: str
    change: Change
    base: float | None = None
    candidate: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""
    samples: int = 0  # on the side that has fewer
    needed: int = 0


class _Sorted:
    """All times of one side with the pair of each, ready to be weighted."""

    def __init__(self, slices: Sequence[tuple[float, ...]]) -> None:
        pooled = sorted((value, pair) for pair, times in enumerate(slices) for value in times)
        self.values = [value for value, _ in pooled]
        self._pairs = [pair for _, pair in pooled]

    def percentiles(self, weights: Sequence[int], shares: Sequence[float]) -> list[float] | None:
        """The percentiles where pair i counts `weights[i]` times; None of nothing."""
        sums = list(accumulate(map(weights.__getitem__, self._pairs)))
        if not sums or not sums[-1]:
            return None
        return [self.values[bisect_left(sums, nearest_rank(sums[-1], p))] for p in shares]


def pace(ends: Sequence[float]) -> tuple[int, float]:
    """How many of these requests ended within how many seconds, in the middle of the slice.

    From the end at a quarter of them to the end at nine tenths: the first are answered by what has
    been idle, the last hang on the latency of one request.
    """
    if not ends:
        return 0, 0.0
    first, last = (nearest_rank(len(ends), share) - 1 for share in (0.25, 0.9))
    ordered = sorted(ends)
    return last - first, ordered[last] - ordered[first]


def compared(pairs: Sequence[Pair], rules: Rules) -> tuple[Compared, ...]:
    """Every quantity: p50, p95, p99 and throughput. The same input gives the same result."""
    draws = list(resamples(len(pairs), rules.resamples, rules.seed))
    return (*_latencies(pairs, draws, rules), _throughput(pairs, draws, rules))


def regressions(found: Sequence[Compared]) -> tuple[Compared, ...]:
    """Those that regressed."""
    return tuple(one for one in found if one.change is Change.REGRESSED)


def judged(worse: float, low: float, high: float, base_ms: float, rules: Rules) -> Change:
    """The verdict of a ratio above 1 for worse, between `low` and `high`; see `Rules`."""
    floor = rules.floor_ms / base_ms if base_ms > 0 else math.inf
    if low > 1 and worse - 1 >= max(rules.floor_share, floor):
        return Change.REGRESSED
    if high - 1 < max(rules.margin, floor):
        return Change.NOT_REGRESSED
    return Change.INCONCLUSIVE


def of_pairs(pairs: Sequence[Pair], share: float) -> tuple[float, float]:
    """Bounds of the median of what the pairs say, each by itself, of a percentile's ratio.

    By order statistics: free of any assumption on how the machine disturbs. (1, 1) of too few.
    """
    ratios = sorted(
        _percentile(pair.candidate.times, share) / _percentile(pair.base.times, share)
        for pair in pairs
        if pair.base.times and pair.candidate.times
    )
    rank = upper_rank(len(ratios), 0.5, _CONFIRMING)
    return (ratios[-rank], ratios[rank - 1]) if rank else (1.0, 1.0)


def _percentile(times: Sequence[float], share: float) -> float:
    return max(sorted(times)[nearest_rank(len(times), share) - 1], sys.float_info.min)


def _latencies(
    pairs: Sequence[Pair], draws: Sequence[Sequence[int]], rules: Rules
) -> Iterator[Compared]:
    sides = [_Sorted([get(pair).times for pair in pairs]) for get in _SIDES]
    samples = min(len(side.values) for side in sides)
    shares = tuple(LATENCIES.values())
    points = [side.percentiles([1] * len(pairs), shares) for side in sides]
    drawn = [found for draw in draws if (found := _ratios(sides, draw, shares))]
    for place, (name, share) in enumerate(LATENCIES.items()):
        about = Compared(
            quantity=name,
            change=Change.INCONCLUSIVE,
            base=points[0][place] if points[0] else None,
            candidate=points[1][place] if points[1] else None,
            samples=samples,
            needed=needed_samples(share),
        )
        one = _decided(about, list(map(itemgetter(place), drawn)), len(pairs), rules)
        yield _confirmed(one, of_pairs(pairs, share), rules)


def _ratios(
    sides: Sequence[_Sorted], draw: Sequence[int], shares: Sequence[float]
) -> list[float] | None:
    base, candidate = (side.percentiles(draw, shares) for side in sides)
    if base is None or candidate is None:
        return None
    return [b / a if a > 0 else math.inf for a, b in zip(base, candidate, strict=True)]


def _throughput(pairs: Sequence[Pair], draws: Sequence[Sequence[int]], rules: Rules) -> Compared:
    sides = [[get(pair) for pair in pairs] for get in _SIDES]
    base, candidate = (_rate(side, [1] * len(pairs)) for side in sides)
    drawn = [(_rate(sides[0], draw), _rate(sides[1], draw)) for draw in draws]
    about = Compared(
        quantity=THROUGHPUT,
        change=Change.INCONCLUSIVE,
        base=base,
        candidate=candidate,
        samples=min(sum(one.ended for one in side) for side in sides),
    )
    return _decided(about, [b / a for a, b in drawn if a > 0], len(pairs), rules)


def _rate(side: Sequence[Side], weights: Sequence[int]) -> float:
    """Accepted answers per second."""
    span = sum(weight * one.span_s for one, weight in zip(side, weights, strict=True))
    steps = (
        weight * one.steps * one.accepted / one.ended
        for one, weight in zip(side, weights, strict=True)
        if one.ended
    )
    return sum(steps) / span if span > 0 else 0.0


def _decided(about: Compared, drawn: list[float], pairs: int, rules: Rules) -> Compared:
    """The quantity with its interval and verdict, or with what keeps it from one."""
    why = _lacking(about, drawn, pairs)
    if why or about.base is None or about.candidate is None:
        return msgspec.structs.replace(about, why=why)
    ratio = about.candidate / about.base
    low, high = interval(drawn, ratio, pairs, rules.confidence)
    if about.quantity == THROUGHPUT:
        change = judged(_turned(ratio), _turned(high), _turned(low), math.inf, rules)
    else:
        change = judged(ratio, low, high, about.base, rules)
    why = "the interval is too wide" if change is Change.INCONCLUSIVE else ""
    return msgspec.structs.replace(about, change=change, ratio=ratio, low=low, high=high, why=why)


def _confirmed(one: Compared, apart: tuple[float, float], rules: Rules) -> Compared:
    """The same, but inconclusive where the pairs by themselves do not agree.

    A small regression has to be seen in most of them; a large one may come and go.
    """
    if one.base is None or one.low is None:
        return one
    match one.change:
        case Change.REGRESSED:
            agreed = one.low > 1 + rules.margin or apart[0] > 1
        case Change.NOT_REGRESSED:
            agreed = judged(apart[1], 0.0, apart[1], one.base, rules) is Change.NOT_REGRESSED
        case Change.INCONCLUSIVE:
            agreed = True
    if agreed:
        return one
    between = f"{apart[0]:.2f} to {apart[1]:.2f}"
    why = f"the machine was disturbed: the median of the pairs is {between}"
    return msgspec.structs.replace(one, change=Change.INCONCLUSIVE, why=why)


def _lacking(about: Compared, drawn: list[float], pairs: int) -> str:
    if pairs < LEAST_PAIRS:
        return f"too few pairs of slices: need {LEAST_PAIRS - pairs} more"
    if about.samples < about.needed:
        return f"too few samples on each side: need {about.needed - about.samples} more"
    if not about.base or not drawn:
        return "the base answered nothing"
    return ""


def _turned(ratio: float) -> float:
    return 1 / ratio if ratio > 0 else math.inf


def _base(pair: Pair) -> Side:
    return pair.base


def _candidate(pair: Pair) -> Side:
    return pair.candidate


_SIDES = (_base, _candidate)
