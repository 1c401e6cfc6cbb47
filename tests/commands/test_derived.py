"""Derived gates in whole runs: judged last, from what ran, and recomputed byte for byte."""

import json
import signal
from typing import Any

import pytest

from tests.faults.cli import Place, fake, finish, started, until

BUDGET = [
    {"name": "build", "points": 1, "gates": ["a"]},
    {"name": "tests", "points": 4, "gates": ["b", "c"]},
]
POINTS = {"title": "Points", "metric": "evidence.points", "pass": [[">= 5"]]}


def derived(**keys: Any) -> dict[str, Any]:
    """The evidence gate over the gates a, b and c."""
    gate = {"level": 1, "title": "Evidence", "tools": [], "derived": "evidence"}
    return {**gate, "options": {"budget": BUDGET}, "criteria": {"points": POINTS}, **keys}


def policy(place: Place, name: str = "p", **gates: dict[str, Any]) -> Any:
    whole = {"e": derived(), "a": fake(), "b": fake(), "c": fake()}
    return place.policy({**whole, **gates}, name)


def test_it_is_judged_after_all_the_others_wherever_the_policy_names_it(place: Place) -> None:
    done = place.run("run", place.target(), "--policy", policy(place))
    assert (done.code, done.statuses["e"]) == (0, "PASS")
    assert done.gate("e")["criteria"][0]["value"] == 5
    stored = json.loads((place.output / "results" / "e" / "result.json").read_text())
    assert stored["status"] == "PASS"
    assert done.card["complete"] is True


@pytest.mark.parametrize(
    ("gate", "status", "word"),
    [
        (fake("works", 0, 1), "FAIL", "b is FAIL"),
        (fake("crashes", "half"), "ERROR metric-missing", "b is ERROR(unreadable-result)"),
    ],
)
def test_what_could_not_be_judged_is_named_and_gives_no_points(
    place: Place, gate: dict[str, Any], status: str, word: str
) -> None:
    done = place.run("run", place.target(), "--policy", policy(place, b=gate))
    assert done.statuses["e"] == status
    assert word in done.gate("e")["detail"]
    assert done.code in (1, 3)


def test_a_run_of_the_gate_alone_says_what_it_lacks_and_passes_nothing(place: Place) -> None:
    done = place.run("run", place.target(), "--policy", policy(place), "--gate", "e")
    assert (done.code, done.statuses) == (3, {"e": "ERROR metric-missing"})
    assert "a was not planned" in done.gate("e")["detail"]
    assert "gatescore run --level 1" in done.gate("e")["detail"]


def test_chosen_together_with_what_it_rests_on_it_is_judged(place: Place) -> None:
    chosen = [word for gate in ("a", "b", "e") for word in ("--gate", gate)]
    done = place.run("run", place.target(), "--policy", policy(place), *chosen)
    assert (done.code, done.statuses["e"]) == (0, "PASS")


def test_the_same_bytes_when_judged_again_also_under_another_policy(place: Place) -> None:
    ran = place.run("run", place.target(), "--policy", policy(place))
    again = place.run("judge", place.output, "--policy", policy(place), "--json")
    assert again.stdout == ran.scorecard
    harsh = derived(criteria={"points": {**POINTS, "pass": [[">= 6"]]}})
    other = place.run("judge", place.output, "--policy", policy(place, "other", e=harsh), "--json")
    assert (other.code, json.loads(other.stdout)["verdict"]) == (1, "FAIL")


def test_a_lost_report_takes_the_points_with_it(place: Place) -> None:
    place.run("run", place.target(), "--policy", policy(place))
    (place.output / "results" / "b" / "report.json").unlink()
    again = place.run("judge", place.output, "--policy", policy(place), "--json")
    statuses = {gate["id"]: gate["status"] for gate in json.loads(again.stdout)["gates"]}
    assert (again.code, statuses["e"]) == (3, "NOT_RUN")


def test_p2_a_killed_run_leaves_it_not_run(place: Place) -> None:
    slow = policy(place, b=fake("works", 60))
    arguments = ("run", place.target(), "--policy", slow, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "b"))
        process.kill()
        finish(process)
    card = json.loads((place.output / "scorecard.json").read_text())
    assert {gate["id"]: gate["status"] for gate in card["gates"]}["e"] == "NOT_RUN"
    assert card["verdict"] == "INCONCLUSIVE"


def test_a_run_that_is_taken_up_is_the_same_run_and_keeps_its_points(place: Place) -> None:
    given = policy(place, b=fake("works", 2, expected_s=1))
    arguments = ("run", place.target(), "--policy", given, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "b"))
        process.send_signal(signal.SIGINT)
        assert finish(process)[0] == 130
    done = place.run(*arguments, "--resume")
    assert done.statuses["b"] == "PASS"
    assert done.card["run"]["resumed"] == ["a", "c"]
    assert set(done.card["run"]["reused_s"]) == {"a", "c"}
    assert (done.code, done.statuses["e"]) == (0, "PASS")
    again = place.run("judge", place.output, "--policy", given, "--json")
    assert again.stdout == done.scorecard


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"derived": "evidense"}, "evidense"),
        ({"tools": ["fake"]}, "does nothing where a gate is derived"),
        ({"after": ["a"]}, "does nothing where a gate is derived"),
        ({"options": {"budgets": []}}, "budgets"),
        ({"criteria": {"points": {**POINTS, "metric": "evidence.point"}}}, "evidence.points"),
    ],
)
def test_a_policy_that_cannot_be_derived_is_refused(
    place: Place, keys: dict[str, Any], text: str
) -> None:
    done = place.run("run", place.target(), "--policy", policy(place, e=derived(**keys)))
    assert done.code == 2
    assert text in done.stderr


def test_there_is_nothing_to_prove_of_it_and_that_is_said(place: Place) -> None:
    done = place.run("prove", "e", "--policy", policy(place))
    assert done.code == 2
    assert "derived from the results of other gates" in done.stderr
    told = place.run("explain", "e", "--policy", policy(place))
    assert b"derived from the results of the other gates" in told.stdout
