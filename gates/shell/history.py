"""Takes every version of a file that a range of commits brought in, for scanners of secrets."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from gates.core.history import BLOBS, MANIFEST, History, Version
from gates.shell import git
from gates.shell.git import GitError

DIGITS = 12  # of a commit's name, as it is told
_RAW = (
    *("log", "--format=%H", "--raw", "-z", "--no-abbrev", "--no-renames", "--topo-order"),
    "--full-history",  # a branch that took its secret back before it was merged
    *("--diff-merges=first-parent", "--diff-filter=AMT", "--relative", "--reverse"),
)


class HistoryError(Exception):
    """The history cannot be taken; the text says why and what to do."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """At most: commits where there is no base, versions of files, bytes of them together."""

    commits: int = 1_000
    versions: int = 20_000
    size: int = 512 * 2**20


BOUNDS = Bounds()


class _Change(msgspec.Struct, frozen=True):
    """One object that a commit brought in under a path."""

    object: str
    version: Version


def export(
    root: Path,
    base: str,
    destination: Path,
    left_out: tuple[str, ...] = (),
    bounds: Bounds = BOUNDS,
) -> Path:
    """Write the versions since `base` (a revision, or "") and the manifest; returns the folder.

    A version is what a commit of `base..HEAD` added or changed below `root`, each content of a path
    once and none that the base has there; nothing of the paths in `left_out`. Without a base, or
    where HEAD is the base, it is those of the newest `bounds.commits`. Raises HistoryError: no git,
    no commit, or more than the bounds.
    """
    try:
        first, start, told = _range(root, base, bounds)
        log = git.ask(root, *_RAW, *start, "--", ".", *(f":(exclude,literal){p}" for p in left_out))
        changes = _changes(root, first, log, bounds.versions)
        missing = _missing(root, start)
        _write(root, changes, destination / BLOBS, bounds.size)
    except GitError as error:
        raise HistoryError(f"the history cannot be read: {error}") from error
    except OSError as error:
        raise HistoryError(f"{destination}: {error.strerror}") from error
    versions = tuple(change.version for change in changes)
    told = f"{told}: {len(versions)} versions of files"
    manifest = History(versions=versions, told=told, missing=missing)
    (destination / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return destination


def _range(root: Path, base: str, bounds: Bounds) -> tuple[str, tuple[str, ...], str]:
    """The base's commit or "", the arguments that name the commits, and how to say it."""
    if not git.is_work_tree(root):
        raise GitError(f"{root} is not in a git repository, so there is no history to scan")
    head = git.revision(root)
    first = git.revision(root, base) if base else ""
    if first and first != head:
        return first, (f"{first}..{head}",), f"history since {first[:DIGITS]} scanned"
    count = int(git.ask(root, "rev-list", "--count", head))
    if count <= bounds.commits:
        return "", (head,), f"history scanned: all {count} commits"
    told = f"history scanned: the newest {bounds.commits} of {count} commits (no base is known)"
    return "", (f"--max-count={bounds.commits}", head), told


def _missing(root: Path, start: tuple[str, ...]) -> str:
    """Why commits are not there that were asked for: this is a shallow clone."""
    if git.ask(root, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return ""
    listed = git.ask(root, "rev-list", *start, "--").decode().split()
    shallow = _shallow(root)
    cut = next((commit for commit in listed if commit in shallow), "")
    if not cut:
        return ""
    return (
        f"the clone is shallow: what came before commit {cut[:DIGITS]} was not scanned for "
        "secrets; fetch it with `git fetch --unshallow` (checkout actions: fetch-depth: 0)"
    )


def _shallow(root: Path) -> frozenset[str]:
    named = os.fsdecode(git.ask(root, "rev-parse", "--git-path", "shallow")).strip()
    return frozenset((root / named).read_text("ascii").split())


def _changes(root: Path, first: str, log: bytes, most: int) -> tuple[_Change, ...]:
    """Each content that the commits brought in at a path, oldest first, the base's own left out."""
    known = {(name, path) for _, name, path in git.tree(root, first)} if first else set()
    kept: list[_Change] = []
    for change, path in _brought(log):
        if (change.object, path) in known:
            continue
        known.add((change.object, path))
        kept.append(change)
        if len(kept) > most:
            raise HistoryError(
                f"the history since the base has more than {most} versions of files; name a later "
                "base with --base"
            )
    return tuple(kept)


def _brought(log: bytes) -> Iterator[tuple[_Change, str]]:
    """What `git log --raw -z` lists: a commit, then pairs of a description and a path."""
    commit = ""
    fields = iter(os.fsdecode(log).split("\0"))
    for field in fields:
        text = field.lstrip("\n")
        if not text.startswith(":"):
            commit = text or commit
            continue
        _, mode, _, name, _ = text.split(" ")
        path = next(fields)
        if mode not in (git.LINK, git.SUBMODULE) and _is_safe(path):
            told = os.fsencode(path).decode("utf-8", "replace")
            yield _Change(name, Version(commit[:DIGITS], told)), path


def _is_safe(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and not {"..", ".git"} & set(parts)


def _write(root: Path, changes: Iterable[_Change], folder: Path, most: int) -> None:
    folder.mkdir(parents=True)
    changes = tuple(changes)
    left = most
    with git.objects(root, tuple(change.object for change in changes)) as stream:
        for change in changes:
            content = _content(stream, change.object, left)
            if content is None:
                raise HistoryError(
                    f"the versions of files since the base have more than {most} bytes together; "
                    "name a later base with --base"
                )
            left -= len(content)
            path = folder / change.version.stored
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _content(stream: IO[bytes], name: str, most: int) -> bytes | None:
    """The next object of the stream, None if it has more than `most` bytes."""
    head = stream.readline().split()
    if len(head) != 3:
        raise GitError(f"object {name[:DIGITS]} is missing; `git fsck` tells more")
    size = int(head[2])
    if size > most:
        return None
    content = stream.read(size)
    stream.read(1)
    return content
