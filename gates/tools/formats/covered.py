"""Coverage of single lines and branches, as counted by us from what a report says of each line."""

from collections.abc import Iterable, Mapping

import msgspec

from gates.core import texts
from gates.core.model import Measurement
from gates.tools.formats import places

_TOLD = 5


class Lines(msgspec.Struct, frozen=True):
    """One file: line → whether it ran, and line → (branches taken, branches there are)."""

    hits: Mapping[int, bool]
    branches: Mapping[int, tuple[int, int]] = {}


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """One report: files by path as written. `sources` are the folders that the paths start from."""

    files: Mapping[str, Lines]
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The coverage of the target's own files, by path relative to the root."""

    files: Mapping[str, Lines]
    strange: tuple[str, ...] = ()  # paths of the report that are no expected file

    def lines(self) -> Measurement:
        """Share of the lines that ran."""
        hits = [hit for file in self.files.values() for hit in file.hits.values()]
        return _share(sum(hits), len(hits), "lines", self._gap())

    def branches(self) -> Measurement:
        """Share of the branches that were taken."""
        pairs = [pair for file in self.files.values() for pair in file.branches.values()]
        taken, there = (sum(pair[n] for pair in pairs) for n in (0, 1))
        return _share(taken, there, "branches", self._gap())

    def _gap(self) -> str:
        if self.files or not self.strange:
            return ""
        named = ", ".join(texts.visible(path[:200]) for path in self.strange[:_TOLD])
        return f"no expected file covered: the report names only {named}"


def _share(part: int, whole: int, unit: str, gap: str) -> Measurement:
    """A share of nothing is no number (B21)."""
    if not whole:
        return Measurement(value=None, why=gap or f"the report holds no {unit}")
    return Measurement(value=100.0 * part / whole, detail=f"{part} of {whole} {unit}")


def merged(files: Iterable[tuple[str, Lines]]) -> dict[str, Lines]:
    """Several accounts of one file as one: a line ran if it ran in any of them."""
    found: dict[str, Lines] = {}
    for path, lines in files:
        before = found.get(path)
        found[path] = _both(before, lines) if before else lines
    return found


def _both(first: Lines, second: Lines) -> Lines:
    hits = {**first.hits}
    for line, hit in second.hits.items():
        hits[line] = hit or hits.get(line, False)
    branches = {**first.branches}
    for line, (taken, there) in second.branches.items():
        old = branches.get(line, (0, 0))
        branches[line] = (max(taken, old[0]), max(there, old[1]))
    return Lines(hits, branches)


def own(reports: Iterable[Coverage], expected: frozenset[str], tree: places.Tree) -> Own:
    """The coverage of the `expected` files alone; a report for another tree covers none (B22)."""
    known: list[tuple[str, Lines]] = []
    strange: list[str] = []
    for report in reports:
        for written, lines in report.files.items():
            path = _path(written, report.sources, expected, tree)
            if path:
                known.append((path, lines))
            else:
                strange.append(written)
    return Own(files=merged(known), strange=tuple(sorted(strange)))


def _path(
    written: str, sources: tuple[str, ...], expected: frozenset[str], tree: places.Tree
) -> str:
    """The expected file that a report means, "" if it means none."""
    for candidate in (written, *(f"{source.rstrip('/')}/{written}" for source in sources)):
        place = places.of_path(candidate, tree)
        if not place.outside and place.path in expected:
            return place.path
    return ""
