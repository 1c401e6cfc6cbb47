"""The commit that is signed: the last that changed anything but sign-offs, and who made it."""

import datetime
from pathlib import Path

import pytest

from gates.shell import commits
from gates.shell.git import GitError
from tests.faults.cli import git
from tests.shell.signing_keys_made import make


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def commit(root: Path, path: str, words: str = "words", *options: str) -> str:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(words)
    git(root, "add", "-A")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    git(root, *who, *options, "commit", "-q", "-m", words)
    return git(root, "rev-parse", "HEAD").strip()


def test_a_sign_off_is_no_change_and_leaves_the_commit_as_it_is(root: Path) -> None:
    first = commit(root, "a.py")
    second = commit(root, "gatescore/signoffs/a.toml")
    found = commits.to_sign(root, second)
    assert (found.name, found.authors) == (first, ("ada@example.com",))
    assert found.made is not None
    assert abs(datetime.datetime.now(datetime.UTC) - found.made) < datetime.timedelta(hours=1)
    third = commit(root, "b.py")
    assert commits.to_sign(root, second).name == first
    assert commits.to_sign(root, third).name == third


def test_those_who_wrote_it_together_are_all_its_authors(root: Path) -> None:
    name = commit(
        root,
        "a.py",
        "a\n\nCo-authored-by: Bo <bo@example.com>\nCo-Authored-By: C <c@example.com>\n",
    )
    assert commits.about(root, name).authors == (
        "ada@example.com", "bo@example.com", "c@example.com",
    )  # fmt: skip


def test_a_mailmap_of_the_change_renames_nobody(root: Path) -> None:
    """It names more of a person, as somebody who makes commits under two addresses; none less."""
    name = commit(root, ".mailmap", "Eve <eve@example.com> <ada@example.com>\n")
    assert commits.about(root, name).authors == ("ada@example.com",)
    found = commits.to_sign(root, name)
    assert commits.makers(root, "", found) == ("ada@example.com", "eve@example.com")


def by(root: Path, who: str, path: str, words: str = "words") -> str:
    return commit(root, path, words, "-c", f"user.email={who}@example.com")


def test_all_who_made_commits_since_the_base_are_makers(root: Path) -> None:
    by(root, "old", "a.py")
    base = by(root, "before", "b.py")
    by(root, "bo", "c.py", "c\n\nCo-authored-by: C <c@example.com>\n")
    by(root, "signer", "gatescore/signoffs/a.toml")
    last = by(root, "dev", "d.py")
    later = by(root, "later", "gatescore/signoffs/b.toml")
    found = commits.to_sign(root, later)
    assert found.name == last
    people = ("dev", "bo", "c")
    assert commits.makers(root, base, found) == tuple(f"{who}@example.com" for who in people)
    assert commits.makers(root, "", found) == ("dev@example.com",)
    assert commits.makers(root, last, found) == ("dev@example.com",)
    assert commits.makers(root, base, commits.Commit()) == ()


def test_of_a_branch_that_was_merged_all_are_makers(root: Path) -> None:
    base = by(root, "old", "a.py")
    git(root, "checkout", "-q", "-b", "side")
    by(root, "bo", "b.py")
    git(root, "checkout", "-q", "main")
    by(root, "cy", "c.py")
    git(root, "merge", "-q", "--no-ff", "-m", "both", "side")
    found = commits.to_sign(root, "HEAD")
    assert {"bo@example.com", "cy@example.com"} < set(commits.makers(root, base, found))


def test_makers_that_a_shallow_clone_lacks_are_not_nobody(root: Path, tmp_path: Path) -> None:
    base = by(root, "old", "a.py")
    for number in range(3):
        by(root, f"p{number}", f"{number}.py")
    clone = tmp_path.with_name(f"{tmp_path.name}-clone")
    git(root, "clone", "-q", "--depth", "2", f"file://{root}", str(clone))
    git(clone, "fetch", "-q", "--depth", "1", "origin", base)
    found = commits.to_sign(clone, "HEAD")
    with pytest.raises(GitError, match="unshallow"):
        commits.makers(clone, base, found)
    git(clone, "fetch", "-q", "--unshallow")
    assert len(commits.makers(clone, base, found)) == 3


def test_a_base_that_is_not_known_is_not_nobody(root: Path) -> None:
    commit(root, "a.py")
    with pytest.raises(GitError):
        commits.makers(root, "0" * 40, commits.to_sign(root, "HEAD"))


def test_a_signed_commit_is_read_whatever_git_shows_of_it(root: Path, tmp_path: Path) -> None:
    key = make(tmp_path.parent / f"{tmp_path.name}-key")
    git(root, "config", "log.showSignature", "true")
    signing = ("gpg.format=ssh", f"user.signingKey={key}", "commit.gpgSign=true")
    name = commit(root, "a.py", "words", *(word for one in signing for word in ("-c", one)))
    assert commits.to_sign(root, name).authors == ("ada@example.com",)


def test_what_has_changed_is_told_from_the_folder_of_the_target(root: Path) -> None:
    first = commit(root, "one/a.py")
    commit(root, "two/c.py")
    second = commit(root, "one/b.py")
    assert commits.changed(root / "one", first, second) == ("b.py",)
    assert set(commits.changed(root, first, second)) == {"one/b.py", "two/c.py"}
    assert commits.changed(root, "", second) == ()
    assert commits.changed(root, "f" * 40, second) == ()


def test_no_commit_is_none_and_a_foreign_one_is_said(root: Path) -> None:
    assert commits.to_sign(root, "unknown") == commits.Commit()
    with pytest.raises(GitError, match="not known"):
        commits.to_sign(root, "f" * 40)
