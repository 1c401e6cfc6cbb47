"""Percentiles and their confidence bounds from counted samples, by order statistics."""

import math
from collections.abc import Iterable, Sequence

Counts = Sequence[tuple[float, int]]  # (value, how often), ascending by value

_ROUND = 9  # decimals that hide the error of binary fractions such as 0.95 * 20
_FAR = 12.0  # standard deviations above the mean: the binomial tail there is below 1e-30


def needed_samples(p: float) -> int:
    """Return how many samples a percentile needs to be judged at all: ceil(10 / (1 - p)).

    `p` is a share in (0, 1): 0.95 needs 200, 0.99 needs 1,000.
    """
    return math.ceil(round(10 / (1 - p), _ROUND))


def nearest_rank(n: int, p: float) -> int:
    """Return the 1-based rank of percentile `p` among `n` >= 1 sorted samples: ceil(p * n)."""
    return min(n, max(1, math.ceil(round(p * n, _ROUND))))


def upper_rank(n: int, p: float, confidence: float = 0.95) -> int | None:
    """Return the rank whose sample is a one-sided upper confidence bound of percentile `p`.

    Exact and free of any assumption on the distribution: the smallest k with
    P(Binomial(n, p) <= k - 1) >= confidence. None where no sample is high enough
    (n < 59 for p = 0.95 at 95 %).
    Source: Conover, Practical Nonparametric Statistics, confidence intervals for quantiles.
    """
    if n < 1 or 1 - p**n < confidence:
        return None
    top = min(n, math.ceil(n * p + _FAR * math.sqrt(n * p * (1 - p)) + 1))
    term = _binomial(n, p, top)
    tail = 0.0  # P(X >= k), summed from the small terms up
    for k in range(top, 0, -1):
        if tail + term > 1 - confidence:
            return min(n, k + 1)
        tail += term
        term *= k / (n - k + 1) * (1 - p) / p
    return 1


def total(counts: Counts) -> int:
    """Return the number of samples."""
    return sum(count for _, count in counts)


def value_at_rank(counts: Counts, rank: int) -> float:
    """Return the sample of 1-based `rank`. Raises ValueError if there is none."""
    seen = 0
    for value, count in counts:
        seen += count
        if seen >= rank:
            return value
    raise ValueError(f"rank {rank} of {seen} samples")


def percentile(counts: Counts, p: float) -> float:
    """Return percentile `p` by nearest rank. Raises ValueError without samples."""
    return value_at_rank(counts, nearest_rank(total(counts), p))


def upper_bound(counts: Counts, p: float, confidence: float = 0.95) -> float | None:
    """Return the one-sided upper confidence bound of percentile `p`, None if samples are few."""
    rank = upper_rank(total(counts), p, confidence)
    return None if rank is None else value_at_rank(counts, rank)


def merge(parts: Iterable[Counts]) -> tuple[tuple[float, int], ...]:
    """Return the counts of all parts together; exact where they share their buckets."""
    sums: dict[float, int] = {}
    for part in parts:
        for value, count in part:
            sums[value] = sums.get(value, 0) + count
    return tuple(sorted(sums.items()))


def _binomial(n: int, p: float, k: int) -> float:
    choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(choose + k * math.log(p) + (n - k) * math.log1p(-p))
