"""The good example at level 2, again and again: no finding, one verdict, one set of findings."""

import tomllib
from pathlib import Path

import pytest

from tests.e2e.conftest import ATTEMPTS, REPOSITORY, Run, run_once

RUNS = 20
POLICY = tomllib.loads((REPOSITORY / "config" / "policy" / "standard.toml").read_text())["gates"]
GATES = sorted(id for id, gate in POLICY.items() if gate["level"] == 2)
CHOSEN = [word for gate in GATES for word in ("--gate", gate)]


def test_twenty_runs_of_the_good_example_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = set()
    for number in range(RUNS):
        run = settled(tmp_path / str(number))
        gates = run.card["gates"]
        found = [one for gate in gates for one in gate["findings"] if one["severity"] != "info"]
        assert found == []
        prints = sorted(one["fingerprint"] for gate in gates for one in gate["findings"])
        statuses = {id: status for id, status in run.statuses().items() if status != "PASS"}
        said.add((run.code, run.card["verdict"], str(statuses), tuple(prints)))
        with capsys.disabled():
            print(f"run {number + 1}: {run.code} {statuses} {len(prints)} notes", flush=True)
    assert len(said) == 1
    code, _, statuses, _ = said.pop()
    assert (code, statuses) == (0, "{}")


def settled(output: Path) -> Run:
    """One run; what could not be measured because the machine had other work is measured anew."""
    target = REPOSITORY / "examples" / "bookstore"
    run = run_once(target, output, *CHOSEN)
    for _ in range(ATTEMPTS):
        if not run.busy():
            return run
        run = run_once(target, output, *CHOSEN, "--resume")
    return run
