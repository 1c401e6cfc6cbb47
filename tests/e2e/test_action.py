"""Our action, as GitHub's runner runs it, on the example and its twin with planted defects.

Of level 1, without what takes longest and is run beside it: their own tests, and the load.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.ci.runner import Job
from tests.ci.stand_ins import World
from tests.faults.cli import ROOT, committed

LEFT_OUT = shutil.ignore_patterns(".gatescore", "__pycache__", ".venv", ".*_cache")
GIVEN = {
    "environment": str(Path(sys.executable).parents[1]),
    "gates": "build lint format types security secrets dependencies schema review",
    "base": "HEAD",
    "sarif": "true",
}
CHECKOUT = {
    "uses": f"actions/checkout@{'0' * 40}",
    "with": {"fetch-depth": "0", "persist-credentials": "false"},
}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A machine with a checkout of both examples."""
    source = tmp_path / "repository"
    for name in ("bookstore", "leaky"):
        shutil.copytree(ROOT / "examples" / name, source / name, ignore=LEFT_OUT)
    committed(source)
    permissions = {"contents": "read", "security-events": "write"}
    job = Job(World(tmp_path, source, []), tmp_path / "job", permissions=permissions)
    good, _ = job.steps([CHECKOUT], job.contexts, job.workspace)
    assert good
    return job


def test_the_good_example_may_go_out_and_its_twin_may_not(job: Job) -> None:
    good, outputs = job.action({**GIVEN, "target": "bookstore", "artifact": "bookstore"})
    assert good, job.printed
    assert outputs["verdict"] in ("PASS", "WARN")
    assert json.loads(outputs["failed-gates"]) == []
    kept = {file.name for file in (job.world.artifacts / "bookstore").iterdir()}
    assert {"scorecard.html", "scorecard.json", "junit.xml", "summary.md"} <= kept
    assert not [command for command in job.commands if command.name == "error"]

    folder = str(job.temp / "leaky")
    good, outputs = job.action(
        {**GIVEN, "target": "leaky", "artifact": "leaky", "output-dir": folder}
    )
    assert not good
    assert (outputs["verdict"], outputs["exit-code"]) == ("FAIL", "1")
    assert {"lint", "secrets", "dependencies"} <= set(json.loads(outputs["failed-gates"]))
    errors = [command for command in job.commands if command.name == "error"]
    assert 1 <= len(errors) <= 10
    assert any(command.properties.get("file", "").startswith("leaky/") for command in errors)
    assert b"# FAIL" in job.summary
    assert len(job.summary) <= 2 * 512 * 1024
    assert len(job.world.uploads) > 4
