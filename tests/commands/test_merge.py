"""`gatescore plan`, `run --shard`, `merge`: several machines make one run, or it says why not."""

import argparse
import json
import shutil
import signal
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.cli import UsageError
from gates.commands import _sharding as sharing
from gates.commands import merge, run
from gates.core.shards import files_digest
from gates.shell import shard_files
from reports.history import History
from tests.faults.cli import Completed, Place, committed, fake, finish, started, until

TARGET = """
[code]
paths = ["src"]
tests = ["tests"]
[requirements]
"""
FILES = {
    "src/a.py": "A = 1\n",
    "tests/test_a.py": "def test_found(): pass\n",
    "gatescore/requirements.toml": '[[requirements]]\nid = "FR-1"\ntitle = "Found"\n'
    'tests = ["tests/test_a.py::test_found"]\n',
}
PROVES = """
import json, pathlib
pathlib.Path("result.json").write_text(json.dumps({
    "tool": "pytest", "examined": 1, "examined_unit": "tests",
    "measurements": {"fake.errors": {"value": 0}},
    "proofs": [{"kind": "test", "name": "tests/test_a.py::test_found", "state": "PASS"}],
}))
"""
FEATURES = {
    "level": 2,
    "title": "Features",
    "tools": ["features"],
    "after": ["tests"],
    "criteria": {
        "complete": {
            "title": "Shown",
            "metric": "features.complete_percent",
            "pass": [["== 100"]],
        }
    },
}
EVIDENCE = {
    "level": 2,
    "title": "Evidence",
    "tools": [],
    "derived": "evidence",
    "options": {"budget": [{"name": "all", "points": 1, "gates": ["lint", "tests", "features"]}]},
    "criteria": {"points": {"title": "P", "metric": "evidence.points", "pass": [[">= 1"]]}},
}
SHOULD = {"errors": {"title": "E", "metric": "fake.errors", "pass": [["== 0"]], "weight": "should"}}


