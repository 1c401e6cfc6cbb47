"""Nothing that did not run, crashed, or left no proof is ever a pass."""

import os
import signal
from pathlib import Path

import pytest

from tests.faults.cli import Place, broken_install, fake, finish, started, until

CODE = '[code]\npaths = ["src"]\n'
CLEAN = {"src/a.py": "A = 1\n"}


def test_p1_an_adapter_that_cannot_be_had_is_refused_before_any_gate(place: Place) -> None:
    """Nothing is judged, so nothing can pass: not even a scorecard is written."""
    policy = place.policy({"sound": fake(), "lost": fake(tools=["fake_absent"])})
    done = place.run("run", place.target(), "--policy", policy)
    assert (done.code, done.scorecard) == (2, b"")
    assert "fake_absent" in done.stderr
    assert not (place.output / "scorecard.html").exists()


def test_p1_a_gate_that_was_not_reached_is_not_run_and_named(place: Place) -> None:
    policy = place.policy({"bad": fake("works", 0, 1), "never": fake(expected_s=0.1)})
    done = place.run("run", place.target(), "--policy", policy, "--fail-fast", cores=1)
    assert done.code == 1
    assert done.statuses == {"bad": "FAIL", "never": "NOT_RUN"}
    assert done.card["complete"] is False
    assert "never" in done.stderr


def test_p2_a_killed_run_leaves_an_incomplete_scorecard_of_gates_not_run(place: Place) -> None:
    policy = place.policy({"slow": fake("works", 60), "later": fake(expected_s=1)})
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "slow"))
        process.kill()
        finish(process)
    left = place.run("judge", place.output, "--policy", policy, output=place.output)
    assert left.card["complete"] is False
    assert left.card["verdict"] == "INCONCLUSIVE"
    assert left.statuses == {"slow": "NOT_RUN", "later": "NOT_RUN"}
    assert left.code == 3


def real(place: Place, ruff: str | None):
    """The real lint gate, with another program in ruff's place."""
    python = broken_install(place.path / "install", {"ruff": ruff})
    target = place.target(CODE, CLEAN)
    return place.run("run", target, "--gate", "lint", python=python)


def test_p3_a_missing_tool_is_named(place: Place) -> None:
    done = real(place, None)
    assert (done.code, done.statuses["lint"]) == (3, "ERROR tool-missing")
    assert "ruff" in done.gate("lint")["detail"]
    assert "not found" in done.gate("lint")["detail"]
    assert "lint" in done.stderr


CRASHES = [
    ("139", "echo going >&2; exit 139", "tool-crashed"),
    ("signal", "echo going >&2; kill -SEGV $$", "tool-crashed"),
    ("traceback", "echo 'ValueError: going' >&2; exit 1", "tool-crashed"),
    ("silent", "echo going >&2; exit 0", "empty-result"),
    ("half", 'echo going >&2; echo \'[{"code": "F401", "mess\'; exit 0', "unreadable-result"),
]


@pytest.mark.parametrize(("case", "script", "reason"), CRASHES, ids=[c[0] for c in CRASHES])
def test_p4_p5_p6_a_real_gate_on_a_broken_tool(
    place: Place, case: str, script: str, reason: str
) -> None:
    done = real(place, f"#!/bin/sh\n{script}\n")
    gate = done.gate("lint")
    assert (done.code, done.statuses["lint"]) == (3, f"ERROR {reason}")
    assert gate["findings"] == []
    assert "going" in gate["evidence"]["executions"][0]["stderr_tail"]
    assert all(criterion["status"] == "NO_DATA" for criterion in gate["criteria"])


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("139", "tool-crashed"),
        ("signal", "tool-crashed"),
        ("traceback", "tool-crashed"),
        ("silent", "no-result"),
        ("empty", "empty-result"),
        ("pipe", "no-result"),
        ("half", "unreadable-result"),
    ],
)
def test_p4_p5_p6_what_a_tool_left_is_kept(place: Place, how: str, reason: str) -> None:
    policy = place.policy({"one": fake("crashes", how), "two": fake()})
    done = place.run("run", place.target(), "--policy", policy)
    gate = done.gate("one")
    assert (done.code, done.statuses["one"]) == (3, f"ERROR {reason}")
    assert done.statuses["two"] == "PASS"
    assert "the last thing it did" in gate["evidence"]["executions"][0]["stderr_tail"]
    assert b"the last thing" in (place.output / "results/one/fake/0.stderr").read_bytes()


