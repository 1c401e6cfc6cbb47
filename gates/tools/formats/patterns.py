"""Patterns over the files of a target: a folder, a file, or `*` and `?` for any characters."""

import fnmatch
from collections.abc import Iterable


def matching(files: Iterable[str], patterns: Iterable[str]) -> tuple[str, ...]:
    """The files that one of the patterns means, in their order.

    `*` crosses folders, so `*.py` means every Python file; `**/` means any folders or none. A
    pattern without `*` and `?` may name a folder: everything below it.
    """
    wanted = [pattern.removeprefix("./").replace("**/", "*") for pattern in patterns]
    return tuple(name for name in files if any(_means(pattern, name) for pattern in wanted))


def _means(pattern: str, name: str) -> bool:
    folder = pattern.rstrip("/")
    return (
        folder in ("", ".") or name.startswith(f"{folder}/") or fnmatch.fnmatchcase(name, pattern)
    )
