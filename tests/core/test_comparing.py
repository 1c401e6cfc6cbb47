"""Base against candidate: bounds by tables, and what it says of simulated runs in the long run."""

import math
import random
from collections import Counter

import pytest

from gates.core.comparing import (
    Change,
    Compared,
    Pair,
    Rules,
    Side,
    compared,
    judged,
    pace,
    regressions,
)
from gates.core.resampling import interval, resamples

RUNS = 40
QUICK = Rules(resamples=300)
REGRESSED, NOT_REGRESSED, INCONCLUSIVE = Change


def side(times: list[float], accepted: int | None = None, rate: float = 100.0) -> Side:
    """A slice of requests, one every 1/rate s, that end `times` ms after they are due."""
    steps, span_s = pace([number / rate + ms / 1000 for number, ms in enumerate(times)])
    count = len(times) if accepted is None else accepted
    return Side(
        times=tuple(times[:count]), accepted=count, ended=len(times), steps=steps, span_s=span_s
    )


def even(base: list[float], candidate: list[float], pairs: int = 10) -> tuple[Pair, ...]:
    """The same slices again and again."""
    return tuple(Pair(base=side(base), candidate=side(candidate)) for _ in range(pairs))


def found(pairs: tuple[Pair, ...], rules: Rules = QUICK) -> dict[str, Compared]:
    return {one.quantity: one for one in compared(pairs, rules)}


@pytest.mark.parametrize(
    ("worse", "low", "high", "base_ms", "change"),
    [
        (1.10, 1.001, 1.20, 100, REGRESSED),
        (1.10, 1.0, 1.20, 100, INCONCLUSIVE),  # may be no change at all
        (1.10, 1.0, 1.149, 100, NOT_REGRESSED),
        (1.05, 1.01, 1.09, 100, REGRESSED),  # the floor: 5 %
        (1.049, 1.01, 1.09, 100, NOT_REGRESSED),
        (1.049, 1.01, 1.16, 100, INCONCLUSIVE),
        (1.5, 1.4, 1.6, 2, REGRESSED),  # the floor: 1 ms of 2 ms
        (1.49, 1.4, 1.6, 2, INCONCLUSIVE),
        (1.4, 1.3, 1.49, 2, NOT_REGRESSED),  # 1 ms at most, however many per cent
        (1.4, 1.3, 1.5, 2, INCONCLUSIVE),
        (1.0, 0.9, 1.16, 100, INCONCLUSIVE),  # the margin: 15 %
        (1.0, 0.9, 1.14, 100, NOT_REGRESSED),
        (0.5, 0.4, 0.6, 100, NOT_REGRESSED),
        (math.inf, math.inf, math.inf, math.inf, REGRESSED),
        (1.2, 1.1, 1.3, 0, NOT_REGRESSED),
    ],
)
def test_a_change_is_judged_at_its_bounds(
    worse: float, low: float, high: float, base_ms: float, change: Change
) -> None:
    assert judged(worse, low, high, base_ms, Rules()) is change


def test_times_twice_as_long_are_a_ratio_of_two() -> None:
    known = found(even([10.0] * 120, [20.0] * 120))
    for name in ("p50", "p95", "p99"):
        one = known[name]
        assert (one.change, one.base, one.candidate) == (REGRESSED, 10.0, 20.0)
        assert (one.ratio, one.low, one.high) == (2.0, 2.0, 2.0)
    assert known["throughput"].change is NOT_REGRESSED
    assert known["throughput"].base == pytest.approx(100)


def test_times_half_as_long_are_no_regression() -> None:
    assert regressions(compared(even([20.0] * 120, [10.0] * 120), QUICK)) == ()


def test_answers_that_lag_behind_are_fewer_per_second() -> None:
    """Each answer 2 ms later than the one before: 12 ms instead of 10 ms between two ends."""
    late = [10.0 + 2 * number for number in range(120)]
    one = found(even([10.0] * 120, late))["throughput"]
    assert one.change is REGRESSED
    assert one.candidate == pytest.approx(1000 / 12)


def test_a_candidate_that_answers_nothing_has_no_throughput() -> None:
    nothing = side([5.0] * 50, accepted=0)
    pairs = tuple(Pair(base=side([5.0] * 50), candidate=nothing) for _ in range(10))
    known = found(pairs)
    assert (known["throughput"].change, known["throughput"].ratio) == (REGRESSED, 0.0)
    assert known["p95"].change is INCONCLUSIVE
    assert known["p95"].why == "too few samples on each side: need 200 more"


def test_a_base_that_answers_nothing_is_nothing_to_compare_with() -> None:
    nothing = side([5.0] * 50, accepted=0)
    pairs = tuple(Pair(base=nothing, candidate=side([5.0] * 50)) for _ in range(10))
    assert found(pairs)["throughput"].why == "the base answered nothing"
    assert {one.change for one in compared(pairs, QUICK)} == {INCONCLUSIVE}


