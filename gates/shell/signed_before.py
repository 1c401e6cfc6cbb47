"""Finds the commit that was signed last before one: where the change begins that is signed next."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from gates.core.signed import FOLDER, Approval, decoded
from gates.core.signing import UNKNOWN, Asked, Check, known_key
from gates.shell import git
from gates.shell.git import GitError

MOST = 20  # commits of sign-offs that are looked through, newest first
LARGEST = 2**16  # characters of a file


def last_signed(root: Path, asked: Asked, check: Check) -> str:
    """The last commit before the one to sign that every role of the policy has signed, else "".

    Only signatures of people of the policy count, each in one role, whatever policy and evidence
    they were for. Raises GitError, Unable.
    """
    if asked.commit == UNKNOWN or not asked.roles:
        return ""
    arguments = ("log", f"-{MOST}", "--format=%H", asked.commit, "--", FOLDER)
    for revision in git.ask(root, *arguments).decode().split():
        signers: dict[str, dict[str, str]] = {}
        for one in approvals(root, revision):
            if one.commit != asked.commit and holds(one, asked, check):
                signers.setdefault(one.commit, {}).setdefault(one.person, one.role)
        for commit, roles in signers.items():
            if {*asked.roles} <= {*roles.values()} and is_before(root, commit, asked.commit):
                return commit
    return ""


def approvals(root: Path, revision: str) -> Iterator[Approval]:
    """The approvals in the folder of sign-offs as it was then; what cannot be read is none."""
    for _, _, path in git.tree(root, revision):
        if not (path.startswith(f"{FOLDER}/") and path.endswith(".toml")):
            continue
        text = (git.file_at(root, revision, Path(path)) or b"").decode("utf-8-sig", "replace")
        try:
            signed = decoded(tomllib.loads(text[:LARGEST]))
        except (ValueError, RecursionError):
            continue
        if isinstance(signed, Approval):
            yield signed


def holds(one: Approval, asked: Asked, check: Check) -> bool:
    """Whether somebody of the policy signed it, in a role of theirs, with a key of theirs."""
    person, key = asked.people.get(one.person), known_key(one, asked)
    if person is None or key is None or one.target != asked.target:
        return False
    return one.role in person.roles and key.holds_at(one.signed) and not check(one, key)


def is_before(root: Path, commit: str, later: str) -> bool:
    """Whether a commit is known, and one of those that another rests on."""
    try:
        git.ask(root, "merge-base", "--is-ancestor", commit, later)
    except GitError:
        return False
    return True
