"""What differs between the tree and its base: files, and how many of their lines."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from gates.probes.claims.tree import Absent, Blocked, TooLarge, Tree


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the diff: lines that came, with their numbers, and how many went."""

    added: int = 0
    removed: int = 0
    numbers: tuple[int, ...] = ()  # of the lines that came, from 1
    state: str = "modified"  # or created, deleted


MOST_FILES = 1_000_000  # of the base
Diff = Mapping[str, Changed]


def difference(now: Tree, then: Tree, files: Iterable[str], left_out: tuple[str, ...]) -> Diff:
    """Return the changed files by path. A moved line counts as none; line ends do not count."""
    there = {*files}
    before = {
        name
        for name, kind in then.walk(".", MOST_FILES)
        if kind == "f" and not _is_below(name, left_out)
    }
    found = {}
    for name in sorted(there | before):
        new, old = content(now, name), content(then, name)
        if new != old:
            found[name] = changed(new, old)
    return found


def content(tree: Tree, name: str) -> bytes | None:
    """The bytes of a file with plain line ends, of a huge one a digest; None: there is none."""
    try:
        return tree.read(name).replace(b"\r\n", b"\n")
    except TooLarge:
        return tree.digest(name)
    except (Absent, Blocked):
        return None


def changed(new: bytes | None, old: bytes | None) -> Changed:
    """Compare two contents as bags of lines."""
    lines, before = lines_of(new), Counter(lines_of(old))
    numbers = []
    for number, line in enumerate(lines, 1):
        if before[line] > 0:
            before[line] -= 1
        else:
            numbers.append(number)
    state = "created" if old is None else "deleted" if new is None else "modified"
    return Changed(added=len(numbers), removed=before.total(), numbers=tuple(numbers), state=state)


def lines_of(content: bytes | None) -> list[bytes]:
    """The lines of a content; the end of the last one begins no further line."""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def _is_below(name: str, folders: tuple[str, ...]) -> bool:
    return any(name == folder or name.startswith(f"{folder.rstrip('/')}/") for folder in folders)
