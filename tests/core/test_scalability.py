"""The scalability law: planted parameters come back, and a bad fit is none."""

import pytest

from gates.core.scalability import (
    FEWEST_POINTS,
    WORST_ERROR,
    Law,
    Point,
    fit,
    least_squares,
    told,
)

CONCURRENCIES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


def law(rate: float, contention: float, coherency: float, **other: float) -> Law:
    highest = other.get("highest", 32.0)
    return Law(
        rate=rate, contention=contention, coherency=coherency, error=0, points=6, highest=highest
    )


def measured(true: Law, off: tuple[float, ...] = (0.0,)) -> list[Point]:
    return [
        Point(n, true.throughput(n) * (1 + off[i % len(off)])) for i, n in enumerate(CONCURRENCIES)
    ]


@pytest.mark.parametrize(
    ("contention", "coherency"),
    [(0.0, 0.0), (0.05, 0.0), (0.0, 0.002), (0.05, 0.002), (0.3, 0.01), (1.0, 0.0)],
)
def test_planted_parameters_come_back(contention: float, coherency: float) -> None:
    found = fit(measured(law(120.0, contention, coherency)))
    assert isinstance(found, Law)
    assert found.rate == pytest.approx(120, rel=1e-6)
    assert found.contention == pytest.approx(contention, abs=1e-6)
    assert found.coherency == pytest.approx(coherency, abs=1e-6)
    assert found.error < 1e-6
    assert (found.points, found.highest) == (6, 32.0)


def test_a_little_noise_moves_them_a_little_and_is_told_as_the_error() -> None:
    found = fit(measured(law(120.0, 0.05, 0.002), (0.02, -0.02)))
    assert isinstance(found, Law)
    assert found.contention == pytest.approx(0.05, abs=0.02)
    assert 0.005 < found.error < 0.02


def test_the_peak_is_where_a_table_of_the_law_is_highest() -> None:
    """By hand: sqrt((1 - 0.04) / 0.0006) = 40, and 4000 / (1 + 1.56 + 0.936) = 1144."""
    given = law(100.0, 0.04, 0.0006)
    peak = given.peak
    assert peak is not None
    assert peak.concurrency == pytest.approx(40)
    table = [given.throughput(n) for n in range(1, 100)]
    assert table.index(max(table)) + 1 == 40
    assert peak.throughput == pytest.approx(max(table))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (law(100.0, 0.04, 0.0006), "peaks at 1144/s at 40 requests at once"),
        (law(100.0, 0.04, 0.0006, highest=10.0), "(extrapolated: far beyond what was measured)"),
        (law(100.0, 0.04, 0.0006, highest=20.0), "at 40 requests at once"),
        (law(100.0, 0.04, 0.0), "levels off at 2500/s"),
        (law(100.0, 0.0, 0.0), "no contention was seen"),
    ],
)
def test_the_sentence_says_what_becomes_of_throughput(given: Law, text: str) -> None:
    assert text in told(given)
    assert ("extrapolated" in told(given)) == ("extrapolated" in text)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ([], "0 rates were measured"),
        ([Point(float(n), 10.0 * n) for n in range(1, FEWEST_POINTS)], "3 rates were measured"),
        ([Point(n / 10, 10.0 * n) for n in range(1, 9)], "nobody had to wait"),
        ([Point(2 + n / 10, 10.0) for n in range(5)], "nearly the same at all rates"),
        ([Point(0.0, 10.0)] * 9, "0 rates were measured"),
        ([Point(n, x) for n, x in ((1, 10), (2, 90), (4, 8), (8, 100))], "off, more than 10%"),
    ],
)
def test_what_cannot_be_fitted_says_why(points: list[Point], text: str) -> None:
    found = fit(points)
    assert isinstance(found, str)
    assert text in found


@pytest.mark.parametrize(("off", "shown"), [(0.08, True), (0.13, False)])
def test_a_bad_fit_is_not_shown(off: float, shown: bool) -> None:
    found = fit(measured(law(120.0, 0.05, 0.002), (off, -off)))
    assert isinstance(found, Law) == shown
    if isinstance(found, Law):
        assert found.error <= WORST_ERROR


def test_superlinear_growth_is_no_negative_contention() -> None:
    found = fit([Point(n, 10 * n**1.05) for n in CONCURRENCIES])
    assert isinstance(found, Law)
    assert (found.contention, found.coherency) == (0.0, 0.0)


def test_rows_that_do_not_determine_the_unknowns() -> None:
    assert least_squares([(1.0, 2.0), (2.0, 4.0)]) is None
    found = least_squares([(1.0, 0.0), (0.0, 4.0)])
    assert found is not None
    assert found == pytest.approx((1.0, 0.25))
