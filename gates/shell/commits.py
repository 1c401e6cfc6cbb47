"""What git says of the commit that is signed: which it is, who made it and when, what changed."""

import datetime
import re
from pathlib import Path

import msgspec

from gates.shell import git
from gates.shell.git import SIGNOFFS, GitError

UNKNOWN = "unknown"
_ADDRESS = re.compile(r"<([^<>\s]+)>")
_FORMAT = "%ae%n%ct%n%(trailers:key=Co-authored-by,valueonly)"


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
    paths = ("--", ".", f":(exclude){SIGNOFFS}")
    found = git.ask(root, "log", "-1", "--format=%H", git.revision(root, revision), *paths)
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


def changed(root: Path, base: str, name: str) -> tuple[str, ...]:
    """Paths under `root` that differ between two commits; none where that is not known."""
    if not base or name == UNKNOWN:
        return ()
    try:
        listed = git.ask(root, "diff", "--name-only", "-z", "--relative", base, name, "--", ".")
    except GitError:
        return ()
    return tuple(path for path in listed.decode("utf-8", "replace").split("\0") if path)
