"""One-sided 95 % bounds of percentiles cover the true one in 94 to 98.5 % of simulated runs."""

import math
import random
from collections.abc import Callable

import pytest

from gates.core import statistics

ROUNDS = 2000
Draw = Callable[[random.Random], float]
UNITS: dict[str, Draw] = {
    "normal": lambda chance: chance.gauss(100, 15),
    "lognormal": lambda chance: 20 * math.exp(chance.gauss(0, 0.8)),
    "exponential": lambda chance: chance.expovariate(0.05),
    "heavy tail": lambda chance: chance.paretovariate(1.2),
    "two modes": lambda chance: (
        chance.gauss(5, 0.5) if chance.random() < 0.9 else chance.gauss(90, 5)
    ),
}


def true_value(draw: Draw, p: float) -> float:
    """The percentile of the distribution itself, from many samples."""
    chance, many = random.Random(99), 400_000
    return sorted(draw(chance) for _ in range(many))[round(p * many)]


@pytest.mark.parametrize(("n", "p"), [(200, 0.5), (400, 0.95), (1000, 0.99)])
@pytest.mark.parametrize("name", UNITS)
def test_bounds_cover(name: str, n: int, p: float) -> None:
    chance, draw = random.Random(11), UNITS[name]
    value, covered = true_value(draw, p), 0
    for _ in range(ROUNDS * 200 // n):
        counts = [(sample, 1) for sample in sorted(draw(chance) for _ in range(n))]
        bound = statistics.upper_bound(counts, p)
        assert bound is not None
        covered += bound >= value
    assert 0.94 <= covered / (ROUNDS * 200 // n) <= 0.985
