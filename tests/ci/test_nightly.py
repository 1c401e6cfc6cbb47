"""Nights in a row: the history is kept, a change of verdict is told, and a run is signed."""

import json
import subprocess
import sys
from pathlib import Path

from tests.ci.conftest import Made
from tests.ci.runner import Workflow
from tests.ci.test_workflows import workflow
from tests.faults.cli import fake, git

GOOD = {"one": fake(level=1)}
BAD = {"one": fake("works", 0, 2, level=1)}
PROGRAM = Path(sys.executable).parent / "gatescore"


def night(made: Made, gates: dict[str, object], number: int, **secrets: str) -> Workflow:
    """One night, on machines of its own."""
    run = workflow(made, "nightly.yml", gates, GATESCORE_ISSUES="true")
    run.given["secrets"] = secrets
    run.given["github"]["run_id"] = str(1000 + number)
    run.world = type(made.world)(made.path / f"night-{number}", made.place.path, made.world.uploads)
    if number > 1:  # caches are kept, artifacts are those of one run
        before = made.path / f"night-{number - 1}" / "caches"
        run.world.caches.parent.mkdir(parents=True)
        run.world.caches.symlink_to(before.resolve())
    return run


def asked(made: Made, run: Workflow) -> list[str]:
    """Put a program `gh` in place that writes down what it is asked."""
    log, programs = made.path / "gh.log", made.path / "programs"
    programs.mkdir(exist_ok=True)
    script = f'#!/bin/sh\nprintf "%s|" "$@" >> {log}\necho >> {log}\n'
    (programs / "gh").write_text(script)
    (programs / "gh").chmod(0o755)
    run.environment["PATH"] = f"{programs}:/usr/local/bin:/usr/bin:/bin"
    return log.read_text().splitlines() if log.exists() else []


def test_two_nights_of_which_the_second_fails(made: Made) -> None:
    key = made.path / "gates.key"
    subprocess.run([PROGRAM, "keygen", str(key)], check=True, capture_output=True)
    first = night(made, GOOD, 1, GATESCORE_KEY=key.read_text())
    asked(made, first)
    told = {name: job.printed for name, job in first.jobs.items()}
    assert first.run() == {"gates": "success", "attest": "success", "tell": "success"}, told
    envelope = first.world.artifacts / "attestation" / "attestation.intoto.jsonl"
    assert len(envelope.read_text().splitlines()) == 2
    assert key.read_text() not in "".join(job.printed for job in first.jobs.values())
    assert asked(made, first) == []

    second = night(made, BAD, 2)
    calls = asked(made, second)
    assert second.run() == {"gates": "failure", "attest": "success", "tell": "success"}
    (call,) = asked(made, second)[len(calls) :]
    assert call.startswith("issue|create|--title|victim: PASS → FAIL|--body-file|")
    assert "| `one` | PASS | FAIL |" in second.jobs["tell"].summary.decode()
    notices = [c.text for c in second.jobs["attest"].commands if c.name == "notice"]
    assert notices and "not signed" in notices[0]
    history = second.world.caches / "nightly-history-1002-1" / "history.db"
    listed = subprocess.run(
        [PROGRAM, "history", "--history", str(history), "--format", "json"],
        check=True,
        capture_output=True,
    )
    told = json.loads(listed.stdout)
    assert (told["complete"], told["course"]["score"]) == (2, [100.0, 0.0])
    assert git(made.place.path, "status", "--porcelain") == ""
