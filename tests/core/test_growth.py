"""Growth by robust slope: what grows is told, what wavers, fills up or falls back is not (P40)."""

import math
import random
from collections.abc import Callable

import pytest

from gates.core import growth
from gates.core.growth import Floor, Points

FLOOR = Floor(per_minute=2.0, total=16.0, share=0.1)
Curve = Callable[[float], float]


def points(curve: Curve, seconds: float = 6.0, every: float = 0.1, noise: float = 0.0) -> Points:
    rng = random.Random(1)
    count = round(seconds / every) + 1
    return [(i * every, curve(i * every) + rng.uniform(-noise, noise)) for i in range(count)]


def test_slope_is_the_median_of_the_pairs_and_its_interval_by_hand() -> None:
    # 7 points make 21 pairs; 2.576 * sqrt(7 * 6 * 19 / 18) = 17.15, (21 - 17.15) / 2 = 1.9: the
    # interval is from the 1st slope to the 21st. Of 6 points even the outermost pair is not enough.
    levels = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 9.0)
    found = growth.slope(list(zip(map(float, range(7)), levels, strict=True)))
    assert (found.rate, found.low, found.high) == (1.0, 1.0, 4.0)
    few = growth.slope([(float(x), float(x)) for x in range(6)])
    assert (few.rate, few.low, few.high) == (1.0, -math.inf, math.inf)


def test_a_third_of_wild_points_does_not_bend_it() -> None:
    made = [(x, 1000.0 if x % 4 == 0 else 3.0 * x) for x in map(float, range(40))]
    assert growth.slope(made).rate == pytest.approx(3.0, abs=1.0)


def test_the_interval_covers_the_true_slope_in_99_of_100_made_runs() -> None:
    rng = random.Random(7)
    hits = 0
    for _ in range(300):
        made = [(float(x), 0.5 * x + rng.gauss(0, 3)) for x in range(30)]
        found = growth.slope(made)
        hits += found.low <= 0.5 <= found.high
    assert hits >= 291


@pytest.mark.parametrize(
    ("curve", "grows", "why"),
    [
        (lambda _: 100.0, False, "no more than wavering"),
        (lambda t: 100 + 15.9 * t / 6, False, "no more than wavering"),
        (lambda t: 100 + 30 * t / 6, True, "still growing"),
        (lambda t: 1000 + 90 * t / 6, False, "no more than wavering"),  # under 10 % of the level
        (lambda t: 1000 + 140 * t / 6, True, "still growing"),
        (lambda t: 100 + 40 * min(t, 2.0), False, ""),
        (lambda t: 100 + 40 * min(t, 4.8), False, "came to rest"),  # a cache that was full at 80 %
        (lambda t: 100 + 80 * (1 - math.exp(-t)), False, "came to rest"),
        (lambda t: 100 + 60 * (t > 3), False, ""),  # one step
        (lambda t: 100 + 40 * (t % 1.5), False, ""),  # a garbage collector at work
        (lambda t: 100 + 10 * math.floor(t * 2), True, "still growing"),  # in steps
        (lambda t: 200 - 20 * t, False, "no more than wavering"),
    ],
)
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_only_what_grows_to_the_last_is_growth(
    curve: Curve, grows: bool, why: str, noise: float
) -> None:
    found = growth.growth(points(curve, noise=noise), FLOOR)
    assert (found.grows, why in found.why) == (grows, True), found


@pytest.mark.parametrize(("after", "grows"), [(None, True), (121.0, True), (105.0, False)])
def test_what_falls_back_after_the_load_was_work_not_a_leak(
    after: float | None, grows: bool
) -> None:
    found = growth.growth(points(lambda t: 100 + 30 * t / 6), FLOOR, after)
    assert found.grows is grows
    assert ("fell back" in found.why) is not grows


@pytest.mark.parametrize(
    ("count", "every", "text"),
    [
        (0, 0.1, "0 samples"),
        (23, 1.0, "23 samples"),
        (24, 1.0, ""),
        (50, 0.1, "4.9 s"),
        (51, 0.1, ""),
    ],
)
def test_too_short_and_too_few_are_told(count: int, every: float, text: str) -> None:
    """P12: no samples are no verdict."""
    said = growth.too_little([(i * every, 0.0) for i in range(count)])
    assert said.startswith(text) if text else said == ""


def test_thinned_keeps_few_points_and_the_course_of_many() -> None:
    made = points(lambda t: 7 * t, seconds=600)
    thin = growth.thinned(made)
    assert len(thin) == growth.MOST_POINTS
    assert growth.slope(thin).rate == pytest.approx(7.0)
    assert growth.thinned(made[:60]) == made[:60]


def test_the_verdict_does_not_change_with_the_number_of_samples() -> None:
    for every in (0.05, 0.1, 0.2):
        assert growth.growth(points(lambda t: 100 + 5 * t, every=every), FLOOR).grows
        assert not growth.growth(points(lambda t: 100 + 30 * min(t, 3), every=every), FLOOR).grows