def test_a_bug_of_an_adapter_is_ours_and_hides_no_other_gate(place: Place) -> None:
    policy = place.policy({"one": fake(tools=["fake_buggy"]), "two": fake()})
    done = place.run("run", place.target(), "--policy", policy)
    assert done.code == 5
    assert done.statuses == {"one": "ERROR adapter-bug", "two": "PASS"}
    assert "KeyError" in done.gate("one")["detail"]


def test_p7_a_scanner_that_could_read_nothing_is_no_pass(place: Place) -> None:
    target = place.target(CODE, {"src/a.py": "def broken(:\n"})
    done = place.run("run", target, "--gate", "security")
    assert done.code == 3
    assert done.statuses["security"].startswith("ERROR ")
    assert "src/a.py" in done.gate("security")["detail"] + done.stderr


def test_p7_too_little_examined_is_no_pass(place: Place) -> None:
    policy = place.policy({"few": fake(floor=2), "enough": fake(floor=1)})
    done = place.run("run", place.target(), "--policy", policy)
    assert done.statuses == {"few": "ERROR nothing-examined", "enough": "PASS"}
    assert "1 files examined (floor 2)" in done.gate("few")["detail"]


def test_p14_results_of_an_earlier_run_are_never_used(place: Place) -> None:
    good, bad = place.policy({"one": fake()}), place.policy({"one": fake("crashes", "silent")}, "q")
    target = place.target()
    assert place.run("run", target, "--policy", good).code == 0
    old = (place.output / "scorecard.json").read_bytes()
    done = place.run("run", target, "--policy", bad)
    assert (done.code, done.statuses) == (3, {"one": "ERROR no-result"})
    assert (place.output / "scorecard.json").read_bytes() != old
    assert not (place.output / "results/one/fake/result.json").exists()


def test_p14_a_result_that_lies_in_the_target_is_never_used(place: Place) -> None:
    policy = place.policy({"one": fake("crashes", "silent")})
    target = place.target(files={"result.json": '{"tool": "fake", "examined": 9}'})
    done = place.run("run", target, "--policy", policy)
    assert done.statuses == {"one": "ERROR no-result"}


@pytest.mark.parametrize("resume", [False, True])
def test_p15_a_change_that_keeps_size_and_time_is_found(place: Place, resume: bool) -> None:
    policy = place.policy({"looks": fake("looks")})
    target = place.target(files={"b.py": "X = 'FINE'\n"})
    assert place.run("run", target, "--policy", policy).code == 0
    file = target / "b.py"
    before = file.stat()
    file.write_text("X = 'BAD!'\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    done = place.run("run", target, "--policy", policy, *["--resume"] * resume)
    assert (done.code, done.statuses) == (1, {"looks": "FAIL"})


def test_p15_the_real_lint_gate_has_no_stale_cache(place: Place) -> None:
    target = place.target(CODE, {"src/a.py": "import os\nprint(os)\n"})
    file = target / "src/a.py"
    first = place.run("run", target, "--gate", "lint")
    before = file.stat()
    file.write_text("import os\nprint(12)\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    done = place.run("run", target, "--gate", "lint", "--resume")
    found = {finding["rule"] for finding in done.gate("lint")["findings"]}
    assert "F401" in found - {finding["rule"] for finding in first.gate("lint")["findings"]}


def test_resume_reuses_what_holds_and_says_so(place: Place) -> None:
    target = place.target()
    policy = place.policy({"one": fake(), "two": fake("works", 2, expected_s=1)})
    arguments = ("run", target, "--policy", policy, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "two"))
        process.send_signal(signal.SIGINT)
        assert finish(process)[0] == 130
    done = place.run(*arguments, "--resume")
    assert (done.code, done.statuses) == (0, {"one": "PASS", "two": "PASS"})
    assert any("taken over" in note for note in done.gate("one")["evidence"]["notes"])
    assert not any("taken over" in note for note in done.gate("two")["evidence"]["notes"])
    assert not (place.output / "results/one/fake").exists()
    (target / "a.py").write_text("A = 2\n")
    again = place.run(*arguments, "--resume")
    assert not any("taken over" in note for note in again.gate("one")["evidence"]["notes"])


def test_an_older_run_folder_is_judged_anew_without_resume(place: Place) -> None:
    target, policy = place.target(), place.policy({"one": fake()})
    place.run("run", target, "--policy", policy)
    done = place.run("run", target, "--policy", policy)
    assert done.gate("one")["evidence"]["notes"] == []
    assert Path(place.output / "results/one/fake/result.json").exists()
