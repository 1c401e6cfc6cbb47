"""Snapshots hold what git sees, of odd trees too, and leave the target as it was."""

import os
import subprocess
from pathlib import Path

import pytest

from gates.shell import git, workspace

WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")


def run(folder: Path, *arguments: str) -> str:
    argv = ("git", *WHO, "-c", "protocol.file.allow=always", *arguments)
    return subprocess.run(
        argv, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def write(root: Path, **files: str) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def repository(root: Path) -> Path:
    root.mkdir(parents=True)
    run(root, "init", "-q")
    write(root, a="1\n", src__b="2\n")
    (root / ".gitignore").write_text("*.log\n")
    commit(root, "first")
    return root


def commit(root: Path, message: str) -> str:
    run(root, "add", "-A")
    run(root, "commit", "-q", "--allow-empty", "-m", message)
    return run(root, "rev-parse", "HEAD")


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below with its time and content, .git included."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_a_snapshot_holds_tracked_and_new_files_but_no_ignored_or_deleted_one(
    tmp_path: Path,
) -> None:
    root = repository(tmp_path / "repo")
    write(root, new="3\n", noise="x")
    (root / "noise").rename(root / "noise.log")
    (root / "a").unlink()
    before = state(root)
    made = workspace.snapshot(root, tmp_path / "copy")
    assert made.files == (".gitignore", "new", "src/b")
    assert (made.tree / "src/b").read_text() == "2\n"
    assert not (made.tree / "a").exists()
    assert (made.revision, made.dirty) == (run(root, "rev-parse", "HEAD"), True)
    assert state(root) == before


def test_a_committed_tree_is_clean_and_detached_heads_are_read_alike(tmp_path: Path) -> None:
    """B67."""
    root = repository(tmp_path / "repo")
    run(root, "checkout", "-q", "--detach")
    made = workspace.snapshot(root, tmp_path / "copy")
    assert (made.revision, made.dirty) == (run(root, "rev-parse", "HEAD"), False)