class Made(msgspec.Struct, frozen=True):
    """A plan of two shards, each run: where it was made, its file, and the shards by id."""

    place: Place
    file: Path
    shards: dict[str, Path]
    policy: Path
    target: Path

    def merged(self, folder: Path, *shards: Path, more: tuple[Any, ...] = ()) -> Completed:
        """The merge of these, not kept in the history."""
        output = folder / "merged"
        arguments = ("merge", "--plan", self.file, *shards, "--output", output)
        more = more or ("--history", "off")
        return self.place.run(*arguments, *more, output=output)

    def copies(self, folder: Path) -> dict[str, Path]:
        """The shards anew, to be changed."""
        folder.mkdir(exist_ok=True)
        return {
            id: Path(shutil.copytree(path, folder / path.name)) for id, path in self.shards.items()
        }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Shards that nobody changes."""
    folder = tmp_path_factory.mktemp("made")
    place = Place(folder, folder / "cache")
    (folder / "proves.py").write_text(PROVES)
    policy = place.policy(
        {
            "lint": fake("works", 0, 0, expected_s=9),
            "tests": fake(str(folder / "proves"), expected_s=8),
            "types": fake("crashes", "half", criteria=SHOULD, expected_s=7),
            "style": fake(criteria=SHOULD, expected_s=1),
            "features": FEATURES,
            "evidence": EVIDENCE,
        }
    )
    target = place.target(TARGET, FILES)
    committed(target)
    file, two = folder / "plan.json", ("--shards", "2", "--matrix")
    done = place.run("plan", target, "--policy", policy, *two, "--output", file)
    assert (done.code, done.stdout) == (0, b'["1","2"]\n')
    plan = json.loads(file.read_bytes())
    assert [each["gates"] for each in plan["shards"]] == [["lint", "style"], ["tests", "types"]]
    assert plan["merge"] == ["features"]
    shards = {id: folder / f"shard-{id}" for id in "12"}
    for id, path in shards.items():
        ran = place.run("run", "--plan", file, "--shard", id, output=path)
        assert ran.card["partial"], ran.stderr
    return Made(place, file, shards, policy, target)


def sealed(folder: Path, **changes: Any) -> Path:
    """A shard whose manifest fits its files again, but for the changes."""
    manifest = json.loads((folder / "shard.json").read_bytes())
    manifest |= {"files": shard_files.digests(folder), **changes}
    (folder / "shard.json").write_text(json.dumps(manifest))
    return folder


def digest(folder: Path) -> str:
    return files_digest(json.loads((folder / "shard.json").read_bytes())["files"])


def without_run(card: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in card.items() if key not in ("run", "valid_until")}


def packed(folder: Path, name: str) -> Path:
    file = folder.parent / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder).as_posix())
    else:
        with tarfile.open(file, "w:gz") as archive:
            archive.add(folder, folder.name)
    return file


def test_shards_make_the_card_of_one_run_recorded_once(made: Made, tmp_path: Path) -> None:
    """As zip and tar.gz; also what reads other gates' results, and what is derived."""
    place, copies = made.place, made.copies(tmp_path)
    alone = ("--policy", made.policy, "--history", "off")
    whole = place.run("run", made.target, *alone, output=tmp_path / "whole")
    shards = packed(copies["1"], "one.zip"), packed(copies["2"], "two.tar.gz")
    history = tmp_path / "history.db"
    done = made.merged(tmp_path, *shards, more=("--history", history))
    assert without_run(done.card) == without_run(whole.card)
    assert (done.code, done.statuses) == (whole.code, whole.statuses)
    assert done.statuses == {
        "lint": "PASS",
        "tests": "PASS",
        "types": "ERROR unreadable-result",
        "style": "PASS",
        "features": "PASS",
        "evidence": "PASS",
    }
    run, first = done.card["run"], json.loads((copies["1"] / "scorecard.json").read_bytes())["run"]
    assert run["started_at"] == first["started_at"]
    assert set(run["durations_s"]) == {"lint", "tests", "types", "style", "features"}
    assert run["durations_s"]["lint"] == first["durations_s"]["lint"]
    assert {path.name for path in done.output.iterdir()} == {
        path.name for path in whole.output.iterdir()
    }
    kept = Path("results", "lint", "fake", "result.json")
    assert (done.output / kept).read_bytes() == (copies["1"] / kept).read_bytes()
    said = [line for line in done.stderr.splitlines() if line.startswith(("verdict", "report"))]
    assert said[0].startswith(f"verdict: {done.card['verdict']}") and "scorecard.html" in said[1]
    assert [line.run for line in History(str(history)).runs("victim", last=9)] == ["merged"]
    assert not (place.path / ".gatescore" / "history.db").exists()  # of a shard


def test_p47_a_missing_shard_is_inconclusive_and_named(made: Made, tmp_path: Path) -> None:
    """One that was cancelled: its folder came without a manifest, and the build server says so."""
    needs, cancelled = tmp_path / "needs.json", made.copies(tmp_path)["2"]
    (cancelled / "shard.json").unlink()
    jobs = {"plan": "success", "gates-1": "failure", "gates-2": "cancelled"}
    needs.write_text(json.dumps({name: {"result": result} for name, result in jobs.items()}))
    more = ("--needs", needs, "--history", "off")
    done = made.merged(tmp_path, made.shards["1"], cancelled, more=more)
    assert (done.code, done.card["verdict"], done.card["complete"]) == (3, "INCONCLUSIVE", False)
    told = "shard 2 is missing: the job gates-2 was cancelled"
    for gate in ("tests", "types", "features"):
        assert done.statuses[gate] == "NOT_RUN" and told in done.gate(gate)["detail"]
    assert done.statuses["lint"] == "PASS"
    assert done.card["decided_by"].startswith(told)
    assert f"{cancelled} is refused: it has no manifest" in done.stderr
    assert "the job gates-1 failed" in done.stderr
    assert told in done.card["run"]["notes"]
    again = made.place.run("judge", done.output, "--policy", made.policy, "--json")
    assert again.stdout == done.scorecard


