"""Our action from its inputs to its outputs, run as GitHub's runner runs it."""

import json
from pathlib import Path

import yaml

from gates.core.step_outputs import KEYS
from tests.ci.conftest import Made, act
from tests.ci.runner import read_outputs
from tests.faults.cli import ROOT, alive, fake, started, until

PASSING = {"good": fake(), "fine": fake()}
FAILING = {"good": fake(), "bad": fake("works", 0, 3)}


def test_a_passing_run_is_told_in_every_way(made: Made) -> None:
    job, good, outputs = made.judged(PASSING)
    assert good, job.printed
    folder = job.temp / "gatescore-1000-1"
    assert outputs == {
        "verdict": "PASS",
        "exit-code": "0",
        "score": outputs["score"],
        "folder": str(folder),
        "scorecard": str(folder / "scorecard.json"),
        "html": str(folder / "scorecard.html"),
        "failed-gates": "[]",
        "unjudged-gates": "[]",
        "sarif-files": outputs["sarif-files"],
        "plan": "",
        "matrix": "",
        "program": outputs["program"],
    }
    assert 0 <= float(outputs["score"]) <= 100
    assert "gatescore.sarif" in json.loads(outputs["sarif-files"])
    assert job.summary == (folder / "summary.md").read_bytes()
    kept = made.world.artifacts / "gatescore"
    assert (kept / "scorecard.html").read_bytes() == (folder / "scorecard.html").read_bytes()
    assert [command.name for command in job.commands] == ["notice"]
    good, outputs = act(job, {"target": "nowhere", "policy": "p.toml"})
    assert not good, "the scorecard of an earlier step is not taken for that of this one"
    assert (outputs["verdict"], outputs["scorecard"]) == ("INCONCLUSIVE", "")


def test_a_failing_run_keeps_everything_and_is_only_told_where_that_is_wanted(made: Made) -> None:
    job, good, outputs = made.judged(FAILING, {"report-only": "true"})
    assert good
    assert (outputs["verdict"], outputs["exit-code"]) == ("FAIL", "1")
    assert json.loads(outputs["failed-gates"]) == ["bad"]
    assert b"FAIL" in job.summary
    assert (made.world.artifacts / "gatescore" / "scorecard.html").exists()
    assert job.commands[0].name == "error"
    assert [one.code for one in job.shown if one.name in ("Judge", "Verdict")] == [1, 0]


def test_what_could_not_be_judged_is_inconclusive(made: Made) -> None:
    _, good, outputs = made.judged({"good": fake(), "gone": fake("crashes")})
    assert not good
    assert (outputs["verdict"], outputs["exit-code"]) == ("INCONCLUSIVE", "3")
    assert json.loads(outputs["unjudged-gates"]) == ["gone"]


def test_wrong_usage_fails_also_where_only_a_report_is_wanted(made: Made) -> None:
    job, good, outputs = made.judged(PASSING, {"report-only": "true", "gates": "no-such"})
    assert not good
    assert (outputs["verdict"], outputs["exit-code"]) == ("INCONCLUSIVE", "2")
    assert (outputs["scorecard"], outputs["html"]) == ("", "")
    assert b"exit code 2" in job.summary
    assert [command.name for command in job.commands] == ["error"]


def test_inputs_are_words_of_a_command_line_and_never_code(made: Made) -> None:
    marker = made.path / "ran"
    evil = f"$(touch {marker}) `touch {marker}` '; touch {marker}; \"* ?"
    words = ("target", "policy", "profile", "base", "gates", "level", "advisories", "plan")
    given = dict.fromkeys((*words, "needs", "shards", "report-only", "summary", "history"), evil)
    job, good, outputs = made.judged(PASSING, given)
    assert not good
    assert outputs["exit-code"] == "2"
    act(job, {**given, "command": "merge", "artifact": ""})
    act(job, {**given, "shard": evil, "artifact": ""})
    assert all(one.code for one in job.shown if one.name in ("Judge", "Verdict"))
    assert not marker.exists()


def test_gates_are_chosen_and_nothing_is_written_that_is_not_wanted(made: Made) -> None:
    quiet = {"summary": "false", "annotations": "false", "artifact": "", "gates": "good fine"}
    job, good, outputs = made.judged({**PASSING, "bad": fake("works", 0, 1)}, quiet)
    assert good
    assert outputs["verdict"] == "PASS"
    assert (job.summary, job.commands) == (b"", [])
    assert not made.world.artifacts.exists()


