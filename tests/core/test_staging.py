"""The course of a load: where it stays, and how it is shortened."""

import pytest

from gates.core.capacity import Stage
from gates.core.staging import Stages, level, shortened, up_and_down


def stages(*pairs: tuple[float, float]) -> Stages:
    return tuple(Stage(rate=rate, seconds=seconds) for rate, seconds in pairs)


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        (up_and_down(50, 150, 5, 30), 150),
        (stages((150, 5), (149, 60)), None),
        (stages((150, 5), (150, 0)), None),
        (stages((149, 5), (149, 60)), None),
        (stages((100, 5), (100, 9), (300, 5), (300, 9), (200, 5), (200, 9)), 200),
        (stages((50, 60)), None),  # it stays, at the expected rate
        (stages((150, 5), (150.000001, 9)), None),
        ((), None),
    ],
)
def test_where_it_stays_at_three_times_the_expected_rate(given: Stages, rate: float | None) -> None:
    assert level(given, 50, 150) == rate


def test_the_expected_rate_is_where_a_course_begins() -> None:
    assert level(stages((50, 60)), 50, 50) == 50


@pytest.mark.parametrize(
    ("longest_s", "hold_s", "seconds"),
    [
        (540, 7, (120, 300, 120)),  # as it is
        (9000, 7, (120, 300, 120)),  # never longer
        (54, 7, (12, 30, 12)),  # a tenth
        (54, 60, (24, 60, 24)),  # but for the samples
        (54, 900, (120, 300, 120)),
    ],
)
def test_a_course_is_shortened_as_a_whole(
    longest_s: float, hold_s: float, seconds: tuple[float, ...]
) -> None:
    given = stages((150, 120), (150, 300), (0, 120))
    found = shortened(given, 50, 150, longest_s, hold_s)
    assert [one.rate for one in found] == [150, 150, 0]
    assert tuple(one.seconds for one in found) == pytest.approx(seconds)


def test_up_there_and_down() -> None:
    assert up_and_down(50, 150, 5, 30) == stages((150, 5), (150, 30), (50, 5))
