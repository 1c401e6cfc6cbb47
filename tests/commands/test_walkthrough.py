"""The walk-through of docs/attestation.md: every command of it, in its order, with real keys."""

import datetime
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gates.shell.signatures import public_key
from tests.faults.cli import PASSED_ON, ROOT, git, toml
from tests.shell.signing_keys_made import make

PAGE = (ROOT / "docs" / "attestation.md").read_text()
(SECTION,) = re.findall(r"\n## Step by step[^\n]*\n(.*?)\n## ", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^    (.+)$", SECTION, re.MULTILINE)
STANDARD = tomllib.loads((ROOT / "config" / "policy" / "standard.toml").read_text())
TODAY = str(datetime.datetime.now(datetime.UTC).date())
SIGNS = {"administrator": "id_ed25519", "technical-lead": "lead.pem", "expert": "id_ecdsa"}
DAY = re.compile(r"(--date) \S+")
PENDING = 3


def test_it_shows_every_signature_that_the_standard_policy_asks_for() -> None:
    signing = [line for line in COMMANDS if line.startswith("gatescore approve")]
    roles = {line.split("--role ")[1].split()[0] for line in signing if "--item" not in line}
    items = {line.split("--item ")[1].split()[0] for line in signing if "--item" in line}
    assert roles == {*STANDARD["roles"], *STANDARD["level_2_roles"]}
    assert items == set(STANDARD["items"])


class Shell:
    """A person's shell in the repository of a target; keys lie in their home."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        kept = {name: word for name, word in os.environ.items() if PASSED_ON.fullmatch(name)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        cache = str(home / "cache")
        named = {"GIT_AUTHOR_NAME": "D", "GIT_AUTHOR_EMAIL": "dev@example.com"}
        named |= {"GIT_COMMITTER_NAME": "D", "GIT_COMMITTER_EMAIL": "dev@example.com"}
        self.environ = kept | {"HOME": str(home), "PATH": path, "GATESCORE_CACHE": cache} | named

    def run(self, line: str) -> "subprocess.CompletedProcess[str]":
        argv = ("bash", "-c", DAY.sub(rf"\1 {TODAY}", line))
        return subprocess.run(
            argv, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The example, of which lint alone is measured, and the keys that people have already."""
    home, target = tmp_path / "home", tmp_path / "bookstore"
    (home / ".ssh").mkdir(parents=True)
    for role, kind in (("administrator", "ed25519"), ("expert", "ecdsa")):
        make(home / ".ssh" / SIGNS[role], kind)
    left_out = shutil.ignore_patterns(".git", ".gatescore", "__pycache__", ".venv", ".*_cache")
    shutil.copytree(ROOT / "examples" / "bookstore", target, ignore=left_out)
    file = target / "gatescore.toml"  # its reasons name gates that this policy has not got
    file.write_text(file.read_text().partition("[absent]")[0])
    (target / "image.tar").write_bytes(b"an image")
    git(target, "init", "-q", "-b", "main")
    git(target, "add", "-A")
    git(target, "commit", "-qm", "The bookstore")
    return Shell(target, home)


def policy(home: Path) -> str:
    """Lint and sign-off as the standard policy has them, and the people."""
    people = {
        f"p{number}": {
            "name": role,
            "emails": [f"{role}@example.com"],
            "roles": [role],
            "keys": [{"key": public_key(home / ".ssh" / key)}],
        }
        for number, (role, key) in enumerate(SIGNS.items())
    }
    taken = ("roles", "level_2_roles", "items", "optional_parts")
    table: dict[str, Any] = {
        "name": "ours",
        **{key: STANDARD[key] for key in taken},
        "people": people,
        "gates": {id: STANDARD["gates"][id] for id in ("lint", "sign-off")},
    }
    return "".join(f"{key} = {toml(value)}\n" for key, value in table.items())


def test_every_command_of_it_does_what_it_says(shell: Shell) -> None:
    for line in COMMANDS:
        if line.startswith("git add gatescore/policy.toml"):
            home = Path(shell.environ["HOME"])
            (shell.folder / "gatescore" / "policy.toml").write_text(policy(home))
        done = shell.run(line.replace("L1,L2,L3", "L1,L3"))  # of a policy without level 2
        expected = PENDING if line.startswith("gatescore run") else 0
        assert done.returncode == expected, f"{line}\n{done.stdout}{done.stderr}"
        if line.startswith("gatescore run"):
            shell.environ["JUDGED_COMMIT"] = git(shell.folder, "rev-parse", "HEAD")
            assert done.stderr.count("next: sign-off: ") == len(SIGNS) + len(STANDARD["items"])
        if found := re.search("policy digest: (sha256:[0-9a-f]{64})", done.stderr):
            shell.environ["REVIEWED_POLICY"] = found[1]
    assert "accepted" in done.stderr
