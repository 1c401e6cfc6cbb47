"""The branch and commit that a tree is of: as the build server says, else as git knows them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from gates.shell import git

# GitHub (of a pull request, of a push), GitLab, Jenkins: there git itself has no branch.
_OWN = ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "CHANGE_BRANCH", "BRANCH_NAME")
_WANTED = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET")
_USUAL = ("main", "master")
_DEFAULT = "refs/remotes/origin/HEAD"


def branch(root: Path, environ: Mapping[str, str]) -> str:
    """The name of the branch, "" where there is none."""
    return _given(_OWN, environ) or _asked(root, "symbolic-ref", "--short", "-q", "HEAD")


def base_branch(root: Path, environ: Mapping[str, str]) -> str:
    """The branch that a change goes to, else the default one; "" where nobody knows it."""
    if wanted := _given(_WANTED, environ):
        return wanted
    default = _asked(root, "symbolic-ref", "-q", _DEFAULT)
    if default:
        return default.removeprefix("refs/remotes/origin/")
    heads = _asked(root, "for-each-ref", "--format=%(refname:short)", *map(_head, _USUAL))
    return next((name for name in _USUAL if name in heads.splitlines()), "")


def commits(root: Path) -> tuple[str, ...]:
    """The commits that a tree is the same as: HEAD, and the last one that is not a sign-off."""
    try:
        return (git.revision(root), git.last_change(root))
    except git.GitError:
        return ()


def _head(name: str) -> str:
    return f"refs/heads/{name}"


def _given(names: Iterable[str], environ: Mapping[str, str]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _asked(root: Path, *question: str) -> str:
    try:
        return git.ask(root, *question).decode().strip()
    except (git.GitError, UnicodeDecodeError):
        return ""
