"""Which versions are taken from the history: each that a commit brought in, and no other."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from gates.core.history import BLOBS, MANIFEST, History
from gates.shell import history
from gates.shell.history import Bounds, HistoryError

AUTHOR = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": "/dev/null"}
ENV = {**os.environ, **AUTHOR, "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=root, env=ENV, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(root: Path, **files: str | None) -> str:
    """Write (or with None remove) files, `_` for a dot in their names; the commit's 12 digits."""
    for name, text in files.items():
        file = root / name.replace("_", ".")
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "a change")
    return git(root, "rev-parse", "HEAD")[:12]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, old_py="old\n", kept_py="kept\n")
    return root


def taken(root: Path, base: str = "", **more: object) -> tuple[History, dict[str, str]]:
    folder = history.export(root, base, root.parent / "out", **more)  # type: ignore[arg-type]
    told = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=History)
    return told, {one.stored: (folder / BLOBS / one.stored).read_text() for one in told.versions}


def test_what_was_added_and_taken_back_between_is_there(repo):
    base = git(repo, "rev-parse", "HEAD")
    added = commit(repo, settings_py="one\n")
    changed = commit(repo, settings_py="two\n")
    commit(repo, settings_py=None)
    told, contents = taken(repo, base)
    assert contents == {f"{added}/settings.py": "one\n", f"{changed}/settings.py": "two\n"}
    assert told.told == f"history since {base[:12]} scanned: 2 versions of files"
    assert told.missing == ""


@pytest.mark.parametrize("folder", ["", "app"])
def test_a_branch_that_took_it_back_before_the_merge_is_there(repo, folder):
    """Below a folder, without a base, git itself leaves such a branch out of the log."""
    (repo / "app").mkdir()
    (repo / "app" / "a.py").write_text("a\n")
    commit(repo)
    git(repo, "checkout", "-q", "-b", "side")
    settings = repo / folder / "settings.py"
    settings.write_text("one\n")
    added = commit(repo)
    settings.unlink()
    commit(repo)
    git(repo, "checkout", "-q", "main")
    commit(repo, other_py="other\n")
    git(repo, "merge", "-q", "--no-ff", "-m", "merge", "side")
    assert taken(repo / folder)[1][f"{added}/settings.py"] == "one\n"


def test_what_only_a_merge_brought_in_is_there(repo):
    base = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-q", "-b", "side")
    commit(repo, side_py="side\n")
    git(repo, "checkout", "-q", "main")
    commit(repo, other_py="other\n")
    git(repo, "merge", "-q", "--no-ff", "--no-commit", "side")
    merge = commit(repo, settings_py="one\n")
    assert taken(repo, base)[1][f"{merge}/settings.py"] == "one\n"


def test_what_the_base_has_is_left_out_and_each_content_of_a_path_is_taken_once(repo):
    base = git(repo, "rev-parse", "HEAD")
    first = commit(repo, old_py="new\n")
    commit(repo, old_py="old\n")
    commit(repo, old_py="new\n")
    copied = commit(repo, copy_py="new\n")
    assert taken(repo, base)[1] == {f"{first}/old.py": "new\n", f"{copied}/copy.py": "new\n"}


@pytest.mark.parametrize("base", ["", "HEAD"])
def test_without_an_earlier_base_the_whole_history_is_taken(repo, base):
    commit(repo, settings_py="one\n")
    told, contents = taken(repo, base)
    assert sorted(contents.values()) == ["kept\n", "old\n", "one\n"]
    assert told.told == "history scanned: all 2 commits: 3 versions of files"


@pytest.mark.parametrize(("most", "count"), [(2, 2), (3, 4)])
def test_a_long_history_is_taken_up_to_a_bound_that_is_said(repo, most, count):
    commit(repo, a_py="a\n")
    commit(repo, b_py="b\n")
    told, contents = taken(repo, "", bounds=Bounds(commits=most))
    assert len(contents) == count
    assert told.told.startswith(
        "history scanned: the newest 2 of 3 commits (no base is known)"
        if most == 2
        else "history scanned: all 3 commits"
    )


@pytest.mark.parametrize(
    ("bounds", "fine", "text"),
    [
        (Bounds(versions=3), True, ""),
        (Bounds(versions=2), False, "more than 2 versions"),
        (Bounds(size=14), True, ""),
        (Bounds(size=13), False, "more than 13 bytes"),
    ],
)
def test_more_than_the_bounds_is_an_error_with_a_way_out(repo, bounds, fine, text):
    commit(repo, a_py="four\n")
    if fine:
        assert len(taken(repo, "", bounds=bounds)[1]) == 3
        return
    with pytest.raises(HistoryError, match=text) as caught:
        taken(repo, "", bounds=bounds)
    assert "--base" in str(caught.value)


def test_a_shallow_clone_says_what_is_missing(repo):
    commit(repo, a_py="a\n")
    last = commit(repo, b_py="b\n")
    url = f"file://{repo}"
    git(repo.parent, "clone", "-q", "--depth", "1", url, "shallow")
    told, _ = taken(repo.parent / "shallow")
    assert told.missing.startswith(f"the clone is shallow: what came before commit {last} was not")
    assert "git fetch --unshallow" in told.missing


def test_a_shallow_clone_that_reaches_the_base_is_whole(repo):
    commit(repo, a_py="a\n")
    git(repo.parent, "clone", "-q", "--depth", "1", f"file://{repo}", "shallow")
    shallow = repo.parent / "shallow"
    base = git(shallow, "rev-parse", "HEAD")
    commit(shallow, b_py="b\n")
    told, contents = taken(shallow, base)
    assert (told.missing, list(contents.values())) == ("", ["b\n"])


def test_only_what_lies_below_the_target_and_is_not_excluded(repo):
    (repo / "app" / "data").mkdir(parents=True)
    (repo / "app" / "a.py").write_text("a\n")
    (repo / "app" / "data" / "b.py").write_text("b\n")
    (repo / "elsewhere.py").write_text("c\n")
    named = commit(repo)
    assert taken(repo / "app", "", left_out=("data",))[1] == {f"{named}/a.py": "a\n"}


def test_links_and_odd_names_do_no_harm(repo):
    os.symlink("/etc/passwd", repo / "link")
    (repo / 'a "b"\n.py').write_text("a\n")
    (repo / os.fsdecode(b"\xe9.py")).write_text("e\n")
    base = git(repo, "rev-parse", "HEAD")
    named = commit(repo)
    assert taken(repo, base)[1] == {f"{named}/\ufffd.py": "e\n", f'{named}/a "b"\n.py': "a\n"}


def test_outside_git_or_without_a_commit_it_is_an_error(tmp_path):
    with pytest.raises(HistoryError, match="not in a git repository"):
        history.export(tmp_path, "", tmp_path / "out")
    git(tmp_path, "init", "-q")
    with pytest.raises(HistoryError, match="HEAD"):
        history.export(tmp_path, "", tmp_path / "out")


def test_an_unknown_base_is_an_error(repo):
    with pytest.raises(HistoryError, match="no-such"):
        taken(repo, "no-such")
