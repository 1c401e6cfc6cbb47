"""`gatescore report` and `run --format`: which files are written, and what a full disk takes."""

import json
import subprocess

import pytest

from tests.faults.cli import Place, fake

OTHERS = {
    *("scorecard.html", "summary.md", "progress.json", "verification-report.md", "junit.xml"),
    *("badge.json", "gl-code-quality.json", "criteria.csv", "gatescore.sarif"),
}


def names(place: Place) -> set[str]:
    return {path.name for path in place.output.iterdir() if path.is_file()}


def test_every_format_lies_beside_the_scorecard(place: Place) -> None:
    policy = place.policy({"a": fake()})
    assert place.run("run", place.target(), "--policy", policy).code == 0
    assert OTHERS | {"scorecard.json"} <= names(place)


def test_a_run_writes_the_formats_that_are_named_and_its_scorecard(place: Place) -> None:
    policy = place.policy({"a": fake()})
    ran = place.run("run", place.target(), "--policy", policy, "--format", "junit,progress")
    assert ran.code == 0
    assert {"junit.xml", "progress.json", "scorecard.json"} <= names(place)
    assert not {"scorecard.html", "gatescore.sarif"} & names(place)


def test_formats_are_written_anew_and_the_scorecard_is_left_alone(place: Place) -> None:
    policy = place.policy({"a": fake("works", 0, 1)})
    assert place.run("run", place.target(), "--policy", policy).code == 1
    before = {name: (place.output / name).read_bytes() for name in OTHERS}
    for name in OTHERS:
        (place.output / name).unlink()
    card = place.output / "scorecard.json"
    kept = (card.read_bytes(), card.stat().st_mtime_ns)
    done = place.run("report", place.output)
    assert done.code == 0
    assert {name: (place.output / name).read_bytes() for name in OTHERS} == before
    assert (card.read_bytes(), card.stat().st_mtime_ns) == kept


def test_formats_are_written_elsewhere(place: Place) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    elsewhere = place.path / "new" / "folder"
    arguments = ("--format", "junit.xml,json", "--output", elsewhere)
    assert place.run("report", place.output / "scorecard.json", *arguments).code == 0
    assert {path.name for path in elsewhere.iterdir()} == {"junit.xml", "scorecard.json", ".lock"}
    assert json.loads((elsewhere / "scorecard.json").read_bytes())["verdict"] == "PASS"


def test_judged_anew_into_an_old_folder_leaves_no_report_of_what_is_gone(place: Place) -> None:
    two = place.policy({"a": fake("works", 0, 1), "b": fake("works", 0, 1)})
    place.run("run", place.target(), "--policy", two)
    judged = place.path / "judged"
    for policy in (two, place.policy({"a": fake("works", 0, 1)}, name="one")):
        place.run("judge", place.output, "--policy", policy, "--output", judged)
    assert {"gatescore.sarif", "fake.sarif"} <= {path.name for path in judged.iterdir()}
    quiet = place.policy({"c": fake()}, name="quiet")
    place.run("judge", place.output, "--policy", quiet, "--output", judged)
    assert [path.name for path in judged.glob("*.sarif")] == ["gatescore.sarif"]


@pytest.mark.parametrize("verb", ["run", "report"])
def test_an_unknown_format_is_told_before_anything_runs(place: Place, verb: str) -> None:
    policy = place.policy({"a": fake()})
    arguments = (place.target(), "--policy", policy) if verb == "run" else (place.path,)
    done = place.run(verb, *arguments, "--format", "json,junt")
    assert done.code == 2
    assert "there is no format 'junt'; did you mean junit?" in done.stderr
    assert not (place.output / "plan.json").exists()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1", b'{"gates": 3}'])
def test_what_is_no_scorecard_is_refused(place: Place, content: bytes | None) -> None:
    folder = place.path / "run"
    folder.mkdir()
    if content is not None:
        (folder / "scorecard.json").write_bytes(content)
    done = place.run("report", folder)
    assert done.code == 2
    assert str(folder / "scorecard.json") in done.stderr
    assert {path.name for path in folder.iterdir()} <= {"scorecard.json"}


@pytest.mark.parametrize("blocked", ["junit.xml", "gatescore.sarif", "scorecard.html"])
def test_a_report_that_is_not_kept_takes_no_other_along_p27(place: Place, blocked: str) -> None:
    policy = place.policy({"a": fake("blocks", blocked)})
    done = place.run("run", place.target(), "--policy", policy)
    assert done.code == 3
    assert f"storage-failed: {place.output / blocked}" in done.stderr
    assert (done.card["complete"], done.card["verdict"]) == (False, "INCONCLUSIVE")
    assert done.statuses == {"a": "PASS"}
    assert OTHERS - {blocked} <= names(place)


def test_what_is_not_kept_when_written_anew_is_told_and_the_verdict_stays(place: Place) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    (place.output / "junit.xml").unlink()
    (place.output / "junit.xml" / "x").mkdir(parents=True)
    (place.output / "gatescore.sarif").unlink()
    done = place.run("report", place.output)
    assert done.code == 3
    assert f"storage-failed: {place.output / 'junit.xml'}" in done.stderr
    assert (place.output / "gatescore.sarif").is_file()
    assert (done.card["complete"], done.card["verdict"]) == (True, "PASS")


def test_a_scorecard_knows_the_folder_of_its_target_in_the_repository(place: Place) -> None:
    policy = place.policy({"a": fake()})
    target = place.target(name="services/shop")
    for argv in (("init", "-q"), ("add", "services")):
        subprocess.run(("git", *argv), cwd=place.path, check=True)
    done = place.run("run", target, "--policy", policy)
    assert done.card["target"]["folder"] == "services/shop"


def test_annotations_are_printed_and_nothing_else(place: Place) -> None:
    policy = place.policy({"a": fake("works", 0, 1)})
    assert place.run("run", place.target(), "--policy", policy).code == 1
    done = place.run("annotate", place.output)
    assert done.code == 0
    assert all(row.startswith("::") for row in done.stdout.decode().splitlines())
    assert done.stdout.decode().startswith("::error title=a%3A ")
    assert done.stderr == ""


def test_annotations_of_no_run_are_wrong_usage(place: Place) -> None:
    done = place.run("annotate", place.path / "nowhere")
    assert (done.code, done.stdout) == (2, b"")
