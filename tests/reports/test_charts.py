"""Charts: few points, round ticks, everything inside the frame, the same bytes everywhere."""

import itertools
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.model import CriterionResult, Series, Status
from reports.axes import steps
from reports.charts import (
    HEIGHT,
    MOST_POINTS,
    MOST_ROWS,
    RIGHT,
    TOP,
    WIDTH,
    bounds_of,
    charts,
    labels_of,
    thinned,
    title_of,
)
from tests.reports import gate_samples, load_samples
from tests.reports.part_samples import criterion


def series(points: list[tuple[float, float]], name: str = "a", x_unit: str = "s") -> Series:
    return Series(name=name, x_unit=x_unit, y_unit="ms", points=tuple(points))


def pixels(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


def test_curves_with_the_same_axes_share_a_chart() -> None:
    drawn = charts(gate_samples.load().evidence.series)
    assert [len(each.lines) for each in drawn] == [2, 2, 2]
    assert drawn[0].title == "response time and service time by percentile"
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


def test_the_hundredth_percentile_stands_behind_the_last_and_in_the_frame() -> None:
    [chart] = charts([series([(50, 1), (99, 5), (99.9, 8), (100, 9)], x_unit="percentile")])
    at = [x for x, _ in pixels(chart.lines[0].path)]
    assert at[-1] == WIDTH - RIGHT
    assert at == sorted(at)
    assert [tick.text for tick in chart.x_ticks] == ["0", "50", "90", "99", "99.9", "100"]
    assert [float(tick.at) for tick in chart.x_ticks[-2:]] == at[-2:]


def test_base_and_candidate_have_a_chart_of_their_own() -> None:
    drawn = charts(load_samples.load().evidence.series)
    assert [[line.label for line in chart.lines] for chart in drawn] == [
        ["response time", "service time"],
        ["p50", "p95"],
        ["rate", "errors"],
        ["base", "candidate"],
    ]
    assert drawn[3].title == "response time by percentile, base and candidate"


def test_time_that_is_no_latency_is_not_drawn_among_latencies() -> None:
    drawn = charts(load_samples.scale().evidence.series)
    assert [chart.title for chart in drawn] == [
        "p50 and p95 over rate",
        "CPU of a request over rate",
        "throughput over concurrency and throughput by the law",
    ]
    assert [chart.x_title for chart in drawn] == ["requests per second"] * 2 + ["requests at once"]


@pytest.mark.parametrize(
    ("names", "title", "labels"),
    [
        (["memory over time"], "memory over time", ["memory"]),
        (["a over time", "b over time", "c over time"], "a, b and c over time", ["a", "b", "c"]),
        (["p50 over time", "p50 over rate"], "p50 over time and p50 over rate", None),
        (["x", "y"], "x and y", ["x", "y"]),
        (["p50 by percentile, base", "p50 by percentile, candidate"],
         "p50 by percentile, base and candidate", ["base", "candidate"]),
        (["a over time", "a over time"], "a and a over time", None),
    ],
)  # fmt: skip
def test_a_title_says_once_what_all_curves_share(
    names: list[str], title: str, labels: list[str] | None
) -> None:
    assert title_of(names) == title
    assert labels_of(names) == (names if labels is None else labels)


@pytest.mark.parametrize(
    ("unit", "values", "logarithmic"),
    [
        ("ms", [1.0, 10.0], True),
        ("ms", [1.0, 9.9], False),
        ("ms", [0.0, 100.0], False),
        ("ms", [-1.0, 100.0], False),
        ("s", [0.01, 0.5], True),
        ("MB", [1.0, 1000.0], False),
    ],
)
def test_times_that_vary_tenfold_stand_by_decades(
    unit: str, values: list[float], logarithmic: bool
) -> None:
    points = tuple((float(x), y) for x, y in enumerate(values))
    [chart] = charts([Series(name="p50 over time", x_unit="s", y_unit=unit, points=points)])
    assert ("logarithmic" in chart.y_title) is logarithmic


def test_on_a_logarithmic_axis_each_decade_is_as_long() -> None:
    [chart] = charts([series([(0, 1), (1, 10), (2, 100)])])
    first, second, third = (y for _, y in pixels(chart.lines[0].path))
    assert first - second == pytest.approx(second - third, abs=0.2)
    assert [tick.text for tick in chart.y_ticks] == ["1", "2", "5", "10", "20", "50", "100"]


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


@given(
    st.lists(
        st.tuples(st.floats(0, 1e14), st.floats(1e-6, 1e14)),
        min_size=1,
        max_size=50,
    ),
    st.sampled_from(["s", "percentile"]),
)
def test_any_curve_of_times_stays_in_the_frame(points: list[tuple[float, float]], x: str) -> None:
    given = [(min(at, 100.0), y) for at, y in points] if x == "percentile" else points
    [chart] = charts([series(given, x_unit=x)])
    assert 2 <= len(chart.y_ticks) <= 12
    for across, down in pixels(chart.lines[0].path):
        assert -1 <= across <= WIDTH + 1
        assert -1 <= down <= HEIGHT + 1


def judged(what: str, passes: str, **more: str) -> CriterionResult:
    made = criterion(f"load.{what}", "C", Status.PASS, "why", passes=passes)
    return msgspec.structs.replace(made, metric=f"latency.{what}_ms", **more)


def over_time(*values: float, what: str = "p95") -> Series:
    return series([(float(n), value) for n, value in enumerate(values)], f"{what} over time")


def test_a_chart_of_latency_shows_the_bounds_that_its_curves_have_to_keep() -> None:
    [drawn] = charts([over_time(20.0, 90.0)], [judged("p95", "< 100"), judged("p99", "< 200")])
    assert [each.text for each in drawn.bounds] == ["p95 < 100"]
    assert TOP <= float(drawn.bounds[0].at) < HEIGHT
    highest = min(y for _, y in pixels(drawn.lines[0].path))
    assert float(drawn.bounds[0].at) < highest  # kept: the line is above the curve


@pytest.mark.parametrize(
    ("value", "passes", "skipped", "shown"),
    [
        (20.0, "< 400", "", True),
        (20.0, "< 401", "", False),  # it would press the curve flat
        (20.0, "<= +10%", "", False),
        (20.0, "", "", False),
        (20.0, "< 100", "no load", False),
    ],
)
def test_a_bound_is_drawn_where_it_says_something(
    value: float, passes: str, skipped: str, shown: bool
) -> None:
    [drawn] = charts([over_time(value, value)], [judged("p95", passes, skipped=skipped)])
    assert bool(drawn.bounds) is shown


def test_only_latencies_over_time_have_bounds() -> None:
    assert bounds_of([criterion("a.b", "C", Status.PASS, "why", passes="< 1")]) == {}
    curve = Series(
        name="p95 by percentile", x_unit="percentile", y_unit="ms", points=((50.0, 9.0),)
    )
    assert charts([curve], [judged("p95", "< 10")])[0].bounds == ()
