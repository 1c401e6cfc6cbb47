"""Which files were renamed since the base revision, as git sees it, committed or not."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gates.shell import git

SIMILAR = 30  # per cent of a file that has to be the same; a finding has to be the same as well
MOST = 2000  # files on either side; with more, git looks only for the same contents


def renames(base: Path, tree: Path, scratch: Path) -> dict[str, str]:
    """Return the old path of each renamed file by its new one; paths are relative, with "/".

    `base` and `tree` are copies of the target then and now, so uncommitted and untracked files
    count. `scratch` is an empty or absent folder on the same disk. Raises git.GitError, OSError.
    """
    then, now = files(base), files(tree)
    gone, new = then - now, now - then
    if not gone or not new:
        return {}
    link(base, gone, scratch / "a")
    link(tree, new, scratch / "b")
    told = git.ask(
        scratch,
        "diff",
        "--no-index",
        "--no-ext-diff",
        "--no-textconv",
        "--name-status",
        "-z",
        f"--find-renames={SIMILAR}%",
        f"-l{MOST}",
        "--diff-filter=R",
        "--",
        "a",
        "b",
        exits=(0, 1),
    )
    return dict(pairs(os.fsdecode(told).split("\0")))


def pairs(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """New and old path of each entry: its letter, then the old path, then the new one."""
    entries = iter(words)
    for _, old, new in zip(entries, entries, entries, strict=False):
        yield new.partition("/")[2], old.partition("/")[2]


def files(root: Path) -> set[str]:
    """Every regular file below a folder that has content: an empty one resembles every other."""
    found = set()
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path) and os.path.getsize(path):
                found.add(os.path.relpath(path, root).replace(os.sep, "/"))
    return found


def link(root: Path, names: Iterable[str], folder: Path) -> None:
    """Give the folder the named files of `root`, without a copy of their contents."""
    folder.mkdir(parents=True)
    for name in names:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(root / name, place)
