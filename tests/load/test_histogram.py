"""Our histogram against HdrHistogram itself, and against exact percentiles."""

import random

import pytest
from hdrh.histogram import HdrHistogram

from gates.load.histogram import HIGHEST_US, LOWEST_US, Histogram


@pytest.mark.parametrize("spread", [0.5, 1.5, 3.0])
def test_buckets_are_those_of_hdrhistogram(spread: float) -> None:
    """Lognormal times from a microsecond to beyond ten minutes, clamped alike."""
    choices, ours = random.Random(5), Histogram()
    theirs = HdrHistogram(LOWEST_US, HIGHEST_US, 3)
    for _ in range(30_000):
        seconds = choices.lognormvariate(-5, spread)
        ours.add(seconds)
        theirs.record_value(min(HIGHEST_US, max(LOWEST_US, round(seconds * 1e6))))
    edge = theirs.get_highest_equivalent_value
    assert ours.counts() == tuple(
        (edge(step.value_iterated_to), step.count_at_value_iterated_to)
        for step in theirs.get_recorded_iterator()
    )


@pytest.mark.parametrize(
    ("value", "edge"),
    [(1, 1), (2047, 2047), (2048, 2049), (4095, 4095), (4096, 4099), (1_000_000, 1_000_447)],
)
def test_edges_of_buckets(value: int, edge: int) -> None:
    """Single microseconds below the first doubling; then 1,024 buckets for each."""
    histogram = Histogram()
    histogram.add(value / 1e6)
    assert histogram.counts() == ((edge, 1),)
