"""Charts: few points, round ticks, everything inside the frame, the same bytes everywhere."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.model import Series
from reports.charts import HEIGHT, MOST_POINTS, MOST_ROWS, WIDTH, charts, steps, thinned
from tests.reports import samples


def series(points: list[tuple[float, float]], name: str = "a", x_unit: str = "s") -> Series:
    return Series(name=name, x_unit=x_unit, y_unit="ms", points=tuple(points))


def pixels(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


def test_curves_with_the_same_axes_share_a_chart() -> None:
    drawn = charts(samples.load().evidence.series)
    assert [len(each.lines) for each in drawn] == [2, 2, 2]
    assert drawn[0].title == "response time by percentile and service time by percentile"
    assert "3 points" not in drawn[0].description
    assert "10 points, from" in drawn[0].description


def test_a_fifth_curve_opens_another_chart() -> None:
    drawn = charts(series([(0, 1), (1, 2)], name=str(index)) for index in range(5))
    assert [len(each.lines) for each in drawn] == [4, 1]


def test_percentiles_stand_by_their_nines() -> None:
    [chart] = charts([series([(0, 1), (90, 2), (99, 3), (99.9, 4)], x_unit="percentile")])
    assert [tick.text for tick in chart.x_ticks] == ["0", "50", "90", "99", "99.9"]
    at = [x for x, _ in pixels(chart.lines[0].path)]
    gaps = [round(b - a, 0) for a, b in itertools.pairwise(at)]
    assert gaps[0] == pytest.approx(gaps[1], abs=1) == gaps[2]


def test_the_hundredth_percentile_stays_in_the_frame() -> None:
    [chart] = charts([series([(50, 1), (100, 9)], x_unit="percentile")])
    assert all(0 <= x <= WIDTH for x, _ in pixels(chart.lines[0].path))


def test_thinning_keeps_ends_and_peaks() -> None:
    points = [(float(x), 1.0) for x in range(10_000)]
    points[4321] = (4321.0, 99.0)
    kept = thinned(points)
    assert len(kept) <= MOST_POINTS
    assert (4321.0, 99.0) in kept
    assert kept == sorted(kept)
    assert thinned(points[:MOST_POINTS]) == points[:MOST_POINTS]


def test_the_table_is_short_and_says_what_is_missing() -> None:
    [chart] = charts([series([(float(x), x / 3) for x in range(100)])])
    [line] = chart.lines
    assert len(line.rows) <= MOST_ROWS
    assert line.every == 5
    assert line.rows[1] == ("5", "1.67")


def test_points_that_cannot_be_drawn_are_left_out() -> None:
    bad = [(0.0, float("nan")), (float("inf"), 1.0), (1e300, 1.0)]
    assert charts([series(bad), series([])]) == []
    [chart] = charts([series([*bad, (1.0, 2.0)])])
    assert len(set(pixels(chart.lines[0].path))) == 1


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 87.3, [0, 20, 40, 60, 80, 100]),
        (0, 0, [0, 0.2]),
        (0, 5e-324, [0, 0.2]),
        (3, 3, [3, 4]),
        (-3, 4, [-4, -2, 0, 2, 4]),
        (0, 0.004, [0, 0.001, 0.002, 0.003, 0.004]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert steps(low, high) == ticks


@given(
    st.lists(
        st.tuples(st.floats(-1e14, 1e14, allow_nan=False), st.floats(-1e14, 1e14, allow_nan=False)),
        min_size=1,
        max_size=50,
    )
)
def test_any_curve_stays_in_the_frame(points: list[tuple[float, float]]) -> None:
    [chart] = charts([series(points)])
    for x, y in pixels(chart.lines[0].path):
        assert -1 <= x <= WIDTH + 1
        assert -1 <= y <= HEIGHT + 1
