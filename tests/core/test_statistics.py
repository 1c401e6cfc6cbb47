"""Percentiles and bounds against exact arithmetic and their own laws."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core import statistics

SAMPLES = st.lists(st.integers(1, 10_000), min_size=1, max_size=400)
SHARES = st.sampled_from((0.5, 0.9, 0.95, 0.99))


def counted(samples: list[int]) -> list[tuple[float, int]]:
    return list(statistics.merge([[(value, 1)] for value in samples]))


@pytest.mark.parametrize(
    ("p", "needed"), [(0.5, 20), (0.9, 100), (0.95, 200), (0.99, 1000), (0.999, 10_000)]
)
def test_needed_samples(p: float, needed: int) -> None:
    assert statistics.needed_samples(p) == needed


@pytest.mark.parametrize(
    ("n", "p", "rank"),
    [
        (1, 0.5, 1),
        (2, 0.5, 1),
        (3, 0.5, 2),
        (20, 0.95, 19),
        (21, 0.95, 20),
        (100, 0.07, 7),
        (1000, 0.99, 990),
        (1001, 0.99, 991),
        (5, 1.0, 5),
        (5, 0.0001, 1),
    ],
)
def test_nearest_rank(n: int, p: float, rank: int) -> None:
    assert statistics.nearest_rank(n, p) == rank


# n = 58 is the last size where the largest of n samples is below the 95 % bound of p95.
@pytest.mark.parametrize(
    ("n", "p", "rank"),
    [
        (0, 0.5, None),
        (4, 0.5, None),
        (5, 0.5, 5),
        (58, 0.95, None),
        (59, 0.95, 59),
        (298, 0.99, None),
        (299, 0.99, 299),
        (100, 0.5, 59),
        (1000, 0.95, 962),
    ],
)
def test_upper_rank_against_tables(n: int, p: float, rank: int | None) -> None:
    assert statistics.upper_rank(n, p) == rank


@pytest.mark.parametrize(
    "p", [Fraction(1, 2), Fraction(9, 10), Fraction(19, 20), Fraction(99, 100)]
)
@pytest.mark.parametrize("n", [1, 5, 20, 59, 60, 137, 200, 300, 500])
def test_upper_rank_against_exact_fractions(n: int, p: Fraction) -> None:
    below, expected = Fraction(0), None
    for k in range(1, n + 1):
        below += math.comb(n, k - 1) * p ** (k - 1) * (1 - p) ** (n - k + 1)
        if below >= Fraction(95, 100):
            expected = k
            break
    assert statistics.upper_rank(n, float(p)) == expected


def test_upper_rank_of_many_samples_is_near_the_normal_approximation() -> None:
    n, p = 4_000_000, 0.95
    rank = statistics.upper_rank(n, p)
    assert rank is not None
    assert abs(rank - (n * p + 1.645 * math.sqrt(n * p * (1 - p)))) < 5


@given(SAMPLES, SHARES)
def test_percentile_is_the_sorted_sample_of_its_rank(samples: list[int], p: float) -> None:
    rank = statistics.nearest_rank(len(samples), p)
    assert statistics.percentile(counted(samples), p) == sorted(samples)[rank - 1]


@given(SAMPLES, SHARES)
def test_bound_is_never_below_the_percentile(samples: list[int], p: float) -> None:
    bound = statistics.upper_bound(counted(samples), p)
    assert bound is None or bound >= statistics.percentile(counted(samples), p)


@given(SAMPLES)
def test_percentiles_rise_with_p(samples: list[int]) -> None:
    values = [statistics.percentile(counted(samples), p / 100) for p in range(1, 101)]
    assert values == sorted(values)


@given(st.integers(1, 3000), SHARES)
def test_more_confidence_never_lowers_the_bound(n: int, p: float) -> None:
    low, high = (statistics.upper_rank(n, p, confidence) for confidence in (0.9, 0.99))
    assert high is None or (low is not None and low <= high)


@given(SAMPLES, SAMPLES)
def test_merging_counts_is_counting_together(one: list[int], two: list[int]) -> None:
    assert statistics.merge([counted(one), counted(two)]) == tuple(counted(one + two))


@pytest.mark.parametrize("p", [0.5, 0.95, 0.99])
def test_bound_covers_the_true_percentile_in_at_least_95_percent(p: float) -> None:
    choices, rounds, covered = random.Random(7), 2000, 0
    rank = statistics.upper_rank(400, p)
    assert rank is not None
    for _ in range(rounds):
        samples = sorted(choices.random() for _ in range(400))
        covered += samples[rank - 1] >= p
    assert 0.94 <= covered / rounds <= 0.985


def test_no_confidence_is_met_by_the_smallest_sample() -> None:
    assert statistics.upper_rank(5, 0.5, 0.0) == 1


def test_no_samples_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="of 0 samples"):
        statistics.percentile((), 0.5)
