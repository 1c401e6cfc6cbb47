"""The whole product from its command line, on whole services."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gates.shell.signatures import public_key
from tests.faults.cli import committed
from tests.shell.signing_keys_made import make

REPOSITORY = Path(__file__).parents[2]
DEADLINE_S = 900
ATTEMPTS = 3
BUSY = "generator-unhealthy"


class Run(NamedTuple):
    """One run: its exit code, what it told people, its scorecard, and its folder."""

    code: int
    told: str
    card: dict[str, Any]
    folder: Path

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


class Team(NamedTuple):
    """The good example in a repository of its own, who may sign for it, and their keys."""

    target: Path
    policy: Path
    keys: dict[str, Path]  # by role


Judge = Callable[..., Run]
PEOPLE = {  # role -> who has it, and the kind of their key
    "administrator": ("ada", "ed25519"),
    "technical-lead": ("bo", "pem"),
    "expert": ("cy", "rsa"),
}


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
    return Run(done.returncode, done.stderr, card, output)


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


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A copy: people sign into the target, and a sign-off is of a commit without any change."""
    place = tmp_path_factory.mktemp("team")
    target = place / "bookstore"
    left_out = shutil.ignore_patterns(".gatescore", "__pycache__", ".venv", ".*_cache")
    shutil.copytree(REPOSITORY / "examples" / "bookstore", target, ignore=left_out)
    keys = {role: make(place / who, kind) for role, (who, kind) in PEOPLE.items()}
    policy = target / "gatescore" / "policy.toml"
    policy.write_text('extends = "standard"\nname = "bookstore"\n' + "".join(people(keys)))
    committed(target)
    return Team(target, policy, keys)


def people(keys: dict[str, Path]) -> Iterator[str]:
    """The people of the policy, each with the one key of their role."""
    for role, (who, _) in PEOPLE.items():
        yield f'[people.{who}]\nname = "{who.title()}"\nemails = ["{who}@example.com"]\n'
        yield f'roles = ["{role}"]\n[[people.{who}.keys]]\nkey = """{public_key(keys[role])}"""\n'


@pytest.fixture(scope="session")
def bookstore(judge: Judge, team: Team) -> Run:
    """The one whole run of the good example: level 3 decides, and nobody has signed."""
    return judge(str(team.target), "--policy", str(team.policy), "--level", "3")


def needs_quiet(run: Run) -> None:
    """Skip on a desk that is too busy for a load to be believed; a CI machine has to be quiet."""
    if run.busy():
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{', '.join(run.busy())}: the machine is too busy to measure a load")
