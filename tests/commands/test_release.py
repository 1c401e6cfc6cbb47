"""From a run of the release profile to an attested verdict: the example, signed by people."""

import datetime
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gates.core.signed import FOLDER
from gates.shell.signatures import public_key
from tests.faults.cli import ROOT, Completed, Place, git, toml
from tests.shell.signing_keys_made import make

STANDARD = tomllib.loads((ROOT / "config" / "policy" / "standard.toml").read_text())
PEOPLE = {
    "ada": ("administrator", "pem"),
    "bo": ("technical-lead", "rsa"),
    "cy": ("expert", "ecdsa"),
}
TODAY = str(datetime.datetime.now(datetime.UTC).date())


class Release(NamedTuple):
    """The example in a repository of its own, with a policy of two gates that lies in it."""

    place: Place
    target: Path
    keys: dict[str, Path]

    def run(self) -> Completed:
        policy = ("--policy", self.target / "policy.toml")
        return self.place.run("run", self.target, *policy, "--profile", "nightly", "--level", "3")

    def approve(self, who: str, *more: str) -> Completed:
        role = PEOPLE[who][0]
        argv = ("approve", self.place.output, "--role", role, "--key", self.keys[who], *more)
        return self.place.run(*argv)

    def judge(self) -> Completed:
        return self.place.run("judge", self.place.output, "--output", self.place.output)


@pytest.fixture
def release(place: Place) -> Release:
    target = place.path / "bookstore"
    left_out = shutil.ignore_patterns(".git", ".gatescore", "__pycache__", ".venv")
    shutil.copytree(ROOT / "examples" / "bookstore", target, ignore=left_out)
    keys = {who: make(place.path / who, kind) for who, (_, kind) in PEOPLE.items()}
    (target / "policy.toml").write_text(policy(keys))
    git(target, "init", "-q", "-b", "main")
    git(target, "add", "-A")
    git(target, "-c", "user.name=D", "-c", "user.email=dev@example.com", "commit", "-qm", "one")
    return Release(place, target, keys)


def policy(keys: dict[str, Path]) -> str:
    """Lint and sign-off as the standard policy has them, with its roles and items."""
    people = {
        who: {
            "name": who,
            "emails": [f"{who}@example.com"],
            "roles": [role],
            "keys": [{"key": public_key(keys[who])}],
        }
        for who, (role, _) in PEOPLE.items()
    }
    taken = ("roles", "level_2_roles", "items", "optional_parts")
    gates = {id: STANDARD["gates"][id] for id in ("lint", "sign-off")}
    table: dict[str, Any] = {
        "name": "release",
        **{key: STANDARD[key] for key in taken},
        "people": people,
        "gates": gates,
    }
    return "".join(f"{key} = {toml(value)}\n" for key, value in table.items())


@pytest.fixture
def absent(release: Release) -> None:
    """The example says of gates that this policy has not got that they are absent."""
    file = release.target / "gatescore.toml"
    text = file.read_text()
    file.write_text(text[: text.index("[absent]")])
    git(
        release.target, "-c", "user.name=D", "-c", "user.email=d@example.com", "commit", "-qam", "2"
    )


@pytest.mark.usefixtures("absent")
def test_the_example_is_released_when_everybody_has_signed(release: Release) -> None:
    ran = release.run()
    assert (ran.code, ran.statuses) == (3, {"lint": "PASS", "sign-off": "PENDING"}), ran.stderr
    assert "gatescore approve --role technical-lead --key KEY RUN_DIR" in ran.stderr
    for who in PEOPLE:
        done = release.approve(who)
        assert done.code == 0, done.stderr
    still = release.judge()
    assert (still.code, still.statuses["sign-off"]) == (3, "PENDING")
    for item, about in STANDARD["items"].items():
        rating = ("--rating", "4.8") if about["counts"] == "rating" else ()
        assert release.approve("ada", "--item", item, "--date", TODAY, *rating).code == 0
    judged = release.judge()
    assert (judged.code, judged.card["verdict"]) == (0, "PASS"), judged.stderr
    assert attested(release).returncode == 0, attested(release).stderr


def attested(release: Release) -> "subprocess.CompletedProcess[str]":
    """The run, attested; the files that people signed are committed before."""
    argv = ("attest", str(release.place.output), "--key", str(release.keys["ada"]))
    more = ("--policy", str(release.target / "policy.toml"))
    command = (sys.executable, "-m", "gates.cli", *argv, *more)
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("absent")
def test_the_old_form_is_refused_with_the_next_command(release: Release) -> None:
    file = release.target / FOLDER / "technical-lead.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f'role = "technical-lead"\nperson = "Bo"\ncommit = "{"0" * 40}"\ndate = {TODAY}\n'
    )
    ran = release.run()
    assert (ran.code, ran.statuses["sign-off"]) == (1, "FAIL")
    assert "it has no signature" in ran.stderr
    assert release.approve("bo").code == 0
    assert release.judge().statuses["sign-off"] == "PENDING"
