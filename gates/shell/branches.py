"""The branch that a tree is of: as the build server says, else as git knows it."""

from collections.abc import Mapping
from pathlib import Path

from gates.shell import git

# GitHub (of a pull request, of a push), GitLab, Jenkins: there git itself has no branch.
_VARIABLES = ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BRANCH_NAME")


def branch(root: Path, environ: Mapping[str, str]) -> str:
    """The name of the branch, "" where there is none."""
    for name in _VARIABLES:
        if environ.get(name):
            return environ[name]
    try:
        return git.ask(root, "symbolic-ref", "--short", "-q", "HEAD").decode().strip()
    except (git.GitError, UnicodeDecodeError):
        return ""
