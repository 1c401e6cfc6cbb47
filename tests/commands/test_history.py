"""`gatescore history`: every run is in it by itself, and nothing of it changes a verdict."""

import json
import os
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from gates.core.model import Scorecard
from reports.history import History
from tests import postgresql
from tests.faults.cli import Completed, Place, fake, finish
from tests.reports.lines import COMMIT, at, run


def kept(place: Place) -> tuple[object, ...]:
    """The runs that are in the history of the place."""
    return History(str(place.path / ".gatescore" / "history.db")).runs("victim")


def story(place: Place, *more: str | Path) -> dict[str, object]:
    """What the history tells programs."""
    told = place.run("history", "--format", "json", *more)
    assert (told.code, told.stderr) == (0, "")
    return json.loads(told.stdout)


def test_a_run_keeps_itself_and_its_import_adds_nothing(place: Place) -> None:
    policy = place.policy({"a": fake(), "b": fake("works", 0, 1)})
    ran = place.run("run", place.target(), "--policy", policy)
    (line,) = kept(place)
    assert (line.verdict, line.complete, line.run) == ("FAIL", True, "out")
    assert line.gates == {"a": "PASS", "b": "FAIL"}
    assert line.score == ran.card["score"]
    told = place.run("history", "import", place.output)
    assert (told.code, told.stderr.split()[:2]) == (0, ["0", "runs"])
    assert kept(place) == (line,)


def test_the_table_names_what_did_not_hold(place: Place) -> None:
    policy = place.policy({"a": fake(), "b": fake("works", 0, 1)})
    place.run("run", place.target(), "--policy", policy)
    text = place.run("history").stdout.decode()
    assert "victim: 1 run, 1 whole" in text
    (row,) = [line for line in text.splitlines() if " out " in line]
    assert row.split()[-1] == "b"
    assert "not green since" in text


def test_what_another_machine_measured_is_imported_once(place: Place, tmp_path: Path) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy, "--history", "off")
    assert kept(place) == ()
    for added in (1, 0):
        told = place.run("history", "import", place.output, "--as-branch", "main")
        assert (told.code, told.stderr.split()[0]) == (0, str(added))
    assert [one.branch for one in kept(place)] == ["main"]


def test_b59_a_scorecard_of_the_future_is_named_and_the_others_imported(place: Place) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy, "--history", "off")
    runs = place.path / "runs"
    for name, version in (("old", 1), ("new", 2)):
        card = json.loads((place.output / "scorecard.json").read_bytes())
        (runs / name).mkdir(parents=True)
        (runs / name / "scorecard.json").write_text(json.dumps({**card, "schema_version": version}))
    told = place.run("history", "import", runs)
    assert told.code == 2
    assert "not imported" in told.stderr
    assert "is of version 2, this gatescore knows 1: install a newer gatescore" in told.stderr
    assert len(kept(place)) == 1


def test_a_killed_run_is_told(place: Place) -> None:
    policy = place.policy({"a": fake("hangs")})
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments) as process:
        until = time.monotonic() + 60
        while not kept(place) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        finish(process)
    (line,) = kept(place)
    assert (line.complete, line.ended_at, line.verdict) == (False, "", "INCONCLUSIVE")
    assert "not ended" in place.run("history").stdout.decode()


def corrupt(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)