def test_a_subfolder_is_a_target_of_its_own(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(root, a="changed outside the target\n")
    made = workspace.snapshot(root / "src", tmp_path / "copy")
    assert (made.files, made.dirty) == (("b",), False)


@pytest.mark.parametrize(
    "name", ["with space", "q'uo\"te", "$(touch pwned)", "-rf", "emoji \U0001f600", "new\nline"]
)
def test_odd_paths_work(tmp_path: Path, name: str) -> None:
    """B66: of the repository and of the files in it."""
    root = repository(tmp_path / name)
    (root / name).write_text("odd\n")
    made = workspace.snapshot(root, tmp_path / "copies" / name)
    assert name in made.files
    commit(root, "odd")
    old = workspace.snapshot_revision(root, "HEAD", tmp_path / "old" / name)
    assert old is not None
    assert (old / name).read_text() == "odd\n"
    assert not (tmp_path / "pwned").exists()


def test_a_name_that_is_not_utf8_is_copied_under_one_that_can_be_told(tmp_path: Path) -> None:
    """B47."""
    root = repository(tmp_path / "repo")
    (root / os.fsdecode(b"latin-\xe9")).write_text("x")
    told = r"latin-\xe9"
    assert told in workspace.snapshot(root, tmp_path / "copy").files
    assert (tmp_path / "copy" / told).read_text() == "x"
    commit(root, "odd")
    old = workspace.snapshot_revision(root, "HEAD", tmp_path / "old")
    assert old is not None
    assert (old / told).read_text() == "x"


def test_no_git_means_everything_but_what_is_made(tmp_path: Path) -> None:
    """B67: the revision is unknown and the tree counts as changed."""
    root = tmp_path / "plain"
    write(root, a="1", src__b="2", node_modules__c="3", other__pyvenv="4", env__e="5")
    (root / "env" / "pyvenv.cfg").write_text("")
    write(root / "src" / "__pycache__", d="6")
    write(root / ".gatescore", f="7")
    made = workspace.snapshot(root, tmp_path / "copy")
    assert made.files == ("a", "other/pyvenv", "src/b")
    assert (made.revision, made.dirty) == ("unknown", True)


def test_a_repository_without_a_commit_is_copied_with_an_unknown_revision(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    run(root, "init", "-q")
    write(root, a="1")
    made = workspace.snapshot(root, tmp_path / "copy")
    assert (made.files, made.revision, made.dirty) == (("a",), "unknown", True)
    assert workspace.signoff_subject(root) == "unknown"


def test_a_folder_that_the_repository_around_it_ignores_is_on_its_own(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".gitignore").write_text("scratch/\n")
    write(root, scratch__x="1")
    made = workspace.snapshot(root / "scratch", tmp_path / "copy")
    assert (made.files, made.revision) == (("x",), "unknown")


def test_git_missing_is_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo")
    monkeypatch.setenv("PATH", str(tmp_path))
    made = workspace.snapshot(root, tmp_path / "copy")
    assert (made.files, made.revision) == ((".gitignore", "a", "src/b"), "unknown")
    assert workspace.default_base(root) is None


def test_links_are_copied_only_if_they_stay_inside(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(tmp_path, secret="s")
    links = {
        "inside": "src/b",
        "absolute": str(root / "a"),
        "detour": "../repo/a",
        "outside": "../secret",
        "root": "/etc/hostname",
        "through": "outside",
        "dangling": "nowhere",
    }
    for name, text in links.items():
        (root / name).symlink_to(text)
    made = workspace.snapshot(root, tmp_path / "deep" / "copy")
    assert made.outside == ("outside", "root", "through")
    copied = {name: os.readlink(made.tree / name) for name in links if name not in made.outside}
    assert copied == {"inside": "src/b", "absolute": "a", "detour": "a", "dangling": "nowhere"}
    assert not any((made.tree / name).is_symlink() for name in made.outside)
    assert not set(links) & set(made.files)


def test_a_destination_inside_the_target_is_not_copied_into_itself(tmp_path: Path) -> None:
    for root in (repository(tmp_path / "repo"), tmp_path / "plain"):
        write(root, a="1", out__old="2")
        made = workspace.snapshot(root, root / "out" / "copy", leave_out=(root / "out",))
        assert "a" in made.files
        assert not [name for name in made.files if name.startswith("out")]


def test_an_occupied_destination_and_a_missing_root_are_refused(tmp_path: Path) -> None:
    """P14: nothing of an older run is judged."""
    root = repository(tmp_path / "repo")
    write(tmp_path / "copy", old="1")
    with pytest.raises(workspace.WorkspaceError, match="not empty"):
        workspace.snapshot(root, tmp_path / "copy")
    with pytest.raises(workspace.WorkspaceError, match="not a folder"):
        workspace.snapshot(tmp_path / "nowhere", tmp_path / "other")


def test_submodules_are_read_and_foreign_repositories_are_named(tmp_path: Path) -> None:
    root, part = repository(tmp_path / "repo"), repository(tmp_path / "part")
    run(root, "submodule", "--quiet", "add", str(part), "lib")
    repository(root / "foreign")
    os.mkfifo(root / "pipe")
    made = workspace.snapshot(root, tmp_path / "copy")
    assert "lib/src/b" in made.files
    assert "foreign/" in made.left_out
    assert not (made.tree / "foreign").exists()


def test_a_program_stays_a_program(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "a").chmod(0o755)
    commit(root, "program")
    old = workspace.snapshot_revision(root, "HEAD", tmp_path / "old")
    new = workspace.snapshot(root, tmp_path / "new").tree
    assert old is not None
    for tree in (old, new):
        assert os.access(tree / "a", os.X_OK)
        assert not os.access(tree / "src/b", os.X_OK)


def test_an_older_revision_is_written_whole_and_as_it_was(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / ".gitattributes").write_text("a export-ignore\n")  # git archive would leave it out
    (root / "link").symlink_to("src/b")
    (root / "away").symlink_to("../../etc/passwd")
    first = commit(root, "second")
    write(root, a="changed\n", src__c="3")
    commit(root, "third")
    made = workspace.snapshot_revision(root, first[:12], tmp_path / "old")
    assert made == tmp_path / "old"
    names = sorted(str(path.relative_to(made)) for path in made.rglob("*") if not path.is_dir())
    assert names == [".gitattributes", ".gitignore", "a", "link", "src/b"]
    assert (made / "a").read_text() == "1\n"
    sub = workspace.snapshot_revision(root / "src", first, tmp_path / "sub")
    assert sub is not None
    assert [path.name for path in sub.iterdir()] == ["b"]


def test_a_root_that_did_not_exist_then_has_no_older_tree(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    first = run(root, "rev-parse", "HEAD")
    write(root, late__x="1")
    commit(root, "late")
    assert workspace.snapshot_revision(root / "late", first, tmp_path / "old") is None


@pytest.mark.parametrize("name", ["no-such-branch", "--output=/tmp/x", "HEAD:a", ""])
def test_an_unknown_revision_is_refused_by_name(tmp_path: Path, name: str) -> None:
    root = repository(tmp_path / "repo")
    with pytest.raises(git.GitError, match="not known"):
        workspace.snapshot_revision(root, name, tmp_path / "old")


def test_a_revision_outside_of_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(workspace.WorkspaceError) as caught:
        workspace.snapshot_revision(tmp_path, "HEAD", tmp_path / "base")
    assert str(caught.value) == f"{tmp_path} is not in a git repository: --base cannot be looked up"


def test_a_shallow_clone_is_judged_and_has_no_base(tmp_path: Path) -> None:
    """B67."""
    root = repository(tmp_path / "repo")
    commit(root, "second")
    run(root, "checkout", "-q", "-b", "topic")
    head = commit(root, "third")
    origin = f"file://{root}"
    run(tmp_path, "clone", "-q", "--depth", "1", "--branch", "topic", origin, "shallow")
    made = workspace.snapshot(tmp_path / "shallow", tmp_path / "copy")
    assert (made.revision, made.dirty) == (head, False)
    assert workspace.default_base(tmp_path / "shallow", {"GITHUB_BASE_REF": "main"}) is None


def test_the_base_is_where_the_default_branch_was_left(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    fork = commit(origin, "fork point")
    root = tmp_path / "repo"
    run(tmp_path, "clone", "-q", str(origin), "repo")
    run(root, "checkout", "-q", "-b", "topic")
    commit(root, "mine")
    commit(origin, "theirs")
    run(root, "fetch", "-q")
    assert workspace.default_base(root, {}) == fork
    run(origin, "branch", "release", fork + "~1")
    run(root, "fetch", "-q")
    released = run(root, "rev-parse", fork + "~1")
    assert workspace.default_base(root, {"GITHUB_BASE_REF": "release"}) == released
    assert workspace.default_base(root, {"GITHUB_BASE_REF": "gone"}) is None


def test_a_sign_off_does_not_change_what_is_signed(tmp_path: Path) -> None:
    """P46: the subject is the last commit that changed anything else."""
    root = repository(tmp_path / "repo")
    write(root, src__b="new\n")
    subject = commit(root, "change")
    write(root, gatescore__signoffs__ada="role\n")
    assert not workspace.snapshot(root, tmp_path / "copy").dirty
    commit(root, "sign")
    assert workspace.signoff_subject(root) == subject
    assert workspace.signoff_subject(root / "src") == subject
    write(root, a="after\n")
    assert workspace.signoff_subject(root) == subject
    assert workspace.signoff_subject(root) != commit(root, "after")
    assert workspace.signoff_subject(root) == run(root, "rev-parse", "HEAD")
    assert workspace.signoff_subject(root / "src") == subject


def test_the_configuration_of_the_target_starts_no_program(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    trap = root / ".git" / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    run(root, "config", "core.fsmonitor", str(trap))
    workspace.snapshot(root, tmp_path / "copy")
    assert not (tmp_path / "sprung").exists()


def test_variables_of_the_caller_do_not_move_git_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B63."""
    root, other = repository(tmp_path / "repo"), repository(tmp_path / "other")
    write(root, only_here="1")
    head = commit(root, "mine")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    made = workspace.snapshot(root, tmp_path / "copy")
    assert ("only_here" in made.files, made.revision) == (True, head)
