"""When files were last committed, asked of real repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from gates.shell.commit_times import commit_times


def git(folder: Path, *arguments: str, at: int = 1_700_000_000) -> None:
    moment = f"{at} +0000"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_AUTHOR_DATE": moment,
        "GIT_COMMITTER_DATE": moment,
    }
    who = ("-c", "user.name=n", "-c", "user.email=n@example.com")
    argv = ("git", *who, *arguments)
    subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "service" / "a b").mkdir(parents=True)
    git(root, "init", "-q")
    for name in ("service/a b/ü.py", "service/old.py", "outside.py"):
        (root / name).write_text("1")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one", at=1_700_000_000)
    (root / "service/a b/ü.py").write_text("2")
    git(root, "commit", "-qam", "two", at=1_700_000_100)
    return root


def test_each_file_has_the_time_of_its_last_commit(repository):
    found = commit_times(repository / "service")
    assert found == {
        "commits": {"a b/ü.py": 1_700_000_100, "old.py": 1_700_000_000},
        "uncommitted": [],
    }


def test_what_is_not_committed_is_named(repository):
    (repository / "service" / "old.py").write_text("2")
    (repository / "service" / "new.py").write_text("2")
    (repository / "outside.py").write_text("2")
    assert commit_times(repository / "service")["uncommitted"] == ["new.py", "old.py"]


def test_a_merge_hides_no_commit(repository):
    git(repository, "checkout", "-qb", "side")
    (repository / "service" / "side.py").write_text("1")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "side", at=1_700_000_200)
    git(repository, "checkout", "-q", "-")
    git(repository, "merge", "-q", "--no-ff", "side", "-m", "merge", at=1_700_000_300)
    assert commit_times(repository / "service")["commits"]["side.py"] == 1_700_000_200


def test_b67_a_shallow_clone_tells_nothing(repository, tmp_path):
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    assert "shallow" in commit_times(tmp_path / "shallow" / "service")["why"]


def test_b67_without_git_or_commit_nothing_is_known(tmp_path):
    assert "git does not tell" in commit_times(tmp_path)["why"]
    git(tmp_path, "init", "-q")
    assert "git does not tell" in commit_times(tmp_path)["why"]
