"""Slopes and forecasts: against values worked out by hand, and at both sides of each bound."""

import random

import pytest

from gates.core.conditions import parse
from reports import trends
from reports.recorded import Term
from tests.reports.lines import run


def test_the_slope_of_a_line_is_its_own() -> None:
    slope = trends.theil_sen([3.0 + 2.0 * n for n in range(10)])
    assert slope is not None
    assert (slope.per_run, slope.low, slope.high, slope.now) == (2.0, 2.0, 2.0, 21.0)
    assert slope.is_sure


def test_the_slope_of_four_points_is_the_median_of_their_six_slopes() -> None:
    # 1 2 4 8: 1, 2, 4 between neighbours, 3/2 and 3 over two, 7/3 over three
    slope = trends.theil_sen([1.0, 2.0, 4.0, 8.0])
    assert slope is not None
    assert slope.per_run == pytest.approx((2 + 7 / 3) / 2)


def test_one_wild_value_moves_it_little() -> None:
    values = [100.0 + n for n in range(20)]
    values[7] = 10_000.0
    slope = trends.theil_sen(values)
    assert slope is not None
    assert slope.per_run == pytest.approx(1.0, abs=0.05)


def test_fewer_than_three_have_none() -> None:
    assert trends.theil_sen([1.0, 2.0]) is None


def test_the_variance_is_kendalls() -> None:
    assert trends.variance([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == 10 * 9 * 25 / 18
    assert trends.variance([1, 1, 2, 3]) == (4 * 3 * 13 - 2 * 1 * 9) / 18


def test_noise_alone_is_seldom_a_trend() -> None:
    chance = random.Random(7)
    series = ([chance.gauss(100, 5) for _ in range(30)] for _ in range(200))
    sure = sum(bool((s := trends.theil_sen(values)) and s.is_sure) for values in series)
    assert sure <= 200 * (1 - trends.CONFIDENCE) * 1.6


@pytest.mark.parametrize(
    ("first", "step", "condition", "left"),
    [
        (100.0, 5.0, "<= 200", 11),  # 145 at the tenth run: 55 more
        (100.0, 5.0, "< 200", 11),
        (100.0, -5.0, "<= 200", None),  # away from it
        (95.0, -1.0, ">= 80", 6),  # 86 at the tenth run
        (95.0, 1.0, ">= 80", None),
        (100.0, 5.0, "<= +10%", None),  # of a base that is another's
        (100.0, 5.0, "== 0", None),
        (100.0, 0.0, "<= 200", None),
        (100.0, 0.001, "<= 200", None),  # too far ahead to be worth a word
        (195.0, 5.0, "<= 200", 0),
    ],
)
def test_in_how_many_runs_a_bound_breaks(
    first: float, step: float, condition: str, left: int | None
) -> None:
    slope = trends.theil_sen([first + step * n for n in range(10)])
    assert slope is not None
    assert trends.breaks_in(slope, parse(condition)) == left


@pytest.mark.parametrize(
    ("runs", "told"), [(9, "too few runs for a slope: 9 of 10"), (10, "breaks in about 81 runs")]
)
def test_too_few_runs_are_said(runs: int, told: str) -> None:
    found = trends.trend("p95", [110.0 + n for n in range(runs)], Term("load", "<= 200", "ms", ""))
    assert found.told == told
    assert found.runs == runs


def test_what_is_beyond_its_bound_says_so_however_few_runs_there_are() -> None:
    found = trends.trend("p95", [250.0], Term("load", "<= 200", "ms", ""))
    assert (found.breaks_in, found.told) == (0, "beyond its bound")


def test_several_conditions_have_no_forecast() -> None:
    term = Term("load", "<= 200 and <= +10%", "ms", "")
    found = trends.trend("p95", [100.0 + n for n in range(10)], term)
    assert (found.breaks_in, found.told) == (None, "rises")


def test_what_breaks_first_is_read_first() -> None:
    runs = [run(n, values={"a": 1.0, "late": 100.0 + n, "soon": 190.0 + n}) for n in range(10)]
    terms = {id: Term("load", "<= 200", "ms", "") for id in ("a", "late", "soon")}
    assert [one.id for one in trends.trends(runs, terms)] == ["soon", "late", "score", "a"]


def test_runs_that_did_not_end_or_chose_their_gates_are_left_out() -> None:
    runs = [run(0), run(1, complete=False), run(2, partial=True), run(3)]
    assert trends.card(runs).runs == ("r000", "r003")
    assert trends.card(runs).values == {"load.p95": (100.0, 103.0)}
    assert trends.card(runs, last=1).score == (100.0,)
    assert trends.trends([run(0, complete=False)], {}) == ()
