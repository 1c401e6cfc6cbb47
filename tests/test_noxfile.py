"""The sessions of the noxfile: one for each gate of the policy."""

import subprocess
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def test_every_gate_of_the_policy_is_a_session() -> None:
    listing = [sys.executable, "-m", "nox", "--list", "--nocolor"]
    done = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    sessions = {line.split()[1] for line in done.stdout.splitlines() if line[:2] in ("- ", "* ")}
    policy = tomllib.loads((REPOSITORY / "config/policy/standard.toml").read_text())
    assert {{"tests": "gate-tests"}.get(gate, gate) for gate in policy["gates"]} <= sessions