def test_p48_p49_b56_shards_twice_or_of_something_else_are_named(
    made: Made, tmp_path: Path
) -> None:
    """Twice differently: both digests, and neither counts. Twice the same: taken once."""
    changed = made.copies(tmp_path / "changed")["1"]
    (changed / "results" / "lint" / "fake" / "0.stdout").write_text("other")
    sealed(changed)
    same = made.copies(tmp_path / "same")["2"]
    foreign = sealed(made.copies(tmp_path / "foreign")["2"], nonce="f" * 32)
    newer = sealed(made.copies(tmp_path / "newer")["2"], version="0.0.1")
    other = sealed(made.copies(tmp_path / "other")["1"], policy="sha256:0", revision="c0ffee")
    shards = (*made.shards.values(), changed, same, foreign, newer, other)
    done = made.merged(tmp_path, *shards)
    assert (done.code, done.card["verdict"]) == (3, "INCONCLUSIVE")
    assert (done.statuses["lint"], done.statuses["tests"]) == ("NOT_RUN", "PASS")
    for folder in (changed, made.shards["1"]):
        assert digest(folder) in done.stderr and digest(folder) in done.gate("lint")["detail"]
    assert "shard 2 came 2 times with the same results" in done.stderr
    assert f"{foreign} is refused: shard 2 (results {digest(foreign)}): its nonce is fff" in (
        done.stderr
    )
    assert f"beside it came {made.shards['2']} (results {digest(made.shards['2'])})" in done.stderr
    assert f"{newer} is refused" in done.stderr
    for word in ("version of gatescore is 0.0.1", "commit is c0ffee", "policy is sha256:0"):
        assert word in done.stderr


def claims(folder: Path, gate: str, source: Path, **changes: Any) -> None:
    """Put a gate's results of another shard into one, its report with these changes."""
    there = Path("results", gate, "report.json")
    report = json.loads((source / there).read_bytes())
    report["reports"][0] |= changes
    (folder / there).parent.mkdir()
    (folder / there).write_text(json.dumps(report))


def test_b57_of_two_shards_with_one_gate_the_worst_counts(made: Made, tmp_path: Path) -> None:
    """Also where both pass, and are not the same: nobody knows which of them it is."""
    one, two = made.copies(tmp_path).values()
    claims(two, "lint", one, measurements={"fake.errors": {"value": 1}})
    claims(two, "style", one, examined=7)
    done = made.merged(tmp_path, one, sealed(two))
    assert (done.code, done.card["verdict"], done.card["complete"]) == (1, "FAIL", False)
    assert done.statuses["lint"] == "FAIL"
    assert done.statuses["style"] == "ERROR unreadable-result"
    assert done.gate("style")["detail"].startswith("conflict: shard 1")
    for gate in ("lint", "style"):
        assert f"shard 2 has results of {gate}, which was dealt to shard 1" in done.stderr
        assert f"{gate}: conflict: shard 1" in done.stderr
        for folder in (one, two):
            files = json.loads((folder / "shard.json").read_bytes())["files"]
            assert files[f"results/{gate}/report.json"] in done.stderr


def test_p66_b55_what_cannot_be_trusted_is_refused_and_named(made: Made, tmp_path: Path) -> None:
    """A hostile archive, files that are not those of the manifest, and a gate nobody planned."""
    slip, changed = tmp_path / "slip.zip", made.copies(tmp_path / "changed")["2"]
    with zipfile.ZipFile(slip, "w") as archive:
        archive.write(made.shards["1"] / "shard.json", "shard.json")
        archive.writestr("../../outside", "x")
    (changed / "results" / "tests" / "report.json").write_text("{}")
    more = made.copies(tmp_path)["2"]
    (more / "results" / "nobodys").mkdir()
    (more / "results" / "nobodys" / "report.json").write_text('{"gate": "nobodys"}')
    done = made.merged(tmp_path, slip, changed, sealed(more))
    assert (done.code, done.card["verdict"]) == (3, "INCONCLUSIVE")
    for word in (
        "shard 1 is missing",
        f"{slip} is refused: its entry '../../outside': its name leaves the folder",
        f"{changed} is refused: results/tests/report.json is not the file of its manifest",
        "shard 2 has results of nobodys, which nobody planned",
    ):
        assert word in done.stderr
    assert done.statuses["tests"] == "PASS"
    assert not (done.output / "results" / "nobodys").exists()
    assert not list(tmp_path.parent.rglob("outside"))


