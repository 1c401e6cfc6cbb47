"""B67: shallow, detached, no git, changed: the commit is recorded or unknown, the rest told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cli import Place, committed, fake, git

UNKNOWN = "unknown"


def shallow(place: Place) -> Path:
    origin = place.target(name="origin")
    committed(origin)
    (origin / "a.py").write_text("A = 2\n")
    committed(origin)
    git(place.path, "clone", "-q", "--depth", "1", f"file://{origin}", "t")
    return place.path / "t"


def detached(place: Place) -> Path:
    tree = place.target()
    committed(tree)
    git(tree, "checkout", "-q", "--detach")
    return tree


def changed(place: Place) -> Path:
    tree = place.target()
    committed(tree)
    (tree / "a.py").write_text("A = 3\n")
    return tree


def untracked(place: Place) -> Path:
    tree = place.target()
    committed(tree)
    (tree / "new.py").write_text("B = 1\n")
    return tree


def no_git(place: Place) -> Path:
    return place.target()


def no_commit(place: Place) -> Path:
    tree = place.target()
    git(tree, "init", "-q")
    return tree


@pytest.mark.parametrize(
    ("made", "known", "dirty", "refused"),
    [
        (shallow, True, False, ""),
        (detached, True, False, ""),
        (changed, True, True, "the tree was dirty"),
        (untracked, True, True, "the tree was dirty"),
        (no_git, False, True, "only a commit can be attested"),
        (no_commit, False, True, "only a commit can be attested"),
    ],
)
def test_b67_the_state_of_git_is_recorded_and_a_release_needs_a_commit(
    place: Place, made: Callable[[Place], Path], known: bool, dirty: bool, refused: str
) -> None:
    tree = made(place)
    policy, key = place.policy({"a": fake()}), place.path / "gates.key"
    ran = place.run("run", tree, "--policy", policy)
    assert ran.code == 0, ran.stderr
    revision = git(tree, "rev-parse", "HEAD") if known else UNKNOWN
    target = ran.card["target"]
    assert (target["revision"], target.get("dirty", False)) == (revision, dirty)
    place.run("keygen", key)
    attested = place.run("attest", place.output, "--key", key, "--policy", policy)
    assert (attested.code, refused in attested.stderr) == (3 if refused else 0, True)
    assert (place.output / "attestation.intoto.jsonl").exists() is not bool(refused)