@pytest.mark.parametrize(
    ("requests", "pairs", "why"),
    [
        (40, 7, "too few pairs of slices: need 1 more"),
        (40, 8, ""),
        (20, 9, "too few samples on each side: need 20 more"),
        (20, 10, ""),
    ],
)
def test_too_little_is_said_to_be_too_little(requests: int, pairs: int, why: str) -> None:
    one = found(even([10.0] * requests, [20.0] * requests, pairs))["p95"]
    assert (one.why, one.change) == (why, INCONCLUSIVE if why else REGRESSED)


def test_no_slices_are_inconclusive() -> None:
    assert {one.change for one in compared((), QUICK)} == {INCONCLUSIVE}


@pytest.mark.parametrize(
    ("slow", "pairs", "change"),
    [
        (108.0, 14, REGRESSED),  # a little slower, in most pairs
        (108.0, 6, INCONCLUSIVE),  # or in a few: that may have been the machine
        (130.0, 6, REGRESSED),  # a lot slower, now and then: a stall of its own
    ],
)
def test_a_small_regression_has_to_be_seen_in_most_pairs(
    slow: float, pairs: int, change: Change
) -> None:
    one = found((*even([100.0] * 40, [slow] * 40, pairs), *even([100.0] * 40, [100.0] * 40, 6)))
    assert one["p95"].change is change
    assert ("the machine was disturbed" in one["p95"].why) is (change is INCONCLUSIVE)


def test_pace_leaves_out_the_first_and_the_last() -> None:
    """Of 20 ends those at the ranks 5 and 18 count: 13 steps of 10 ms."""
    ends = [number / 100 for number in range(20)]
    assert pace(ends) == (13, pytest.approx(0.13))
    assert pace([*ends[:-1], 60.0]) == (13, pytest.approx(0.13))
    assert pace([]) == (0, 0.0)
    assert pace([1.0]) == (0, 0.0)


def test_resamples_draw_evenly_and_the_same_each_time() -> None:
    drawn = list(resamples(10, 2000, 1))
    assert drawn == list(resamples(10, 2000, 1)) != list(resamples(10, 2000, 2))
    assert {sum(weights) for weights in drawn} == {10}
    sums = [sum(weights[place] for weights in drawn) for place in range(10)]
    assert all(abs(total - 2000) < 5 * math.sqrt(2000) for total in sums)


def test_an_interval_is_as_wide_as_few_blocks_deserve() -> None:
    estimates = [math.exp(number / 1000) for number in range(-1000, 1001)]
    low, high = interval(estimates, 1.0, 9, 0.95)
    wide = math.sqrt(9 / 8)
    assert (math.log(low), math.log(high)) == pytest.approx((-0.95 * wide, 0.95 * wide))
    assert interval([0.0] * 9, 0.0, 9, 0.95) == (0.0, 0.0)


def simulated(
    seed: int, factor: float, *, drift: float, stalls: float = 0.0, pairs: int = 30
) -> tuple[Compared, ...]:
    """A run of 2 × 1500 requests: lognormal times about 20 ms, a machine that drifts and stalls.

    What slows the machine reaches both slices of a pair in part, and the next pair in part.
    """
    chance = random.Random(seed)

    def times(slow: float) -> list[float]:
        stalled = chance.random() < stalls
        extra = chance.uniform(5, 60) if stalled else 0.0
        return [20 * slow * math.exp(chance.gauss(0, 0.3)) + extra for _ in range(50)]

    made, weather = [], 0.0
    for _ in range(pairs):
        weather = 0.7 * weather + chance.gauss(0, drift)
        base, candidate = (math.exp(weather + chance.gauss(0, drift)) for _ in range(2))
        made.append(Pair(base=side(times(base)), candidate=side(times(candidate * factor))))
    return compared(made, QUICK)


def changes(factor: float, **machine: float) -> list[dict[str, Change]]:
    """What is said in 40 runs."""
    return [
        {one.quantity: one.change for one in simulated(seed, factor, **machine)}
        for seed in range(RUNS)
    ]


def test_the_same_revision_twice_is_hardly_ever_a_regression() -> None:
    """A/A: at most 5 false alarms in 40 runs, whichever the quantity."""
    alarms = [said for said in changes(1.0, drift=0.03) if REGRESSED in said.values()]
    assert len(alarms) <= 5


def test_the_same_revision_twice_is_mostly_told_so() -> None:
    said = Counter(known["p95"] for known in changes(1.0, drift=0.03))
    assert said[NOT_REGRESSED] >= 33


def test_a_tenth_more_is_found() -> None:
    """A planted +10 % of all times, and so of p95: found in at least 33 of 40 runs."""
    said = Counter(known["p95"] for known in changes(1.1, drift=0.02))
    assert said[REGRESSED] >= 33


def test_a_busy_machine_never_hides_a_quarter_more() -> None:
    """A core is kept busy: it may be inconclusive, but never says that +25 % is none."""
    for known in changes(1.25, drift=0.1, stalls=0.1):
        assert known["p95"] is not NOT_REGRESSED
        assert known["p50"] is not NOT_REGRESSED


def test_a_busy_machine_seldom_raises_an_alarm() -> None:
    alarms = [said for said in changes(1.0, drift=0.1, stalls=0.1) if REGRESSED in said.values()]
    assert len(alarms) <= 5
