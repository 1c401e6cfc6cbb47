"""A clock that was set back makes nothing young: no waiver, no result and no scorecard."""

import datetime
import os
import subprocess
from pathlib import Path

import pytest

from gates.core.model import RunInfo
from gates.runner.resume import Kept
from tests.commands.test_excusing import NONE, OLD, STARTER, waivers
from tests.commands.test_heartbeat import aged
from tests.faults.cli import Place, committed, fake, git

NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)


def committed_in(folder: Path, days: int) -> None:
    """A commit of so many days ahead: what a clock sees that was set back by as many."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    committed(folder)
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    argv = ("git", *named, "commit", "-q", "--allow-empty", "-m", "later")
    env = os.environ | {"GIT_COMMITTER_DATE": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
    subprocess.run(argv, cwd=folder, check=True, env=env)


@pytest.mark.parametrize(("days", "code", "state"), [(29, 0, "in-force"), (31, 1, "expired")])
def test_a_waiver_that_has_expired_stays_so(place: Place, days: int, code: int, state: str) -> None:
    target = place.target(NONE, {"src/a.py": OLD})
    (target / "a.py").unlink()
    waivers(target, days=30)
    committed_in(target, days)
    done = place.run("run", target, *STARTER)
    assert (done.card["waivers"][0]["state"], done.gate("lint")["status"] == "FAIL") == (
        state, bool(code),
    )  # fmt: skip
    assert any("the clock says" in notice for notice in done.card["notices"])


def test_a_clock_that_is_right_is_not_spoken_of(place: Place) -> None:
    target = place.target()
    committed(target)
    git(target, "commit", "-q", "--allow-empty", "-m", "now")
    done = place.run("run", target, "--policy", place.policy({"a": fake()}))
    assert done.card["notices"] == []


@pytest.mark.parametrize(("hours", "word"), [(-2, "in the future"), (1, ""), (40, "ago")])
@pytest.mark.parametrize("command", ["judge", "status"])
def test_a_scorecard_of_the_future_counts_no_more_than_an_old_one(
    place: Place, command: str, hours: int, word: str
) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    aged(place.output / "scorecard.json", hours)
    more = ("--policy", policy) if command == "judge" else ()
    done = place.run(command, place.output, *more)
    said = [line for line in (done.stderr + done.stdout.decode()).splitlines() if "STALE" in line]
    assert len(said) == bool(word)
    assert all(word in line for line in said)


@pytest.mark.parametrize(
    ("begun", "before", "age"),
    [
        (NOW - datetime.timedelta(hours=2), 0.0, 7200.0),
        (NOW - datetime.timedelta(hours=2), 3600.0, 10800.0),
        (NOW + datetime.timedelta(seconds=1), 3600.0, 3600.0),
        (NOW + datetime.timedelta(hours=10), 30 * 3600.0, -36000.0),
    ],
)
def test_an_old_result_of_a_later_run_is_not_made_young(
    begun: datetime.datetime, before: float, age: float
) -> None:
    run = RunInfo(started_at=f"{begun:%Y-%m-%dT%H:%M:%SZ}", reused_s={"a": before})
    assert Kept(run=run).age_s("a", NOW) == age
