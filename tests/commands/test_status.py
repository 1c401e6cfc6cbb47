"""`gatescore status`: the newest whole run in words, its progress.json, and its exit code."""

import json

from tests.faults.cli import Place, fake


def test_it_tells_of_the_newest_run_and_ends_as_that_did(place: Place) -> None:
    policy = place.policy({"a": fake(), "b": fake("works", 0, 1)})
    ran = place.run("run", place.target("[contacts]\nlevel_1 = 'Ada'\n"), "--policy", policy)
    told = place.run("status", place.output)
    text = told.stdout.decode()
    assert (told.code, ran.code) == (1, 1)
    assert "level1: Failed: b failed" in text
    assert "escalation level 1, Ada: b: " in text
    assert "next: b: " in text
    assert "Backend implementation not completed." in text


def test_progress_json_lies_beside_the_scorecard_and_is_what_status_prints(place: Place) -> None:
    policy = place.policy({"a": fake()})
    ran = place.run("run", place.target(), "--policy", policy)
    kept = (place.output / "progress.json").read_bytes()
    told = place.run("status", place.output, "--json")
    assert (told.code, ran.code) == (0, 0)
    assert told.stdout == kept
    block = json.loads(kept)
    assert (block["target"], block["status"], block["progress"]) == ("victim", "Passed", 100)
    assert block["qualityGates"]["level1"]["status"] == "Passed"


def test_without_a_run_it_says_what_to_do(place: Place) -> None:
    told = place.run("status", place.path / "nowhere")
    assert told.code == 2
    assert "run gatescore run first" in told.stderr


def test_a_run_of_some_gates_alone_is_none(place: Place) -> None:
    policy = place.policy({"a": fake(), "b": fake()})
    place.run("run", place.target(), "--policy", policy, "--gate", "a")
    assert place.run("status", place.output).code == 2


def test_a_folder_with_the_block_can_be_used_again(place: Place) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    (place.output / "scorecard.json").unlink()
    assert place.run("run", place.target(), "--policy", policy).code == 0
