"""Asks git when each file of a target was last committed, and which are not committed as they are.

A snapshot's own times say nothing: they stand for contents.
"""

import os
from pathlib import Path
from typing import Any

from gates.shell import git
from gates.shell.git import GitError

MOST_COMMITS = 5_000
_MARK = "\x01"
_LOG = ("log", f"--format={_MARK}%ct", "--name-only", "-z", "--no-renames", "--relative")


def commit_times(root: Path) -> dict[str, Any]:
    """Return `commits` (path → seconds since 1970), `uncommitted` (paths) and `why`.

    `why` says why nothing is known: no repository, no commit, a shallow clone, whose oldest commit
    would seem to have made everything.
    """
    try:
        if git.ask(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
            return {"why": "the clone is shallow: fetch the rest with git fetch --unshallow"}
        log = git.ask(root, *_LOG, f"--max-count={MOST_COMMITS}", "--", ".")
        changed = git.ask(root, "diff", "--name-only", "-z", "--relative", "HEAD", "--", ".")
        new = git.ask(root, "ls-files", "-o", "-z", "--exclude-standard", "--", ".")
    except GitError as error:
        return {"why": f"git does not tell: {error}"}
    names = (os.fsdecode(name) for name in (changed + new).split(b"\0") if name)
    return {"commits": _newest(log), "uncommitted": sorted({_told(name) for name in names})}


def _newest(log: bytes) -> dict[str, int]:
    """The latest time of each path; the commits come newest first."""
    found: dict[str, int] = {}
    moment = 0
    for field in os.fsdecode(log).split("\0"):
        text = field.lstrip("\n")
        if text.startswith(_MARK):
            first, _, rest = text[1:].partition("\n")
            moment, text = int(first), rest.lstrip("\n")
        if text:
            found[_told(text)] = max(moment, found.get(_told(text), 0))
    return found


def _told(name: str) -> str:
    """The name of the copy in a snapshot."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
