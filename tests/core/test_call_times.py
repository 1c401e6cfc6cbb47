"""Bounds of a percentile from means and deviations hold for samples of any shape."""

import math
import random
import statistics

import pytest

from gates.core.call_times import Calls, between, bounds, kept


def of(times: list[float]) -> Calls:
    deviation = statistics.pstdev(times)
    return kept(len(times), statistics.fmean(times), deviation, max(times))


def p95(times: list[float]) -> float:
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


SHAPES = {
    "even": lambda rng: rng.uniform(1, 9),
    "long tail": lambda rng: rng.paretovariate(1.5),
    "two humps": lambda rng: rng.choice((1.0, 1.0, 1.0, 1.0, 80.0)),
    "rare and slow": lambda rng: 500.0 if rng.random() < 0.04 else 2.0,
    "constant": lambda rng: 7.0,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(20))
def test_the_true_percentile_lies_between(shape: str, seed: int) -> None:
    rng = random.Random(seed)
    first = [SHAPES[shape](rng) for _ in range(200)]
    second = [rng.gauss(30, 3) for _ in range(rng.choice((5, 50, 400)))]
    low, high = bounds((of(first), of(second)), 0.95)
    assert low - 1e-6 <= p95(first + second) <= high + 1e-6


def test_without_deviation_the_bounds_meet() -> None:
    low, high = bounds((kept(100, 4.0, 0.0, 4.0),), 0.95)
    assert (low, high) == (pytest.approx(4.0), pytest.approx(4.0))


def test_a_statement_of_a_twentieth_of_the_calls_does_not_move_it() -> None:
    quick = kept(960, 1.0, 0.0, 1.0)
    assert bounds((quick, kept(40, 90.0, 0.0, 90.0)), 0.95)[1] == pytest.approx(1.0)
    assert bounds((quick, kept(60, 90.0, 0.0, 90.0)), 0.95)[0] == pytest.approx(90.0)


def test_only_what_was_added_counts() -> None:
    old, new = [5.0] * 50, [20.0, 30.0] * 25
    (added,) = between({"a": of(old)}, {"a": of(old + new)})
    assert added.calls == 50
    assert added.mean_ms == pytest.approx(25.0)
    assert math.sqrt(added.variance) == pytest.approx(5.0)
    assert between({"a": of(old)}, {"a": of(old)}) == ()


def test_a_statement_that_was_reset_is_taken_as_new() -> None:
    (added,) = between({"a": of([5.0] * 50)}, {"a": of([7.0] * 3)})
    assert (added.calls, added.mean_ms) == (3, pytest.approx(7.0))


def test_no_call_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no statement"):
        bounds((), 0.95)
