"""A run that is ended keeps what it has, leaves no process, and is never a pass."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cli import Place, alive, fake, finish, gone, running_in, started, until

FIVE = {
    "first": fake(expected_s=5),
    "second": fake("saves", expected_s=4),
    "third": fake(expected_s=3),
    "fourth": fake(expected_s=2),
    "fifth": fake(expected_s=1),
}
CANCELLED = {
    "first": "PASS",
    "second": "ERROR cancelled",
    "third": "NOT_RUN",
    "fourth": "NOT_RUN",
    "fifth": "NOT_RUN",
}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_p21_p22_a_signal_keeps_partial_results(place: Place, number: int, code: int) -> None:
    policy = place.policy(FIVE)
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output, "--json")
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "second"))
        begin = time.monotonic()
        process.send_signal(number)
        got, stdout, stderr = finish(process, within=15)
    assert got == code
    assert time.monotonic() - begin < 15
    done = place.run("judge", place.output, "--policy", policy)
    assert done.statuses == CANCELLED
    assert done.card["complete"] is False
    assert done.card["verdict"] == "INCONCLUSIVE"
    assert stdout == (place.output / "scorecard.json").read_bytes()
    page = (place.output / "scorecard.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert "INCONCLUSIVE" in page
    assert "second" in stderr


def test_p19_a_tool_that_saves_itself_after_the_deadline_does_not_pass(place: Place) -> None:
    policy = place.policy({"saves": fake("saves", deadline_s=1)})
    done = place.run("run", place.target(), "--policy", policy)
    assert (done.code, done.statuses) == (3, {"saves": "ERROR timeout"})
    assert done.gate("saves")["criteria"][0]["status"] == "NO_DATA"


def test_p18_a_timeout_ends_the_whole_tree(place: Place) -> None:
    pids = place.path / "pids"
    policy = place.policy({"resists": fake("resists", pids, deadline_s=1)})
    done = place.run("run", place.target(), "--policy", policy)
    assert (done.code, done.statuses) == (3, {"resists": "ERROR timeout"})
    assert len(pids.read_text().split()) == 3
    assert not any(alive(int(pid)) for pid in pids.read_text().split())


def test_p20_strays_after_success_are_ended_and_named(place: Place) -> None:
    pids = place.path / "pids"
    policy = place.policy({"leaves": fake("resists", pids, "exit")})
    done = place.run("run", place.target(), "--policy", policy)
    assert (done.code, done.statuses) == (0, {"leaves": "PASS"})
    assert len(done.gate("leaves")["evidence"]["notes"]) == 2
    assert not any(alive(int(pid)) for pid in pids.read_text().split())


def test_p23_what_an_action_runner_does_to_a_job(place: Place) -> None:
    pids = place.path / "pids"
    policy = place.policy({"first": fake(expected_s=20), "second": fake("resists", pids)})
    run = ["run", place.target(), "--policy", policy, "--output", place.output]
    words = [sys.executable, "-m", "gates.cli", *map(str, run)]
    script = place.path / "step.sh"
    script.write_text(f"set -e\nexec {' '.join(words)}\n")
    with place.begin(before=["bash", str(script)], cores=1) as process:
        until(started(place.output, "second"))
        for number, patience in ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5), (signal.SIGKILL, 5)):
            process.send_signal(number)
            if gone(process, patience):
                break
        code, _, _ = finish(process)
    assert code == 130
    done = place.run("judge", place.output, "--policy", policy)
    assert done.statuses == {"first": "PASS", "second": "ERROR cancelled"}
    assert (place.output / "scorecard.html").exists()
    assert not any(alive(int(pid)) for pid in pids.read_text().split())


def test_p24_a_second_interrupt_ends_at_once(place: Place) -> None:
    pids = place.path / "pids"
    policy = place.policy({"first": fake(expected_s=20), "second": fake("resists", pids)})
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        until(started(place.output, "second"))
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert finish(process, within=3)[0] == 130
    done = place.run("judge", place.output, "--policy", policy)
    assert done.statuses == {"first": "PASS", "second": "NOT_RUN"}
    assert done.card["complete"] is False
    until(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()), 15)


def test_an_interrupt_before_the_first_gate_has_no_traceback(place: Place) -> None:
    """The run is held while it reads a file that is a pipe."""
    pipe = place.path / "base.json"
    os.mkfifo(pipe)
    policy = place.policy({"one": fake()})
    with place.begin("run", place.target(), "--policy", policy, "--base-run", pipe) as process:
        writer = until(lambda: opened(pipe))
        process.send_signal(signal.SIGINT)
        os.close(writer)  # a signal just before the read is seen when the read returns
        code, _, stderr = finish(process, within=15)
    assert code == 130
    assert "cancelled" in stderr


def opened(pipe: Path) -> int | None:
    """A descriptor of a pipe that somebody reads."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def test_a_reader_that_goes_away_is_no_pass(place: Place) -> None:
    policy = place.policy({"one": fake("works", 0.5), "two": fake("works", 0.5)})
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments, cores=1) as process:
        assert process.stderr is not None
        process.stderr.close()
        process.stderr = None
        code = process.wait(timeout=30)
    card = place.run("judge", place.output, "--policy", policy).card
    assert (code == 0) is (card["complete"] and card["verdict"] == "PASS")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_front_door_that_is_killed_takes_everything_with_it(place: Place, number: int) -> None:
    """nox gets the signal alone, as when a machine's supervisor ends it."""
    pids = place.path / "pids"
    policy = place.policy({"first": fake(expected_s=20), "second": fake("resists", pids)})
    (place.path / "noxfile.py").write_text(NOXFILE.format(python=sys.executable))
    run = ["run", place.target(), "--policy", policy, "--output", place.output]
    argv = [sys.executable, "-m", "nox", "-s", "gates", "--", *map(str, run)]
    with subprocess.Popen(
        argv,
        cwd=place.path,
        env=place.environ({}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        until(both_begun(place))
        process.send_signal(number)
        process.wait(timeout=30)
        children = [int(pid) for pid in pids.read_text().split()]
        until(lambda: not any(alive(pid) for pid in children), 15)
    until(lambda: not running_in(place.path), 15)
    done = place.run("judge", place.output, "--policy", policy)
    assert done.statuses["first"] == "PASS"
    assert done.statuses["second"] in ("ERROR cancelled", "NOT_RUN")
    assert done.card["verdict"] == "INCONCLUSIVE"


def test_an_interrupt_at_a_terminal_reaches_both_and_leaves_us_time(place: Place) -> None:
    """Ctrl-C goes to the whole group: nox has to wait until we have saved."""
    pids = place.path / "pids"
    policy = place.policy({"first": fake(expected_s=20), "second": fake("resists", pids)})
    (place.path / "noxfile.py").write_text(NOXFILE.format(python=sys.executable))
    run = ["run", place.target(), "--policy", policy, "--output", place.output]
    argv = [sys.executable, "-m", "nox", "-s", "gates", "--", *map(str, run)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    where = {"cwd": place.path, "env": place.environ({}), "start_new_session": True}
    with subprocess.Popen(argv, **quiet, **where) as process:
        until(both_begun(place))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 130
    done = place.run("judge", place.output, "--policy", policy)
    assert done.statuses == {"first": "PASS", "second": "ERROR cancelled"}
    assert (place.output / "scorecard.html").exists()
    assert not any(alive(int(pid)) for pid in pids.read_text().split())


@pytest.mark.parametrize(("errors", "code"), [(0, 0), (1, 1)])
def test_the_front_door_hands_on_the_exit_code(place: Place, errors: int, code: int) -> None:
    policy = place.policy({"one": fake("works", 0, errors)})
    (place.path / "noxfile.py").write_text(NOXFILE.format(python=sys.executable))
    run = ["run", place.target(), "--policy", policy, "--output", place.output]
    argv = [sys.executable, "-m", "nox", "-s", "gates", "--", *map(str, run)]
    ended = subprocess.run(argv, cwd=place.path, env=place.environ({}), capture_output=True)
    assert ended.returncode == code, ended.stderr


def both_begun(place: Place) -> Callable[[], bool]:
    """Whether the first gate is done and the second one under way."""
    report = place.output / "results" / "first" / "report.json"
    return lambda: report.exists() and started(place.output, "second")()


NOXFILE = """
import nox
from nox.command import CommandFailed


@nox.session(venv_backend="none")
def gates(session):
    try:
        session.run(
            "{python}",
            "-m",
            "gates.cli",
            *session.posargs,
            external=True,
            log=False,
            stderr=None,
            interrupt_timeout=8,
            terminate_timeout=3,
        )
    except CommandFailed as error:
        raise SystemExit(error.return_code) from None
"""
