"""Action and workflows as those who attack them, and their readers, look at them; offline."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.stand_ins import INPUTS
from tests.faults.cli import ROOT

PROGRAMS = Path(sys.executable).parent
ACTION = ROOT / "action.yml"
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = (FOLDER / "gates.yml", FOLDER / "nightly.yml")
EVERY = sorted(FOLDER.glob("*.yml"))
# The commits of the tags, as the repositories of the actions have them.
PINNED = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/cache/restore": "27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "actions/cache/save": "27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "github/codeql-action/upload-sarif": "8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2",
}


def run(*argv: str | Path) -> str:
    """Run a program of these tests without a network; returns what it printed, which is fine."""
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        [str(word) for word in argv],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **nowhere},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def loaded(file: Path) -> Any:
    return yaml.load(file.read_text(), yaml.BaseLoader)


def jobs(file: Path) -> dict[str, Any]:
    """The jobs of a workflow; an action is one."""
    source = loaded(file)
    return source["jobs"] if "jobs" in source else {"action": source["runs"]}


def steps() -> list[tuple[str, dict[str, Any]]]:
    """Every step, with a name for it."""
    return [
        (f"{file.name} {job} {step['name']}", step)
        for file in (ACTION, *EVERY)
        for job, content in jobs(file).items()
        for step in content["steps"]
    ]


def test_p72_zizmor_finds_nothing_as_a_pedant() -> None:
    zizmor = (PROGRAMS / "zizmor", "--offline", "--no-config", "--no-ignores", "--format=json")
    assert run(*zizmor, "--persona=pedantic", ACTION, *EVERY).strip() == "[]"


def test_their_schemas_hold() -> None:
    check = (PROGRAMS / "check-jsonschema", "--builtin-schema")
    run(*check, "vendor.github-actions", ACTION)
    run(*check, "vendor.github-workflows", *EVERY)


def test_shellcheck_finds_nothing_in_the_scripts(tmp_path: Path) -> None:
    scripts = [step for _, step in steps() if "run" in step]
    assert len(scripts) >= 8
    files = []
    for number, step in enumerate(scripts):
        files.append(tmp_path / f"{number}.sh")
        given = "".join(f"export {name}=given\n" for name in step.get("env", {}))
        files[-1].write_text(f"#!/usr/bin/env bash\nset -e -o pipefail\n{given}{step['run']}")
    run(PROGRAMS / "shellcheck", "--norc", "--severity=style", "--shell=bash", *files)


def test_no_script_holds_an_expression() -> None:
    assert [name for name, step in steps() if "${{" in step.get("run", "")] == []


def test_every_action_is_pinned_by_the_commit_of_its_tag() -> None:
    used = {}
    for file in (ACTION, *WORKFLOWS):
        for name, commit in re.findall(r"uses: ([\w./-]+)@(.*)$", file.read_text(), re.MULTILINE):
            used.setdefault(name, set()).add(commit)
    assert used == {name: {commit} for name, commit in PINNED.items()}
    assert set(used) == set(INPUTS)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_each_job_has_its_own_rights_and_a_deadline(file: Path) -> None:
    source = loaded(file)
    assert source["permissions"] == {}
    assert "pull_request_target" not in source["on"]
    writes = {}
    for id, job in jobs(file).items():
        assert int(job["timeout-minutes"]) <= 180
        for key, right in job["permissions"].items():
            if right == "write":
                writes[id] = key
        ours = [step for step in job["steps"] if step.get("uses") == "$/"]
        if id in writes or "secrets." in str(job):
            told = [step["with"].get("command") for step in ours]
            assert set(told) <= {"install"}, f"{id} may write, and runs code of the target"
    assert (
        writes
        == {
            "gates.yml": {"sarif": "security-events"},
            "nightly.yml": {"tell": "issues"},
        }[file.name]
    )


def test_only_the_night_has_a_schedule_and_a_secret() -> None:
    gates, nightly = (loaded(file) for file in WORKFLOWS)
    assert set(gates["on"]) == {"pull_request", "merge_group"}
    assert "secrets" not in WORKFLOWS[0].read_text()
    assert set(nightly["on"]) == {"schedule", "workflow_dispatch"}


def test_the_required_check_is_never_skipped() -> None:
    verdict = jobs(WORKFLOWS[0])["verdict"]
    assert verdict["if"] == "always()"
    assert set(verdict["needs"]) == {"plan", "shard"}
    (merge,) = (step for step in verdict["steps"] if step.get("id") == "merge")
    assert merge["with"]["needs"] == "${{ toJSON(needs) }}"
    assert "report-only" not in merge["with"]
