"""P71: what only reads a target, and what judges, attests and verifies, runs none of its code."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cli import Completed, Place, committed, fake, git

# Names that Python, pytest, nox or git look for by themselves, and names of what we import.
TRAPS = (
    *("conftest.py", "sitecustomize.py", "usercustomize.py", "trap.py", "noxfile.py", "setup.py"),
    *("json.py", "msgspec.py", "tomllib.py", "gates/__init__.py", "reports/__init__.py"),
    *("src/shop/__init__.py", "src/shop/app.py", "tests/conftest.py", "tests/test_shop.py"),
)
PYPROJECT = """[project]
name = "shop"
version = "1"
[project.entry-points.pytest11]
trap = "trap"
[project.entry-points."gatescore.tools"]
trap = "trap"
[tool.pytest.ini_options]
addopts = "-p trap"
pythonpath = ["."]
"""
PARTS = """
[code]
paths = ["src"]
tests = ["tests"]
[claims]
[risks]
[requirements]
"""
LOG = """# Log
- #FILE_CREATED: src/shop/app.py
  Methods: order
  Verification: grep -q WITNESS src/shop/app.py
- #COMPLETION_DRIVE: it starts
  Verification: python src/shop/app.py
- #COMPLETION_DRIVE: it is checked
  Verification: pytest -q tests
"""
REQUIREMENTS = (
    '[[requirements]]\nid = "FR-1"\ntitle = "Books are ordered"\ntests = ["test_order"]\n'
)
RISK = """[[risks]]
id = "R-1"
description = "The shelf falls"
impact = 2
probability = 2
opened = 2024-02-05
owner = "Ada"
mitigation = "Screws"
"""
READING = ("features", "documentation", "deployment", "claims", "risks")


class Trapped:
    """A repository that writes down each of its files that is run."""

    def __init__(self, path: Path) -> None:
        self.place = Place(path, path / "cache")
        self.witness = path / "witness"
        spring = f"open({str(self.witness)!r}, 'a').write(__file__ + '\\n')  # WITNESS\n"
        traps = dict.fromkeys(TRAPS, f"{spring}def order(): ...\n")
        papers = {
            "pyproject.toml": PYPROJECT,
            ".orchestration/implementation-log.md": LOG,
            "gatescore/requirements.toml": REQUIREMENTS,
            "gatescore/risks.toml": RISK,
        }
        self.tree = self.place.target(PARTS, traps | papers)
        self.commit = committed(self.tree)
        for name in ("fsmonitor", "pre-commit", "post-checkout"):
            hook = self.tree / ".git" / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(f"#!/bin/sh\necho {name} >> {self.witness}\n")
            hook.chmod(0o755)
        git(self.tree, "config", "core.fsmonitor", ".git/hooks/fsmonitor")

    def run(self, *arguments: str | Path) -> Completed:
        """The command line as its users start it: in the target, which is not on Python's path."""
        if arguments[0] == "run":
            arguments = (*arguments, "--output", self.place.output)
        argv = [sys.executable, "-P", "-m", "gates.cli", *map(str, arguments)]
        return self.place.run(arguments[0], before=argv, cwd=self.tree)

    def seen(self) -> list[str]:
        """The files of the target that were run."""
        return self.witness.read_text().splitlines() if self.witness.exists() else []


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Trapped:
    return Trapped(tmp_path_factory.mktemp("trapped"))


@pytest.mark.parametrize("name", ["sitecustomize", "conftest", "json", "shop.app"])
def test_the_traps_would_spring(tmp_path: Path, name: str) -> None:
    trapped = Trapped(tmp_path)
    argv = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = ['.', 'src']; import {name}"]
    subprocess.run(argv, cwd=trapped.tree, check=True)
    git(trapped.tree, "status")
    imported, *_, hooked = trapped.seen()
    assert name.split(".")[0] in imported
    assert hooked == "fsmonitor"


def test_p71_the_gates_that_only_read_run_no_code_of_the_target(trapped: Trapped) -> None:
    chosen = [word for gate in READING for word in ("--gate", gate)]
    done = trapped.run("run", ".", *chosen)
    assert trapped.seen() == []
    examined = {gate["id"]: gate["status"] for gate in done.card["gates"]}
    assert set(examined) == set(READING)
    assert "verification-failed" not in str(done.gate("claims"))
    assert done.gate("claims")["status"] in ("WARN", "PASS")


def test_p71_who_judges_attests_and_verifies_runs_no_code_of_the_target(trapped: Trapped) -> None:
    policy = trapped.place.policy({"a": fake(), "b": fake(level=2)})
    key, folder = trapped.place.path / "gates.key", trapped.place.output
    digest = trapped.run("run", ".", "--policy", policy).card["policy"]["digest"]
    demand: tuple[Any, ...] = (
        *("verify", "--envelope", folder / "attestation.intoto.jsonl", "--key", f"{key}.pub"),
        *("--subject", f"gitCommit:{trapped.commit}", "--policy-digest", digest),
        *("--require", "L1,L2,a,b"),
    )
    for command in (
        ("keygen", key),
        ("judge", folder, "--policy", policy, "--output", folder),
        ("attest", folder, "--key", key, "--policy", policy),
        demand,
    ):
        done = trapped.run(*command)
        assert (done.code, trapped.seen()) == (0, []), (command, done.stderr)
