"""What a run takes from the history: the base, how long gates have not held, shares of runs."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from gates.core.model import Scorecard
from gates.shell import store
from reports.history import History, line_of
from reports.recorded import Recorded
from tests.faults.cli import Place, fake
from tests.reports.lines import at, run

POLICY = {"a": fake("works", 0, 3)}
RELATIVE = {"title": "Errors", "metric": "fake.errors", "pass": [["<= +2"]]}


def history(place: Place) -> History:
    return History(str(place.path / ".gatescore" / "history.db"))


def earlier(hours: float, **more: object) -> Recorded:
    """A run so many hours ago that failed."""
    begun = datetime.now(UTC) - timedelta(hours=hours)
    known = {"target": "victim", "branch": "", "profile": "local", "gates": {"a": "FAIL"}}
    known |= {"started_at": at(begun), "ended_at": at(begun + timedelta(minutes=1))}
    return run(int(hours), days=0, **(known | more))


def git(place: Place, *words: str) -> str:
    done = subprocess.run(
        ("git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words),
        cwd=place.path / "t",
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def committed(place: Place, text: str) -> str:
    """A commit of the target on the branch main."""
    target = place.target(files={"a.py": text})
    if not (target / ".git").exists():
        git(place, "init", "-q", "-b", "main")
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", text)
    return git(place, "rev-parse", "HEAD")


@pytest.mark.parametrize(("hours", "level"), [(2, 1), (25, 2), (49, 3)])
def test_a_failure_rises_by_the_days_that_it_lasts(place: Place, hours: int, level: int) -> None:
    history(place).keep(earlier(hours))
    policy = place.policy(POLICY)
    place.run("run", place.target(), "--policy", policy)
    told = place.run("status", place.output).stdout.decode()
    assert f"escalation level {level}: a: " in told


def test_a_pass_between_begins_anew(place: Place) -> None:
    history(place).keep_all([(earlier(72), {}), (earlier(5, gates={"a": "PASS"}), {})])
    place.run("run", place.target(), "--policy", place.policy(POLICY))
    assert "escalation level 1: a: " in place.run("status", place.output).stdout.decode()


def test_judging_again_needs_no_history_and_comes_to_the_same_bytes(place: Place) -> None:
    history(place).keep(earlier(49))
    policy = place.policy(POLICY)
    place.run("run", place.target(), "--policy", policy)
    kept = (place.output / "scorecard.json").read_bytes()
    assert b"unheld_since" in kept
    (place.path / ".gatescore" / "history.db").unlink()
    again = place.run("judge", place.output, "--json", "--policy", policy)
    assert again.stdout == kept
    progress = (place.output / "progress.json").read_bytes()
    assert place.run("status", place.output, "--json").stdout == progress


def test_the_run_of_the_base_revision_is_compared_with_where_nobody_names_one(place: Place) -> None:
    policy = place.policy({"a": fake("works", 0, 1)}, name="first")
    committed(place, "A = 1\n")
    first = place.run("run", place.path / "t", "--policy", policy)
    assert first.gate("a")["criteria"][0]["base"] is None
    committed(place, "A = 2\n")
    gate = fake("works", 0, 4) | {"criteria": {"errors": RELATIVE}}
    second = place.run(
        "run", place.path / "t", "--policy", place.policy({"a": gate}, name="second")
    )
    (criterion,) = second.gate("a")["criteria"]
    assert (criterion["value"], criterion["base"], criterion["status"]) == (4, 1, "FAIL")
    said = "compared with the run out of"
    assert said in second.stderr
    assert any(said in note for note in second.card["run"]["notes"])
    again = place.run("run", place.path / "t", "--policy", place.path / "second.toml")
    assert again.gate("a")["criteria"][0]["base"] == 1  # not that of the run just before


def test_a_run_that_is_named_counts_instead(place: Place) -> None:
    policy = place.policy({"a": fake("works", 0, 1)}, name="first")
    committed(place, "A = 1\n")
    place.run("run", place.path / "t", "--policy", policy)
    card = store.read_json(place.output / "scorecard.json", Scorecard)
    named = place.path / "named.json"
    text = (place.output / "scorecard.json").read_text()
    named.write_text(text.replace('"value": 1.0', '"value": 9.0'))
    assert line_of(card)[0].values == {"a.errors": 1.0}
    committed(place, "A = 2\n")
    second = place.run("run", place.path / "t", "--policy", policy, "--base-run", named)
    assert second.gate("a")["criteria"][0]["base"] == 9
    assert "compared with" not in second.stderr


def freshness() -> dict[str, object]:
    """The gate freshness with its share alone."""
    share = {"title": "Held", "metric": "freshness.gates_held", "pass": [[">= 95"]]}
    share |= {"weight": "should", "skippable": True}
    gate = {"level": 1, "title": "Freshness", "tools": [], "derived": "freshness"}
    return gate | {"criteria": {"held": share}}


@pytest.mark.parametrize(
    ("runs", "failed", "status", "value"),
    [(9, 9, "SKIPPED", None), (10, 1, "WARN", 90), (20, 1, "PASS", 95), (40, 0, "PASS", 100)],
)
def test_the_share_of_runs_that_held_is_judged_where_enough_are_known(
    place: Place, runs: int, failed: int, status: str, value: float | None
) -> None:
    more = [{"gates": {"a": "FAIL" if n < failed else "PASS"}} for n in range(runs)]
    kept = [(earlier(1 + n, **each), {}) for n, each in enumerate(more)]
    history(place).keep_all(kept)
    ran = place.run(
        "run", place.target(), "--policy", place.policy({"a": fake(), "freshness": freshness()})
    )
    gate = ran.gate("freshness")
    assert (gate["status"], gate["criteria"][0]["value"]) == (status, value)
    if value is None:
        assert "a share needs 10" in gate["criteria"][0]["skipped"]
