"""The whole product from its command line, on whole services."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

REPOSITORY = Path(__file__).parents[2]
DEADLINE_S = 900
ATTEMPTS = 3
BUSY = "generator-unhealthy"


class Run(NamedTuple):
    """One run: its exit code, what it told people, and its scorecard."""

    code: int
    told: str
    card: dict[str, Any]

    def gate(self, id: str) -> dict[str, Any]:
        return next(gate for gate in self.card["gates"] if gate["id"] == id)

    def criterion(self, id: str) -> dict[str, Any]:
        criteria = (one for gate in self.card["gates"] for one in gate["criteria"])
        return next(one for one in criteria if one["id"] == id)

    def statuses(self) -> dict[str, str]:
        return {gate["id"]: gate["status"] for gate in self.card["gates"]}

    def busy(self) -> list[str]:
        """Gates that could not measure because the machine had other work."""
        return [gate["id"] for gate in self.card["gates"] if gate["reason"] == BUSY]


Judge = Callable[..., Run]


def run_once(target: Path, output: Path, *options: str) -> Run:
    """Run `gatescore run`; its scorecard is complete or the test ends here."""
    program = Path(sys.executable).parent / "gatescore"
    done = subprocess.run(
        [program, "run", target, "--base", "HEAD", "--output", output, *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.stdout == ""
    assert (output / "scorecard.json").exists(), done.stderr
    card = json.loads((output / "scorecard.json").read_text())
    assert card["complete"], done.stderr
    return Run(done.returncode, done.stderr, card)


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Judge a folder of this repository; loads are measured anew while the machine is busy."""

    def judged(target: str, *options: str) -> Run:
        output = tmp_path_factory.mktemp(Path(target).name) / "run"
        run = run_once(REPOSITORY / target, output, *options)
        for _ in range(ATTEMPTS - 1):
            if not run.busy():
                break
            run = run_once(REPOSITORY / target, output, *options, "--resume")
        return run

    return judged


def needs_quiet(run: Run) -> None:
    """Skip on a desk that is too busy for a load to be believed; a CI machine has to be quiet."""
    if run.busy():
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{', '.join(run.busy())}: the machine is too busy to measure a load")
