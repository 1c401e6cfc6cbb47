"""Copies of the target that are judged instead of the target itself."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec

from gates.shell import git
from gates.shell.git import GitError

UNKNOWN = "unknown"
_BLOCK = 2**20
_EPOCH_2000_S = 946_684_800
_TWENTY_YEARS_S = 631_152_000
# Never part of a target, whatever git or the folder says.
_NEVER = frozenset({".git", ".gatescore"})
# Left out where no git tells what is made and what is written by hand.
_MADE = frozenset(
    {
        ".eggs",
        ".hg",
        ".hypothesis",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        "venv",
    }
)


class WorkspaceError(Exception):
    """The target could not be copied; the text names the path and the reason."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One copy of a target. Paths are relative to `tree`, with "/", sorted.

    `files` are the regular files; links that stay inside are copied too but not listed, so that no
    content is judged twice. `outside` are links that leave the root, `left_out` are other
    repositories, empty submodules, sockets and the like: neither is copied.
    """

    tree: Path
    files: tuple[str, ...]
    revision: str  # a commit, or "unknown"
    dirty: bool
    outside: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # by the names of the copies, like the others
    digests: dict[str, str] = {}  # SHA-256 of each of `files`


def snapshot(root: Path, destination: Path, *, leave_out: tuple[Path, ...] = ()) -> Snapshot:
    """Copy what git sees of `root` (or, without git, all but caches) into `destination`.

    `destination` must be empty or absent; it and `leave_out` are never copied, wherever they are.
    The time of each copy is a function of its content: no tool's cache that trusts times and sizes
    takes a changed file for an old one.
    Raises WorkspaceError or GitError.
    """
    root, destination = Path(os.path.realpath(root)), Path(os.path.realpath(destination))
    if not root.is_dir():
        raise WorkspaceError(f"{root}: not a folder")
    _empty(destination)
    skipped = tuple(Path(os.path.realpath(path)) for path in (destination, *leave_out))
    known = git.is_work_tree(root)
    names = tuple(_seen(root)) if known else ()
    known = known and bool(names)  # a folder that the repository around it ignores is on its own
    kept = names if known else _walk(root, "", skipped)
    copied = _copy(root, destination, sorted(_wanted(root, kept, skipped)))
    revision, dirty = _state(root) if known else (UNKNOWN, True)
    return Snapshot(tree=destination, revision=revision, dirty=dirty, **copied)


def snapshot_revision(root: Path, revision: str, destination: Path) -> Path | None:
    """Write `root` as it was in `revision` into `destination`, straight from git's objects.

    None if the root did not exist then. Raises GitError for a revision that git does not know,
    WorkspaceError outside of git.
    """
    try:
        commit = git.revision(root, revision)
    except GitError:
        if git.is_work_tree(root):
            raise
        text = f"{root} is not in a git repository: --base cannot be looked up"
        raise WorkspaceError(text) from None
    entries = tuple(entry for entry in git.tree(root, commit) if _is_safe(entry[2]))
    if not entries:
        return None
    _empty(destination)
    blobs = tuple(entry for entry in entries if entry[0] != git.SUBMODULE)
    links = []
    with git.objects(root, tuple(name for _, name, _ in blobs)) as stream:
        for mode, name, path in blobs:
            content = _object(stream, name)
            if mode == git.LINK:
                links.append((path, os.fsdecode(content)))
            else:
                _write(destination / _told(path), content, mode == git.PROGRAM)
    for path, text in links:  # after the files, so that no file is written through a link
        if _stays_inside(path, text):
            (destination / _told(path)).parent.mkdir(parents=True, exist_ok=True)
            (destination / _told(path)).symlink_to(text)
    return destination


def default_base(root: Path, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the commit to compare with where nobody names one, None if there is none."""
    return git.default_base(root, environ)


def signoff_subject(root: Path) -> str:
    """Return the commit that a sign-off is for: the last to change anything but sign-offs."""
    try:
        return git.last_change(root) or UNKNOWN
    except GitError:  # no repository, or no commit yet
        return UNKNOWN


def _state(root: Path) -> tuple[str, bool]:
    try:
        return git.revision(root), git.is_dirty(root)
    except GitError:  # no commit yet
        return UNKNOWN, True


