"""`gatescore run`: its options, its streams, and every exit code."""

import json
import signal
from typing import Any

import pytest

from tests.faults.cli import Place, fake, finish, started, until

FAILS = fake("works", 0, 1)


@pytest.mark.parametrize(
    ("gates", "code", "verdict"),
    [
        ({"a": fake()}, 0, "PASS"),
        ({"a": fake(), "b": FAILS}, 1, "FAIL"),
        ({"a": fake("crashes", "silent")}, 3, "INCONCLUSIVE"),
        ({"a": fake("crashes", "silent"), "b": FAILS}, 1, "FAIL"),
        ({"a": fake(tools=["fake_buggy"]), "b": FAILS}, 5, "FAIL"),
    ],
)
def test_the_exit_code_is_the_verdict(
    place: Place, gates: dict[str, Any], code: int, verdict: str
) -> None:
    done = place.run("run", place.target(), "--policy", place.policy(gates))
    assert (done.code, done.card["verdict"]) == (code, verdict)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "t", "--no-such-option"],
        ["run", "t", "--level", "4"],
        ["run", "t", "--policy", "no-such-policy"],
        ["run", "t", "--policy", "no-such-file.toml"],
        ["run", "nowhere"],
        ["run", "t", "--gate", "secrets", "--base-run", "nowhere.json"],
        ["rnu"],
        ["explain", "lnit"],
        ["judge", "nowhere"],
    ],
)
def test_wrong_usage_is_2_and_says_why(place: Place, arguments: list[str]) -> None:
    place.target()
    done = place.run(*arguments)
    assert done.code == 2
    assert arguments[-1] in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_the_exit_code_unless_we_broke(place: Place, number: int, code: int) -> None:
    policy = place.policy({"fails": FAILS, "waits": fake("works", 60, expected_s=1)})
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "waits"))
        process.send_signal(number)
        assert finish(process)[0] == code
    card = json.loads((place.output / "scorecard.json").read_bytes())
    assert card["verdict"] == "FAIL"


def test_stdout_is_the_scorecard_or_nothing(place: Place) -> None:
    policy = place.policy({"a": fake()})
    quiet = place.run("run", place.target(), "--policy", policy)
    assert quiet.stdout == b""
    loud = place.run("run", place.target(), "--policy", policy, "--json")
    assert loud.stdout == loud.scorecard
    assert loud.stderr


def test_fail_fast_starts_no_further_gate(place: Place) -> None:
    policy = place.policy({"a": fake("works", 0, 1, expected_s=20), "b": fake(), "c": fake()})
    fast = place.run("run", place.target(), "--policy", policy, "--fail-fast", cores=1)
    assert (fast.code, fast.statuses) == (1, {"a": "FAIL", "b": "NOT_RUN", "c": "NOT_RUN"})
    whole = place.run("run", place.target(), "--policy", policy, cores=1)
    assert (whole.code, whole.statuses) == (1, {"a": "FAIL", "b": "PASS", "c": "PASS"})


def test_only_the_chosen_gates_decide_and_the_card_is_partial(place: Place) -> None:
    policy = place.policy({"a": fake(), "b": FAILS})
    done = place.run("run", place.target(), "--policy", policy, "--gate", "a")
    assert (done.code, done.statuses) == (0, {"a": "PASS"})
    assert done.card["partial"] is True
    assert {level["verdict"] for level in done.card["levels"]} == {"INCONCLUSIVE"}


@pytest.mark.parametrize(
    ("options", "code", "ran"),
    [
        ([], 0, {"a": "PASS", "b": "FAIL"}),
        (["--profile", "nightly"], 1, {"a": "PASS", "b": "FAIL"}),
        (["--level", "1"], 0, {"a": "PASS"}),
        (["--level", "3"], 1, {"a": "PASS", "b": "FAIL"}),
    ],
)
def test_the_profile_or_the_level_decides(
    place: Place, options: list[str], code: int, ran: dict[str, str]
) -> None:
    policy = place.policy({"a": fake(level=1), "b": fake("works", 0, 1, level=3)})
    done = place.run("run", place.target(), "--policy", policy, *options)
    assert (done.code, done.statuses) == (code, ran)


def test_an_earlier_run_is_the_base(place: Place) -> None:
    criterion = {"title": "E", "metric": "fake.errors", "pass": [["<= +1"]]}
    several = {
        n: place.policy({"a": fake("works", 0, n, criteria={"e": criterion})}, f"p{n}")
        for n in (3, 4, 5)
    }
    target = place.target()
    first = place.run("run", target, "--policy", several[3], output=place.path / "first")
    assert first.statuses == {"a": "WARN"}
    base = ["--base-run", place.path / "first" / "scorecard.json"]
    within = place.run("run", target, "--policy", several[4], *base)
    assert (within.code, within.statuses) == (0, {"a": "PASS"})
    again = place.run("judge", place.output, "--policy", several[4], "--json")
    assert json.loads(again.stdout)["gates"] == within.card["gates"]
    beyond = place.run("run", target, "--policy", several[5], *base)
    assert (beyond.code, beyond.statuses) == (1, {"a": "FAIL"})


def test_without_a_target_the_example_is_judged_and_said_so(place: Place) -> None:
    done = place.run("run", "--gate", "lint")
    assert done.code == 0
    assert "examples/bookstore" in done.stderr
    assert done.card["target"]["name"] == "bookstore"


def test_a_target_file_in_the_current_folder_is_the_target(place: Place) -> None:
    target = place.target()
    done = place.run("run", "--policy", place.policy({"a": fake()}), cwd=target)
    assert done.card["target"]["name"] == "victim"
    assert "bookstore" not in done.stderr


def test_by_default_results_go_to_a_folder_that_git_ignores(place: Place) -> None:
    arguments = ["run", place.target(), "--policy", place.policy({"a": fake()})]
    with place.begin(*arguments) as process:
        code, _, stderr = finish(process)
    (run,) = (place.path / ".gatescore" / "runs").iterdir()
    assert code == 0
    assert str(run / "scorecard.html") in stderr
    assert (place.path / ".gatescore" / ".gitignore").read_text().strip() == "*"
    assert {"scorecard.json", "scorecard.html", "plan.json", "results"} <= {
        entry.name for entry in run.iterdir()
    }


def test_nothing_is_left_in_the_cache_but_what_is_kept(place: Place) -> None:
    place.run("run", place.target(), "--policy", place.policy({"a": fake()}))
    assert list((place.cache / "gatescore" / "work").iterdir()) == []


def test_the_scratch_folder_of_a_killed_run_is_removed_by_the_next(place: Place) -> None:
    waits = place.policy({"a": fake("works", 60)})
    arguments = ("run", place.target(), "--policy", waits, "--output", place.output)
    with place.begin(*arguments) as process:
        until(started(place.output, "a"))
        process.kill()
        finish(process)
    assert len(list((place.cache / "gatescore" / "work").iterdir())) >= 1
    place.run("run", place.target(), "--policy", place.policy({"a": fake()}))
    assert list((place.cache / "gatescore" / "work").iterdir()) == []


def test_the_scratch_folder_of_a_run_under_way_stays(place: Place) -> None:
    waits = place.policy({"a": fake("works", 4)})
    with place.begin("run", place.target(), "--policy", waits, "--output", place.output) as process:
        until(started(place.output, "a"))
        other = place.policy({"a": fake()}, "q")
        assert (
            place.run("run", place.target(), "--policy", other, output=place.path / "o").code == 0
        )
        assert finish(process)[0] == 0
