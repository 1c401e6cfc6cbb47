"""Which branch and commits a tree is of: from the build server, else from a real git."""

import subprocess
from pathlib import Path

import pytest

from gates.shell import branches


def git(root: Path, *words: str) -> str:
    argv = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words)
    done = subprocess.run(argv, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(root: Path, name: str) -> str:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(name)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", name)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    committed(tmp_path, "a")
    return tmp_path


@pytest.mark.parametrize(
    ("environ", "own", "base"),
    [
        ({}, "mine", "main"),
        ({"GITHUB_REF_NAME": "trunk"}, "trunk", "main"),
        (
            {"GITHUB_HEAD_REF": "f", "GITHUB_REF_NAME": "7/merge", "GITHUB_BASE_REF": "v2"},
            "f",
            "v2",
        ),
        ({"CI_COMMIT_REF_NAME": "f", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "v2"}, "f", "v2"),
        ({"BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "f", "CHANGE_TARGET": "v2"}, "f", "v2"),
        ({"GITHUB_HEAD_REF": "", "GITHUB_REF_NAME": "main", "GITHUB_BASE_REF": ""}, "main", "main"),
    ],
)
def test_the_build_server_knows_better_than_git(
    root: Path, environ: dict[str, str], own: str, base: str
) -> None:
    git(root, "switch", "-q", "-c", "mine")
    assert (branches.branch(root, environ), branches.base_branch(root, environ)) == (own, base)


def test_the_default_branch_is_what_the_origin_says(root: Path, tmp_path: Path) -> None:
    git(root, "branch", "-m", "main", "trunk")
    assert branches.base_branch(root, {}) == ""
    copy = tmp_path / "copy"
    git(root, "clone", "-q", str(root), str(copy))
    assert branches.base_branch(copy, {}) == "trunk"


def test_a_detached_head_and_no_repository_have_no_branch(root: Path, tmp_path: Path) -> None:
    git(root, "checkout", "-q", "--detach")
    assert branches.branch(root, {}) == ""
    outside = tmp_path.parent
    assert (branches.branch(outside, {}), branches.base_branch(outside, {})) == ("", "")
    assert branches.commits(outside) == ()


def test_a_sign_off_alone_makes_no_other_tree(root: Path) -> None:
    before = committed(root, "b")
    assert branches.commits(root) == (before, before)
    after = committed(root, "gatescore/signoffs/x.json")
    assert branches.commits(root) == (after, before)
