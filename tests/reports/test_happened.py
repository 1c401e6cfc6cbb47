"""What happened over the runs: kills, flips and red stretches, each beside what is none."""

from datetime import timedelta

import pytest

from reports import happened
from tests.reports.lines import COMMIT, NOON, run

NOW = NOON + timedelta(days=7, hours=3)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"complete": True}, None),
        ({}, "never ended: it was killed, or its machine was"),
        ({"digest": "open:1", "days": 7.0}, "has not ended yet"),
        ({"digest": "open:1", "days": 6.8}, "never ended: it was killed, or its machine was"),
        ({"digest": "open:1", "days": 9.0}, "never ended: it was killed, or its machine was"),
        ({"days": 7.0}, "never ended: it was killed, or its machine was"),
    ],
)
def test_a_run_without_an_end(more: dict[str, object], told: str | None) -> None:
    one = run(0, **({"complete": False, "ended_at": ""} | more))
    assert [each.told for each in happened.unended([one], NOW)] == ([told] if told else [])


def test_a_run_that_was_stopped_says_when() -> None:
    (one,) = happened.unended([run(0, complete=False)], NOW)
    assert one.told == "stopped at 2026-01-10T13:00:00Z before every gate had ended"


def same(number: int, status: str, **more: object) -> object:
    return run(number, **({"revision": COMMIT, "gates": {"load": status}} | more))


def test_a_gate_that_changes_at_one_commit_is_flaky() -> None:
    (one,) = happened.flaky([same(0, "PASS"), same(1, "FAIL"), same(2, "PASS")])
    assert (one.gate, one.flips, one.statuses) == ("load", 2, ("PASS", "FAIL", "PASS"))
    assert one.told == (
        "load changed twice at aaaaaaaaaaaa where nothing else did: PASS, FAIL, PASS"
    )


@pytest.mark.parametrize(
    "second",
    [
        same(1, "WARN"),  # held both times
        same(1, "NOT_RUN"),  # nobody looked
        same(1, "FAIL", revision="b" * 40),
        same(1, "FAIL", dirty=True),
        same(1, "FAIL", policy="strict"),
        same(1, "FAIL", profile="ci"),
    ],
)
def test_what_is_another_answer_for_a_reason_is_not_flaky(second: object) -> None:
    assert happened.flaky([same(0, "PASS"), second]) == ()


def test_without_a_repository_nothing_can_be_flaky() -> None:
    pair = [same(0, "PASS", revision="unknown"), same(1, "FAIL", revision="unknown")]
    assert happened.flaky(pair) == ()


def test_time_to_green_is_from_the_first_red_to_the_next_green() -> None:
    verdicts = ["PASS", "FAIL", "INCONCLUSIVE", "WARN", "PASS", "FAIL"]
    runs = [run(n, verdict=word) for n, word in enumerate(verdicts)]
    first, second = happened.reds(runs)
    assert (first.runs, first.seconds, first.until) == (2, 2 * 86_400, "2026-01-13T12:00:00Z")
    assert (second.runs, second.seconds, second.until) == (1, None, "")
    assert happened.to_green((first, second)) == (
        "median 2 d 0 h over 1 time; not green on main since 2026-01-15T12:00:00Z (1 run)"
    )


def test_branches_turn_green_each_by_itself() -> None:
    runs = [run(0, verdict="FAIL"), run(1, branch="mine"), run(2)]
    (one,) = happened.reds(runs)
    assert one.seconds == 2 * 86_400
    assert happened.to_green(()) == ""