def test_findings_go_to_code_scanning_where_the_job_may(made: Made) -> None:
    permissions = {"contents": "read", "security-events": "write"}
    job, good, _ = made.judged(FAILING, {"sarif": "true"}, permissions=permissions)
    assert not good
    assert job.shown[-1].code == 1
    assert {file.name for file in made.world.uploads} >= {"gatescore.sarif"}
    assert len({file.parent for file in made.world.uploads}) == 1
    job.permissions = {"contents": "read"}
    seen = len(made.world.uploads)
    act(
        job,
        {"target": "t", "policy": "p.toml", "sarif": "true", "output-dir": str(made.path / "o")},
    )
    assert len(made.world.uploads) == seen
    assert "Resource not accessible" in job.printed


def test_no_upload_to_code_scanning_has_more_files_than_it_takes(made: Made) -> None:
    """A program that leaves 45 files: whole runs have about 50."""
    made.place.target()
    job = made.job(permissions={"contents": "read", "security-events": "write"})
    program = made.path / "environment" / "bin" / "gatescore"
    program.parent.mkdir(parents=True)
    run = {"automationDetails": {"id": "gatescore/t/NUMBER/"}}
    file = json.dumps({"runs": [run]}).replace("NUMBER", "$n")
    program.write_text(
        f"""#!/bin/sh
mkdir -p "$3"
for n in $(seq 1 45); do echo "{file.replace(chr(34), chr(92) + chr(34))}" > "$3/$n.sarif"; done
printf 'folder=%s\\nscorecard=x\\nexit-code=0\\n' "$3" >> "$GITHUB_OUTPUT"
"""
    )
    program.chmod(0o755)
    environment = str(program.parents[1])
    good, _ = job.action({"environment": environment, "target": "t", "sarif": "true"})
    assert good, job.printed
    assert len({file.name for file in made.world.uploads}) == 45
    assert len({file.parent for file in made.world.uploads}) == 3


def test_p23_a_cancelled_job_keeps_what_there_is_and_leaves_no_process(made: Made) -> None:
    pids = made.path / "pids"
    gates = {"first": fake(expected_s=20), "second": fake("resists", pids)}
    out = made.path / "out"
    job, good, outputs = made.judged(
        gates, {"output-dir": str(out), "report-only": "true"}, cancel=started(out, "second")
    )
    assert not good
    assert job.cancelled
    assert (outputs["verdict"], outputs["exit-code"]) == ("INCONCLUSIVE", "130")
    card = json.loads((made.world.artifacts / "gatescore" / "scorecard.json").read_bytes())
    assert card["complete"] is False
    assert "CANCELLED" in str(card) or "cancelled" in str(card)
    assert b"INCONCLUSIVE" in job.summary
    until(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()), 15)


def test_p59_the_outputs_are_exactly_the_documented_ones(made: Made) -> None:
    made.judged({"one": fake()}, {"target": "nowhere"})
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert set(action["outputs"]) == {*KEYS, "program"}
    written = [read_outputs(file.read_text()) for file in made.path.glob("job-0/temp/*/OUTPUT")]
    assert {frozenset(one) for one in written if one} == {frozenset(KEYS), frozenset(["program"])}


def test_everything_is_installed_by_the_hashes_of_the_lock(made: Made) -> None:
    """A python3 that writes down how it is asked to install, and makes such another one."""
    programs, log = made.path / "bin", made.path / "asked"
    programs.mkdir()
    script = f"""#!/bin/sh
echo "$@" >> {log}
if [ "$2" = venv ]; then mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; fi
"""
    (programs / "python3").write_text(script)
    (programs / "python3").chmod(0o755)
    job = made.job()
    job.environment = {"PATH": f"{programs}:/usr/bin:/bin"}
    _, outputs = job.action({"command": "install"})
    venv = job.temp / "gatescore-environment"
    assert outputs["program"] == str(venv / "bin" / "gatescore")
    pip = "-m pip install --quiet --disable-pip-version-check"
    lock = ROOT / "config" / "lock" / "tools.txt"
    assert log.read_text().splitlines() == [
        f"-m venv --clear {venv}",
        f"{pip} --require-hashes --only-binary :all: -r {lock}",
        f"{pip} --no-deps --no-build-isolation {ROOT}",
    ]
    assert "--hash=sha256:" in Path(lock).read_text()
