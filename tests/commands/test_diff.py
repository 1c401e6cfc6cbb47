"""`gatescore diff`: two runs by path, id or the history, in three formats."""

import json
import shutil
import time

from tests.faults.cli import Place, fake


def two_runs(place: Place) -> None:
    """One that passes and one that does not, in the folders one and two."""
    target = place.target()
    for name, code in (("one", 0), ("two", 1)):
        policy = place.policy({"a": fake("works", 0, code)})
        place.run("run", target, "--policy", policy, output=place.path / name)
        time.sleep(1.05)  # runs begin in different seconds


def test_two_runs_by_path_id_and_history_are_the_same_difference(place: Place) -> None:
    two_runs(place)
    ways = [
        ("one", "two"),
        (place.path / "one" / "scorecard.json", place.path / "two"),
        (),
        ("one",),
    ]
    found = [place.run("diff", *way) for way in ways]
    assert [one.code for one in found] == [0, 0, 0, 0]
    assert len({one.stdout for one in found}) == 1
    text = found[0].stdout.decode()
    assert "a: PASS -> FAIL" in text
    assert "errors: 0 -> 1 [PASS -> FAIL]" in text
    (place.path / "one").rename(place.path / "moved")
    gone = place.run("diff", "one", "two")
    assert gone.code == 0
    assert "a: PASS -> FAIL" in gone.stdout.decode()
    assert "its folder is gone" in gone.stdout.decode()


def test_programs_and_browsers_are_served(place: Place) -> None:
    two_runs(place)
    data = json.loads(place.run("diff", "one", "two", "--format", "json").stdout)
    assert [one["id"] for one in data["gates"]] == ["a"]
    page = place.run("diff", "one", "two", "--format", "html").stdout
    assert page.startswith(b"<!doctype html>")


def test_b59_a_run_of_a_newer_version_is_a_message(place: Place) -> None:
    two_runs(place)
    file = place.path / "one" / "scorecard.json"
    card = json.loads(file.read_bytes())
    file.write_text(json.dumps({**card, "schema_version": 2, "verdict": ["something", "else"]}))
    told = place.run("diff", "one", "two")
    assert told.code == 2
    assert "no comparison" in told.stderr
    assert "is of version 2, this gatescore knows 1: install a newer gatescore" in told.stderr


def test_what_is_not_there_is_said(place: Place) -> None:
    assert "two runs that ended" in place.run("diff").stderr
    assert (
        "no such file, folder or run: gatescore history lists" in place.run("diff", "a", "b").stderr
    )
    two_runs(place)
    shutil.rmtree(place.path / "two")
    (place.path / "two").mkdir()
    assert place.run("diff", "one", "two").code == 2
    (place.path / "two" / "scorecard.json").write_text("{")
    told = place.run("diff", "one", "two")
    assert (told.code, "not a" in told.stderr) == (2, True)