def test_p47_a_cancelled_shard_leaves_no_manifest(place: Place) -> None:
    target = place.target()
    committed(target)
    policy = place.policy({"a": fake("works", 60), "b": fake()})
    file, output = place.path / "plan.json", place.path / "shard"
    place.run("plan", target, "--policy", policy, "--shards", "1", "--output", file)
    output.mkdir()
    (output / "shard.json").write_text("{}")  # of an earlier attempt: it must not stay
    arguments = ("run", "--plan", file, "--shard", "1", "--output", output)
    with place.begin(*arguments) as process:
        until(started(output, "a"))
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == 143
    assert (output / "scorecard.json").is_file() and not (output / "shard.json").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--plan", "PLAN"], "--shard ID belong together"),
        (["--shard", "1"], "--plan FILE and --shard ID"),
        (["--plan", "PLAN", "--shard", "9"], "--shard 9: the plan PLAN has the shards 1, 2"),
        (["--plan", "PLAN", "--shard", "1", "--profile", "ci"], "--profile ci: the plan PLAN says"),
        (["--plan", "PLAN", "--shard", "1", "--gate", "tests"], "--gate ['tests']"),
        (["--plan", "none.json", "--shard", "1"], "--plan none.json: no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_contradict_the_plan_are_refused(
    made: Made, arguments: list[str], word: str
) -> None:
    file = str(made.file)
    with pytest.raises(UsageError) as refused:
        sharing.assigned(options([each.replace("PLAN", file) for each in arguments]))
    assert word.replace("PLAN", file) in str(refused.value)


def test_the_plan_says_what_a_shard_runs(made: Made) -> None:
    args = options(["--plan", str(made.file), "--shard", "2", "--policy", str(made.policy)])
    found = sharing.assigned(args)
    assert found is not None and found.share.gates == ("tests", "types")
    assert (args.gate, args.level, args.profile) == (["tests", "types"], None, "local")
    assert (args.target, args.policy) == (str(made.target), str(made.policy))
    assert sharing.assigned(options([])) is None


def test_the_merge_empties_no_folder_of_a_shard(made: Made) -> None:
    for output in (made.shards["1"], made.place.path):
        names = argparse.Namespace(output=str(output), shards=[str(made.shards["1"])])
        with pytest.raises(UsageError, match="is there; name another"):
            merge.refuse_shard_as_output(names)


def test_a_plan_is_printed_and_no_shard_of_it_is_empty(made: Made) -> None:
    done = made.place.run("plan", made.target, "--policy", made.policy, "--shards", "9")
    plan, before = json.loads(done.stdout), json.loads(made.file.read_bytes())
    assert [len(each["gates"]) for each in plan["shards"]] == [1, 1, 1, 1]
    assert "4 shards, not 9" in done.stderr
    assert plan["nonce"] != before["nonce"]
    same = ("version", "target", "policy", "profile", "level", "base", "merge", "schema")
    assert {key: plan[key] for key in same} == {key: before[key] for key in same}


def test_a_target_that_is_elsewhere_on_this_machine_has_to_be_named(made: Made) -> None:
    plan = sharing.loaded(str(made.file)).plan
    moved = msgspec.structs.replace(
        plan, target=msgspec.structs.replace(plan.target, path="not/here")
    )
    with pytest.raises(UsageError, match="its target at not/here, which is not here"):
        sharing.planned(options([]), moved)
    args = options([str(made.target)])
    sharing.planned(args, moved)
    assert args.target == str(made.target)


def options(arguments: list[str]) -> argparse.Namespace:
    """The arguments of `gatescore run`."""
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    return parser.parse_args(arguments)


def test_b56_what_stands_here_must_be_what_was_planned(made: Made, tmp_path: Path) -> None:
    """Another commit, policy or version: neither a shard nor the merge begins."""
    place = Place(tmp_path, tmp_path / "cache")
    target, policy = place.target(TARGET, FILES), tmp_path / "p.toml"
    committed(target)
    policy.write_text(made.policy.read_text().replace("== 0", "<= 9"))
    plan = json.loads(made.file.read_bytes()) | {"version": "0.0.1"}
    plan["target"] |= {"path": str(target), "revision": "c0ffee"}
    plan["policy"] |= {"wish": str(policy)}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan | {"base": ""}))
    for arguments in (("run", "--plan", file, "--shard", "1"), ("merge", "--plan", file)):
        done = place.run(*arguments)
        assert done.code == 2 and not done.scorecard, done.stderr
        for word in ("commit here is", "digest of the policy here is", "that of the plan 0.0.1"):
            assert word in done.stderr
