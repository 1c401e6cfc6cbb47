"""What git says of the commit that is signed: which it is, who made it and when, what changed."""

import datetime
import os
import re
from pathlib import Path

import msgspec

from gates.shell import git
from gates.shell.git import SIGNOFFS, GitError

UNKNOWN = "unknown"
_ADDRESS = re.compile(r"<([^<>\s]+)>")
_BESIDE = "%(trailers:key=Co-authored-by,valueonly)"
_FORMAT = f"%ae%n%ct%n{_BESIDE}"
_OUTSIDE = ("--", ".", f":(exclude){SIGNOFFS}")


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit. `authors` are the addresses of its author and of those it names beside."""

    name: str = UNKNOWN
    authors: tuple[str, ...] = ()
    made: datetime.datetime | None = None


def to_sign(root: Path, revision: str) -> Commit:
    """The last commit up to `revision` that changed anything under `root` but its sign-offs.

    Unknown where there is none. Raises GitError for a revision that the repository has not got.
    """
    if revision == UNKNOWN:
        return Commit()
    found = git.ask(root, "log", "-1", "--format=%H", git.revision(root, revision), *_OUTSIDE)
    name = found.decode().strip()
    return about(root, name) if name else Commit()


def about(root: Path, name: str) -> Commit:
    """Who made a commit, and when: as it says itself, whatever .mailmap makes of it."""
    said = git.ask(root, "show", "-s", f"--format={_FORMAT}", "--end-of-options", name)
    author, made, *beside = said.decode("utf-8", "replace").split("\n")
    others = [address for line in beside for address in _ADDRESS.findall(line)]
    return Commit(
        name=name,
        authors=tuple(dict.fromkeys((author, *others))),
        made=datetime.datetime.fromtimestamp(int(made), datetime.UTC),
    )


def newest(root: Path) -> datetime.datetime | None:
    """When the last commit was made, by its own words; None where there is none, or no git."""
    try:
        return about(root, git.revision(root)).made
    except GitError:
        return None


def is_ahead(root: Path, base: str, commit: Commit) -> bool:
    """Whether a commit has anything that `base` has not. Raises GitError: a base not known."""
    if not base or commit.name == UNKNOWN:
        return False
    around = f"{git.revision(root, base)}..{commit.name}"
    return bool(git.ask(root, "rev-list", "-1", around).strip())


def makers(root: Path, base: str, commit: Commit) -> tuple[str, ...]:
    """Addresses of all who made what is signed, as commits say them and as .mailmap does.

    Of the commit, and of every one since `base` that changed anything under `root` but sign-offs.
    Raises GitError for a base that is not known, and where the history between is cut off.
    """
    if commit.name == UNKNOWN:
        return ()
    found = dict.fromkeys((*commit.authors, *(since(root, base, commit.name) if base else ())))
    return tuple(dict.fromkeys((*found, *renamed(root, tuple(found)))))


def since(root: Path, base: str, name: str) -> tuple[str, ...]:
    """Addresses of the authors and co-authors of what changed after `base`. Raises GitError."""
    around = f"{git.revision(root, base)}..{name}"
    demand_whole(root, around)
    said = git.ask(root, "log", f"--format=<%ae>%n{_BESIDE}", around, *_OUTSIDE)
    return tuple(dict.fromkeys(_ADDRESS.findall(said.decode("utf-8", "replace"))))


def demand_whole(root: Path, around: str) -> None:
    """Refuse a range of which a shallow clone lacks commits. Raises GitError."""
    if git.ask(root, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return
    cut = Path(os.fsdecode(git.ask(root, "rev-parse", "--git-path", "shallow").strip()))
    ends = set((root / cut).read_bytes().split())
    if ends.intersection(git.ask(root, "rev-list", around).split()):
        text = f"a shallow clone lacks commits of {around}, and so authors: git fetch --unshallow"
        raise GitError(f"{root}: {text}")


def renamed(root: Path, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that .mailmap has for some; it names more of a person, and hides none."""
    contacts = [f"<{address}>" for address in addresses if _ADDRESS.fullmatch(f"<{address}>")]
    if not contacts:
        return ()
    said = git.ask(root, "check-mailmap", *contacts)
    return tuple(_ADDRESS.findall(said.decode("utf-8", "replace")))


def changed(root: Path, base: str, name: str) -> tuple[str, ...]:
    """Paths under `root` that differ between two commits; none where that is not known."""
    if not base or name == UNKNOWN:
        return ()
    try:
        listed = git.ask(root, "diff", "--name-only", "-z", "--relative", base, name, "--", ".")
    except GitError:
        return ()
    return tuple(path for path in listed.decode("utf-8", "replace").split("\0") if path)