def future(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE gatescore_history (version INTEGER)")
        connection.execute("INSERT INTO gatescore_history VALUES (99)")


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(2**30)


def a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize("spoil", [corrupt, future, huge, a_folder])
def test_b58_a_history_that_is_of_no_use_is_a_warning(place: Place, spoil: object) -> None:
    policy = place.policy({"a": fake()})
    file = place.path / "history.db"
    spoil(file)
    ran = place.run("run", place.target(), "--policy", policy, "--history", file)
    assert ran.code == 0
    assert (ran.card["verdict"], ran.card["complete"]) == ("PASS", True)
    assert "history: this run is not kept: " in ran.stderr
    told = place.run("history", "--history", file)
    assert told.code == 2
    assert "history.db" in told.stderr


def without_run(ran: Completed) -> bytes:
    """The scorecard without what differs between two runs."""
    card = msgspec.json.decode(ran.scorecard, type=Scorecard)
    return msgspec.json.encode(msgspec.structs.replace(card, run=type(card.run)(), valid_until=""))


def test_b58_the_verdict_is_the_same_with_and_without_a_history(place: Place) -> None:
    policy = place.policy({"a": fake(), "b": fake("works", 0, 1)})
    target = place.target()
    cards = [
        without_run(place.run("run", target, "--policy", policy, "--history", where))
        for where in ("off", place.path / "h.db", place.path / "h.db")
    ]
    assert len(set(cards)) == 1


def test_the_environment_names_the_history_too(place: Place) -> None:
    policy = place.policy({"a": fake()})
    where = {"GATESCORE_HISTORY": str(place.path / "team.db")}
    place.run("run", place.target(), "--policy", policy, env=where)
    assert kept(place) == ()
    assert len(History(where["GATESCORE_HISTORY"]).runs("victim")) == 1
    told = place.run("history", env={"GATESCORE_HISTORY": "off"})
    assert told.code == 2
    assert "switched off" in told.stderr


def test_a_team_keeps_its_runs_in_one_postgresql(place: Place) -> None:
    policy, target = place.policy({"a": fake()}), place.target()
    with postgresql.server() as address:
        where = {"GATESCORE_HISTORY": f"{address}/postgres"}
        for name in ("one", "two"):
            ran = place.run("run", target, "--policy", policy, env=where, output=place.path / name)
            assert (ran.code, "history:" in ran.stderr) == (0, False)
        told = json.loads(place.run("history", "--format", "json", env=where).stdout)
        assert {one["run"] for one in told["shown"]} == {"one", "two"}
        assert place.run("diff", "one", "two", env=where).code == 0
        assert place.run("history", "prune", "--keep", "1", env=where).code == 0
        assert len(History(where["GATESCORE_HISTORY"]).runs("victim")) == 1
    ran = place.run("run", target, "--policy", policy, env=where)  # the server is gone
    assert (ran.code, ran.card["verdict"]) == (0, "PASS")
    assert "history: nothing is known of earlier runs: postgresql://shop@" in ran.stderr
    assert "history: this run is not kept: postgresql://shop@" in ran.stderr
    assert kept(place) == ()


def test_a_week_of_nights_with_a_gap_a_kill_and_a_flaky_gate_is_told(place: Place) -> None:
    first = datetime.now(UTC) - timedelta(days=7, hours=1)
    history = History(str(place.path / ".gatescore" / "history.db"))
    for night in (0, 1, 2, 3, 5, 6, 7):  # the fourth never began
        begun = first + timedelta(days=night)
        more = {"target": "victim", "started_at": at(begun)}
        more |= {"ended_at": at(begun + timedelta(minutes=9)), "revision": COMMIT}
        if night == 6:
            more |= {"complete": False, "ended_at": "", "digest": "open:6"}
        if night == 2:
            more |= {"gates": {"load": "FAIL"}, "verdict": "FAIL"}
        history.keep(run(night, **more))
    told = place.run("history").stdout.decode()
    for line in (
        "victim: 7 runs, 6 whole since",
        "r006 never ended: it was killed, or its machine was",
        "1 nightly run missing between",
        "load changed twice at aaaaaaaaaaaa where nothing else did: PASS, PASS, FAIL, PASS",
        "median 24 h 0 min over 1 time",
        "too few runs for a slope: 6 of 10",
    ):
        assert line in told
    data = story(place)
    kinds = ("gaps", "unended", "flaky", "reds")
    assert [len(data[kind]) for kind in kinds] == [1, 1, 1, 1]


def test_an_empty_history_says_what_to_do(place: Place) -> None:
    told = place.run("history")
    assert (told.code, "run gatescore run first" in told.stdout.decode()) == (0, True)
    assert story(place)["total"] == 0
    assert not (place.path / ".gatescore").exists()
    assert place.run("history", "--target", "nobody").code == 2
    assert place.run("history", "import", place.path).code == 2


def test_old_runs_are_removed(place: Place) -> None:
    policy = place.policy({"a": fake()})
    for _ in range(3):
        place.run("run", place.target(), "--policy", policy)
        time.sleep(1.05)  # runs begin in different seconds
    assert place.run("history", "prune").code == 2
    assert place.run("history", "prune", "--older-than", "soon").code == 2
    assert place.run("history", "prune", "--keep", "1", "--older-than", "1d").code == 0
    assert len(kept(place)) == 3
    newest = kept(place)[-1]
    assert place.run("history", "prune", "--keep", "1").code == 0
    assert kept(place) == (newest,)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_warning(place: Place) -> None:
    policy, target = place.policy({"a": fake()}), place.target()
    shut = place.path / "shut"
    shut.mkdir(mode=0o500)
    ran = place.run("run", target, "--policy", policy, "--history", shut / "x" / "history.db")
    assert (ran.code, "cannot be made" in ran.stderr) == (0, True)
