"""Runs that were promised and did not come, each beside those that nobody promised."""

from datetime import timedelta

import pytest

from reports import history_nights as nights
from reports.history_story import story
from reports.history_text import text
from reports.recorded import Recorded
from tests.reports.lines import NOON, run

NOW = NOON + timedelta(days=7, hours=3)


def test_a_missing_night_is_named_by_the_runs_around_it() -> None:
    (gap,) = nights.gaps([run(n) for n in (0, 1, 2, 3, 5, 6, 7)], NOW)
    assert gap.missing == 1
    assert gap.told == (
        "1 nightly run missing between 2026-01-13T12:00:00Z and 2026-01-15T12:00:00Z"
    )


@pytest.mark.parametrize(("hours", "missing"), [(24, []), (35, []), (37, [1]), (73, [2])])
def test_the_nights_until_now_are_missing_too(hours: int, missing: list[int]) -> None:
    runs = [run(n) for n in range(5)]
    now = NOON + timedelta(days=4, hours=hours)
    assert [gap.missing for gap in nights.gaps(runs, now)] == missing


def test_a_night_that_began_late_is_not_missing() -> None:
    runs = [run(0), run(1), run(2, days=2.3), run(3), run(4)]
    assert not list(nights.gaps(runs, NOON + timedelta(days=4, hours=2)))


def test_runs_by_hand_are_not_missed() -> None:
    runs = [run(n, profile="local") for n in (0, 1, 2, 3, 9)]
    assert not list(nights.gaps(runs, NOW))


def test_three_nights_have_no_usual_distance_yet() -> None:
    assert not list(nights.gaps([run(0), run(1), run(2)], NOW))


def series(count: int, every: float = 1.0, **more: object) -> list[Recorded]:
    return [run(n, days=n * every, **more) for n in range(count)]


@pytest.mark.parametrize(
    ("profile", "days", "missing"),
    [
        ("weekly", (0, 7, 14, 21, 28, 35, 42, 56), 1),
        ("weekly", (0, 7, 14, 21, 28, 35, 56), 2),
        ("weekly", (0, 7, 14, 21, 28, 49), None),  # too few to know its schedule
        ("weekly", (0, 7, 15, 29, 30, 31, 38, 41, 56), None),  # by no schedule
        ("weekly", (0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.16), None),  # closer than any
        ("local", (0, 7, 14, 21, 28, 35, 42, 56), None),
        ("ci", (0, 7, 14, 21, 28, 35, 42, 56), None),
        ("", (0, 7, 14, 21, 28, 35, 42, 56), None),
    ],
)
def test_what_runs_as_evenly_as_a_schedule_is_missed_too(
    profile: str, days: tuple[float, ...], missing: int | None
) -> None:
    runs = [run(n, days=day, profile=profile) for n, day in enumerate(days)]
    found = list(nights.gaps(runs, runs[-1].began))
    assert [gap.missing for gap in found] == ([] if missing is None else [missing])
    assert all(f"{missing} {profile} run" in gap.told for gap in found)


def test_the_nights_of_two_branches_are_not_mixed() -> None:
    """Each has its own schedule: together they would be a few minutes apart."""
    main, old = series(8), [run(n, days=n + 0.004, branch="1.x") for n in range(8) if n != 5]
    runs = sorted([*main, *old], key=lambda one: one.started_at)
    (gap,) = nights.gaps(runs, NOW)
    assert gap.told.startswith("1 nightly run on 1.x missing between 2026-01-14")
    assert gap.branch == "1.x"


def test_a_branch_that_has_ended_is_not_missed_for_ever() -> None:
    old = series(8, branch="1.x")
    now = NOON + timedelta(days=60, hours=1)
    assert not list(nights.gaps([*old, *(run(n) for n in range(8, 61))], now))
    (gap,) = nights.gaps(old, now)  # without another that goes on, this is silence
    assert (gap.until, gap.missing) == ("", 52)


def test_p33_a_run_of_the_future_hides_no_silence_and_is_told() -> None:
    now = NOON + timedelta(days=8, hours=1)
    runs = [*series(5), run(400)]
    (gap,) = nights.gaps(runs, now)
    assert (gap.since, gap.until, gap.missing) == ("2026-01-14T12:00:00Z", "", 3)
    said = "2027-02-14T12:00:00Z r400 is of the future: is the clock of its machine right?"
    assert nights.ahead(runs, now) == (said,)
    assert said in text(story("shop", runs, {}, now), "h")


@pytest.mark.parametrize(("minutes", "ahead"), [(4, False), (6, True)])
def test_p33_clocks_of_two_machines_may_differ_a_little(minutes: int, ahead: bool) -> None:
    assert nights.is_ahead(run(0), NOON - timedelta(minutes=minutes)) is ahead


def test_p33_a_clock_that_was_set_back_makes_no_schedule_and_no_time() -> None:
    back = [run(n, days=-n) for n in range(8)]
    assert not list(nights.gaps(back, NOON))
    odd = run(0, ended_at="2026-01-10T11:00:00Z")
    assert odd.seconds is None
