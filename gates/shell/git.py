"""The questions we ask git about a target; none writes to it and none goes through a shell."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

DEADLINE_S = 120.0
SIGNOFFS = "gatescore/signoffs"
_DEFAULT_BRANCHES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
# A repository's own configuration can name programs; a question must not start them. A checkout
# that another user owns (containers, CI mounts) is a question like any other.
_SETTINGS = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
    "-c",
    "log.showSignature=false",  # it stands before what was asked for
    "-c",
    "safe.directory=*",
)


class GitError(Exception):
    """Git could not answer; the text names the question and git's own last line."""


# Modes of a tree's entries that a snapshot tells apart.
LINK, SUBMODULE, PROGRAM = "120000", "160000", "100755"


def ask(root: Path, *arguments: str, exits: tuple[int, ...] = (0,)) -> bytes:
    """Return what `git ARGUMENTS` prints in `root`. Raises GitError for an end not in `exits`."""
    argv = ("git", *_SETTINGS, *arguments)
    try:
        ended = subprocess.run(
            argv,
            cwd=root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(f"git {arguments[0]} in {root}: {error}") from error
    if ended.returncode not in exits:
        raise GitError(f"git {arguments[0]} in {root}: {_last_line(ended.stderr)}")
    return ended.stdout


def is_work_tree(root: Path) -> bool:
    """Tell whether git is installed and `root` lies in one of its work trees."""
    try:
        return ask(root, "rev-parse", "--is-inside-work-tree").strip() == b"true"
    except GitError:
        return False


def top(root: Path) -> Path:
    """Return the folder of the work tree that `root` lies in. Raises GitError."""
    return Path(os.fsdecode(ask(root, "rev-parse", "--show-toplevel").rstrip(b"\n"))).resolve()


def folder(root: Path) -> str:
    """Return `root` relative to the top of its work tree, with "/"; "" if it is that or in none."""
    try:
        printed = ask(root, "rev-parse", "--show-prefix")
    except GitError:
        return ""
    return os.fsdecode(printed.rstrip(b"\n")).rstrip("/")


def seen_files(root: Path) -> tuple[str, ...]:
    """Return what git sees under `root`: tracked and untracked, not ignored, relative to it.

    Deleted files are still listed, submodules appear as one entry, other repositories inside end
    with "/". Names that are not UTF-8 hold surrogates (os.fsdecode).
    """
    listed = ask(root, "ls-files", "-c", "-o", "-z", "--exclude-standard", "--", ".")
    return _names(listed)


def revision(root: Path, name: str = "HEAD") -> str:
    """Return the 40 (or 64) hex digits of the commit `name`. Raises GitError if there is none."""
    wanted = f"{name}^{{commit}}"
    try:
        printed = ask(root, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    except GitError as error:
        raise GitError(
            f'the revision "{name}" is not known in {root}; a shallow clone may lack it: '
            "git fetch --unshallow"
        ) from error
    return printed.decode().strip()


def is_dirty(root: Path) -> bool:
    """Tell whether anything under `root` but its sign-offs differs from HEAD."""
    changed = ask(root, "status", "--porcelain", "-z", "--untracked-files=normal", *_JUDGED)
    return bool(changed)


def last_change(root: Path) -> str:
    """Return the last commit that changed anything under `root` but its sign-offs, else ""."""
    return ask(root, "log", "-1", "--format=%H", *_JUDGED).decode().strip()


def default_base(root: Path, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the merge base of HEAD and the default branch, None where there is no such commit.

    In a pull request on GitHub the branch it goes to counts instead (GITHUB_BASE_REF).
    """
    given = os.environ if environ is None else environ
    wanted = given.get("GITHUB_BASE_REF", "")
    branches = (f"refs/remotes/origin/{wanted}",) if wanted else _DEFAULT_BRANCHES
    try:
        listed = ask(root, "for-each-ref", "--format=%(refname) %(objectname)", *branches)
    except GitError:  # no repository
        return None
    known = dict(line.split(" ", 1) for line in listed.decode("utf-8", "replace").splitlines())
    bases = (_merge_base(root, known[branch]) for branch in branches if branch in known)
    return next((base for base in bases if base is not None), None)


def tree(root: Path, commit: str) -> tuple[tuple[str, str, str], ...]:
    """Return (mode, object, path relative to `root`) of all files that `commit` has there."""
    entries = []
    for line in _names(ask(root, "ls-tree", "-r", "-z", commit)):
        head, _, path = line.partition("\t")
        mode, _, name = head.split(" ", 2)
        entries.append((mode, name, path))
    return tuple(entries)


def file_at(root: Path, commit: str, path: Path) -> bytes | None:
    """Return a file as it was in `commit`, None where there was none. Raises GitError.

    `path` is absolute, or relative to `root`, and lies in the repository of `root`.
    """
    name = os.path.relpath(root / path, root)
    try:
        return ask(root, "cat-file", "blob", f"{commit}:./{name}")
    except GitError:
        revision(root, commit)  # raises for a commit that is not known: that is no missing file
        return None


@contextmanager
def objects(root: Path, names: tuple[str, ...]) -> Iterator[IO[bytes]]:
    """Give a stream of the named objects, each as `NAME TYPE SIZE\\n`, SIZE bytes, `\\n`."""
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{name}\n" for name in names).encode())
        wanted.seek(0)
        with subprocess.Popen(
            ("git", *_SETTINGS, "cat-file", "--batch"),
            cwd=root,
            env=_environment(),
            stdin=wanted,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                if process.stdout is not None:  # a pipe, always
                    yield process.stdout
            finally:
                process.kill()


_JUDGED = ("--", ".", f":(exclude){SIGNOFFS}")


def _merge_base(root: Path, commit: str) -> str | None:
    try:
        return ask(root, "merge-base", "HEAD", commit).decode().strip() or None
    except GitError:
        return None


def _names(listed: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(name) for name in listed.split(b"\0") if name)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it failed without a word"