def _seen(root: Path, prefix: str = "") -> Iterator[str]:
    for name in git.seen_files(root):
        path = root / name
        if path.is_dir() and not path.is_symlink() and not name.endswith("/"):
            if (path / ".git").exists():
                yield from _seen(path, f"{prefix}{name}/")
            else:
                yield f"{prefix}{name}/"  # a submodule that was never fetched
        else:
            yield prefix + name


def _walk(root: Path, prefix: str, skipped: tuple[Path, ...]) -> Iterator[str]:
    for entry in os.scandir(root / prefix):
        name = prefix + entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield name
        elif not _is_made(entry) and Path(entry.path) not in skipped:
            yield from _walk(root, f"{name}/", skipped)


def _is_made(folder: os.DirEntry[str]) -> bool:
    return folder.name in _NEVER | _MADE or os.path.exists(os.path.join(folder.path, "pyvenv.cfg"))


def _wanted(
    root: Path, names: Iterator[str] | tuple[str, ...], skipped: tuple[Path, ...]
) -> Iterator[str]:
    for name in names:
        path = root / name
        if _NEVER.isdisjoint(PurePosixPath(name).parts) and not any(
            path.is_relative_to(folder) for folder in skipped
        ):
            yield name


def _copy(root: Path, destination: Path, names: list[str]) -> dict[str, Any]:
    digests: dict[str, str] = {}
    outside, left_out = [], []
    for name in dict.fromkeys(names):
        try:
            mode = (root / name).lstat().st_mode
            if stat.S_ISREG(mode):
                told = _told(name)
                digests[told] = _copy_file(root / name, destination / told, mode)
            elif stat.S_ISLNK(mode):
                if not _copy_link(root, name, destination):
                    outside.append(_told(name))
            else:
                left_out.append(_told(name))
        except FileNotFoundError:
            continue  # deleted, before or while we looked
        except OSError as error:
            raise WorkspaceError(f"{root / name}: cannot be copied: {error.strerror}") from error
    return {
        "files": tuple(digests),
        "outside": tuple(outside),
        "left_out": tuple(left_out),
        "digests": digests,
    }


def _told(name: str) -> str:
    """The name of the copy: bytes that are no UTF-8 as `\\xe9`, since no report could name them."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _copy_file(source: Path, destination: Path, mode: int) -> str:
    """Copy one file; return the SHA-256 of what was copied."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    reader = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(reader, "rb") as original, destination.open("xb") as copy:
        while block := original.read(_BLOCK):
            digest.update(block)
            copy.write(block)
    destination.chmod(stat.S_IMODE(mode) & 0o777 | 0o600)
    moment = _moment(digest.digest())
    os.utime(destination, ns=(moment, moment))
    return digest.hexdigest()


def _moment(digest: bytes) -> int:
    """A time in nanoseconds, between 2000 and 2020, that stands for a content."""
    return (_EPOCH_2000_S + int.from_bytes(digest[:8], "big") % _TWENTY_YEARS_S) * 10**9


def _copy_link(root: Path, name: str, destination: Path) -> bool:
    text = os.readlink(root / name)
    real = Path(os.path.realpath(root / name))
    if not real.is_relative_to(root):
        return False
    if not _stays_inside(name, text):  # a detour: absolute, or out of the root and in again
        text = os.path.relpath(real, (root / name).parent)
    copy = destination / _told(name)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.symlink_to(text)
    return True


def _stays_inside(path: str, text: str) -> bool:
    if text.startswith("/"):
        return False
    return not os.path.normpath(os.path.join(os.path.dirname(path), text)).startswith("..")


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and not {"", ".", "..", ".git"} & set(parts)


def _object(stream: IO[bytes], name: str) -> bytes:
    head = stream.readline().split()
    if len(head) != 3:
        raise GitError(f"git cat-file: object {name} is missing; git fsck tells more")
    content = stream.read(int(head[2]))
    stream.read(1)
    return content


def _write(path: Path, content: bytes, program: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755 if program else 0o644)


def _empty(destination: Path) -> None:
    try:
        destination.mkdir(parents=True, exist_ok=True)
        occupied = any(destination.iterdir())
    except OSError as error:
        raise WorkspaceError(f"{destination}: {error.strerror}") from error
    if occupied:
        raise WorkspaceError(f"{destination}: the folder for the copy is not empty")
