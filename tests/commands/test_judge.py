"""`gatescore judge`: stored evidence, any policy, the same bytes, and nothing is run."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from gates.runner import resume
from tests.faults.cli import Place, fake

GATES = {"a": fake("works", 0, 2), "b": fake(), "c": fake("crashes", "half"), "d": fake(level=3)}


def without_run(data: bytes) -> Any:
    card = json.loads(data)
    del card["run"]
    return card


def test_the_same_policy_gives_the_same_card(place: Place) -> None:
    policy = place.policy(GATES)
    ran = place.run("run", place.target(), "--policy", policy)
    again = place.run("judge", place.output, "--policy", policy, "--json")
    assert again.code == ran.code
    assert again.stdout == ran.scorecard


def test_another_policy_changes_the_verdict_and_nothing_stored(place: Place) -> None:
    strict = place.policy({"a": fake("works", 0, 2)})
    ran = place.run("run", place.target(), "--policy", strict)
    assert (ran.code, ran.statuses) == (1, {"a": "FAIL"})
    mild = place.policy({"a": fake()}, "mild")
    mild.write_text(mild.read_text().replace("== 0", "<= 2"))
    before = {path: path.read_bytes() for path in files(place.output)}
    again = place.run("judge", place.output, "--policy", mild, "--json")
    assert again.code == 0
    card = json.loads(again.stdout)
    assert (card["verdict"], card["policy"]["name"]) == ("PASS", "mild")
    assert card["policy"]["digest"] != ran.card["policy"]["digest"]
    assert {path: path.read_bytes() for path in files(place.output)} == before


def test_nothing_is_run(place: Place) -> None:
    witness = place.path / "witness"
    policy = place.policy({"a": fake("spies", witness)})
    place.run("run", place.target(), "--policy", policy)
    witness.unlink()
    (place.path / "t").rename(place.path / "moved")
    assert place.run("judge", place.output, "--policy", policy).code == 0
    assert not witness.exists()


def test_a_gate_that_only_the_new_policy_has_is_not_run(place: Place) -> None:
    place.run("run", place.target(), "--policy", place.policy({"a": fake()}))
    wider = place.policy({"a": fake(), "b": fake()}, "wider")
    again = place.run("judge", place.output, "--policy", wider, "--json")
    assert again.code == 3
    card = json.loads(again.stdout)
    assert card["complete"] is False
    statuses = {gate["id"]: gate["status"] for gate in card["gates"]}
    assert statuses == {"a": "PASS", "b": "NOT_RUN"}


@pytest.mark.parametrize("gate", ["a", "b"])
def test_a_lost_report_is_never_a_pass(place: Place, gate: str) -> None:
    policy = place.policy({"a": fake(), "b": fake()})
    place.run("run", place.target(), "--policy", policy)
    (place.output / "results" / gate / "report.json").unlink()
    again = place.run("judge", place.output, "--policy", policy, "--json")
    assert (again.code, json.loads(again.stdout)["verdict"]) == (3, "INCONCLUSIVE")


@pytest.mark.parametrize("name", ["scorecard.json", "plan.json", "results/a/report.json"])
@pytest.mark.parametrize("damage", [b"", b'{"half', b"\xff\xfe", b"[]", b"[" * 100_000])
def test_a_damaged_file_is_named(place: Place, name: str, damage: bytes) -> None:
    policy = place.policy({"a": fake()})
    if not (place.output / name).exists():
        place.run("run", place.target(), "--policy", policy)
    (place.output / name).write_bytes(damage)
    done = place.run("judge", place.output, "--policy", policy)
    assert done.code == 2
    assert name in done.stderr


def test_reports_are_written_where_asked(place: Place) -> None:
    policy = place.policy(GATES)
    ran = place.run("run", place.target(), "--policy", policy)
    other = place.path / "deep" / "judged"
    done = place.run("judge", place.output, "--policy", policy, "--output", other, output=other)
    way = f'"evidence": "../../{place.output.name}"'.encode()
    assert done.scorecard == ran.scorecard.replace(b'"evidence": ""', way)
    page = (other / "scorecard.html").read_text()
    links = re.findall(r'href="([^"#]+/report\.json)"', page)
    assert links
    assert all((other / link).is_file() for link in links)
    back = place.run("report", other, "--output", place.path)
    assert back.code == 0
    assert links[0].removeprefix("../../") in (place.path / "scorecard.html").read_text()


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_an_output_that_cannot_be_used_is_named(place: Place, name: str) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    (place.path / "file").write_text("mine")
    other = place.path / name
    done = place.run("judge", place.output, "--policy", policy, "--output", other)
    assert done.code == 2
    assert str(other) in done.stderr


SURROUNDINGS = [
    {"TZ": "Asia/Kolkata", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "4242", "LANG": "tr_TR.UTF-8"},
]


def test_p32_surroundings_change_no_byte_of_a_verdict(place: Place) -> None:
    policy = place.policy(GATES)
    place.run("run", place.target(), "--policy", policy)
    os.symlink(place.output, place.path / "link")
    cards = [
        place.run("judge", folder, "--policy", policy, "--json", env=env, cwd=cwd).stdout
        for folder, env, cwd in zip(
            (place.output, place.path / "link"), SURROUNDINGS, ("/", place.path), strict=True
        )
    ]
    assert cards[0] == cards[1]
    assert cards[0]


def test_p32_two_runs_differ_in_run_alone(place: Place) -> None:
    policy = place.policy(GATES)
    files = {f"pkg/{name}.py": "X = 1\n" for name in "zyxabc"}
    target = place.target(files=files)
    cards = [
        place.run(
            "run", target, "--policy", policy, output=place.path / name, env=env, cores=cores
        ).scorecard
        for name, env, cores in zip(("one", "another"), SURROUNDINGS, (1, None), strict=True)
    ]
    first, second = map(without_run, cards)
    first.pop("valid_until"), second.pop("valid_until")
    assert json.dumps(first) == json.dumps(second)


def test_keys_of_a_run_are_cleared_with_it(place: Place) -> None:
    """A folder whose run was killed very early can be used again."""
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    for name in ("scorecard.json", "scorecard.html"):
        (place.output / name).unlink()
    assert (place.output / resume.FILE).exists()
    assert place.run("run", place.target(), "--policy", policy).code == 0


def files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
