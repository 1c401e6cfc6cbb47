"""`gatescore plan`, `run --shard` and `merge`: several machines make one run, or it says why."""

import json
from pathlib import Path
from typing import Any

from tests.faults.cli import Completed, Place, committed, fake

GATES = {"a": fake(), "b": fake("works", 0, 0), "c": fake(expected_s=30), "d": fake(after=["a"])}


def planned(place: Place, gates: dict[str, Any], *options: str | Path, shards: int = 2) -> Path:
    """A plan of a committed target; where its file is."""
    target = place.target()
    committed(target)
    file = place.path / "plan.json"
    policy = place.policy(gates)
    arguments = ("--policy", policy, "--shards", f"{shards}", "--output", file, *options)
    done = place.run("plan", target, *arguments)
    assert done.code == 0, done.stderr
    return file


def ran(place: Place, file: Path, id: str) -> Path:
    """Where a shard of the plan was run."""
    folder = place.path / f"shard-{id}"
    place.run("run", "--plan", file, "--shard", id, output=folder)
    assert (folder / "shard.json").is_file()
    return folder


def merged(place: Place, file: Path, *shards: str | Path, output: str = "out") -> Completed:
    """The merge of some shards."""
    folder = place.path / output
    return place.run("merge", "--plan", file, *shards, "--output", folder, output=folder)


def test_the_shards_of_a_plan_make_one_whole_run(place: Place) -> None:
    file = planned(place, GATES)
    plan = json.loads(file.read_bytes())
    assert plan["merge"] == ["d"]
    assert sorted(gate for share in plan["shards"] for gate in share["gates"]) == ["a", "b", "c"]
    shards = [ran(place, file, share["id"]) for share in plan["shards"]]
    done = merged(place, file, *shards)
    assert (done.code, done.card["verdict"], done.card["complete"]) == (0, "PASS", True)
    assert done.statuses == dict.fromkeys("abcd", "PASS")
    assert done.card["partial"] is False
    assert (done.output / "scorecard.html").is_file()
    assert (done.output / "results" / "a" / "fake" / "result.json").is_file()
