"""What is new of the suppressions: those of a tree against those of its base.

A suppression is known if the same file had one on the same source line, or else one of the same
kind. A renamed file is the same file. One that moved elsewhere with its source line is known too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from gates.probes.suppressions.found import Off, Tree

SAME = 0.3  # share of lines that a renamed file has to keep, like gates.shell.renames
Ids = tuple[str, int]  # file, and number of the suppression in it
Signature = Callable[[str, Off], object]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """New suppressions, and how many of the base a comment for the whole file took over."""

    new: frozenset[Ids]
    taken_over: int


def compared(now: Tree, then: Tree, tree: Path, base: Path) -> Compared:
    """Match what is there with what was there, the closest first."""
    names = renamed(now, then, tree, base)
    left = {
        (names.get(file, file), number): (file, off)
        for file, found in now.files.items()
        for number, off in enumerate(found)
    }
    gone = {
        (file, number): (file, off)
        for file, found in then.files.items()
        for number, off in enumerate(found)
    }
    signatures: tuple[Signature, ...] = (
        lambda file, off: (file, off.kind, off.source),
        lambda file, off: (file, off.kind),
        lambda _, off: (off.kind, off.source),
    )
    for signature in signatures:
        match(left, gone, signature)
    return Compared(
        new=frozenset((file, key[1]) for key, (file, _) in left.items()),
        taken_over=taken_over(now, then, names),
    )


def match(
    left: dict[Ids, tuple[str, Off]], gone: dict[Ids, tuple[str, Off]], signature: Signature
) -> None:
    """Take out of both what has the same signature, one for one."""
    homes: dict[object, list[Ids]] = {}
    for key, (_, off) in gone.items():
        homes.setdefault(signature(key[0], off), []).append(key)
    for key, (_, off) in tuple(left.items()):
        same = homes.get(signature(key[0], off))
        if same:
            del gone[same.pop(0)], left[key]


def renamed(now: Tree, then: Tree, tree: Path, base: Path) -> dict[str, str]:
    """The old name of files that were renamed: those whose lines are most alike."""
    new = [name for name, found in now.files.items() if found and name not in then.files]
    gone = [name for name, found in then.files.items() if found and not (tree / name).exists()]
    if not new or not gone:
        return {}
    before = {name: lines(base / name) for name in gone}
    names: dict[str, str] = {}
    for name in new:
        mine = lines(tree / name)
        share, old = max((alike(mine, theirs), old) for old, theirs in before.items())
        if share >= SAME and old not in names.values():
            names[name] = old
    return names


def lines(file: Path) -> Counter[str]:
    """The lines of a file, without their indentation."""
    text = file.read_text("utf-8", "replace")
    return Counter(line.strip() for line in text.split("\n") if line.strip())


def alike(one: Counter[str], other: Counter[str]) -> float:
    """The share of lines that two files have in common, of the longer one's."""
    longer = max(one.total(), other.total())
    return (one & other).total() / longer if longer else 0.0


def taken_over(now: Tree, then: Tree, names: Mapping[str, str]) -> int:
    """Suppressions of single lines that went because a comment for the whole file came.

    They count on: else one such comment in place of many would look like fewer suppressions.
    """
    return sum(
        max(0, singles(before, family) - singles(found, family))
        for file, found in now.files.items()
        for before in [then.files.get(names.get(file, file), ())]
        for family in {off.kind.family for off in found if off.kind.whole}
        if wholes(found, family) > wholes(before, family)
    )


def singles(found: Iterable[Off], family: str) -> int:
    """How many single lines."""
    return sum(off.kind.family == family and not off.kind.whole for off in found)


def wholes(found: Iterable[Off], family: str) -> int:
    """How many comments for a whole file."""
    return sum(off.kind.family == family and off.kind.whole for off in found)
