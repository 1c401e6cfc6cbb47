"""Draws the same things again and again, and says between what bounds an estimate then lies.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13 (percentile intervals).
"""

import math
from collections.abc import Iterator, Sequence

_WORD = 2**64 - 1


def resamples(size: int, count: int, seed: int) -> Iterator[list[int]]:
    """How often each of `size` things is drawn, with replacement, in each of `count` draws."""
    numbers = _numbers(seed)
    for _ in range(count):
        weights = [0] * size
        for _ in range(size):
            weights[next(numbers) * size >> 64] += 1
        yield weights


def interval(
    estimates: Sequence[float], point: float, size: int, confidence: float
) -> tuple[float, float]:
    """The bootstrap interval of a ratio from its estimates, as wide as `size` blocks deserve.

    Resampling n blocks gives a spread too small by sqrt((n - 1) / n): it is put back, on the
    logarithm, about the estimate `point`.
    """
    ordered, tail = sorted(estimates), (1 - confidence) / 2
    last = len(ordered) - 1
    low, high = ordered[math.floor(tail * last)], ordered[math.ceil((1 - tail) * last)]
    wide = math.sqrt(size / (size - 1))
    return _stretched(low, point, wide), _stretched(high, point, wide)


def _stretched(value: float, point: float, factor: float) -> float:
    if not 0 < value < math.inf or point <= 0:
        return value
    return float(point * (value / point) ** factor)


def _numbers(seed: int) -> Iterator[int]:
    """Evenly distributed 64-bit numbers: SplitMix64 (Steele, Lea and Flood, 2014)."""
    state = seed & _WORD
    while True:
        state = state + 0x9E3779B97F4A7C15 & _WORD
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _WORD
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _WORD
        yield mixed ^ mixed >> 31
