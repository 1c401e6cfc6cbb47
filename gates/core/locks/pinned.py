"""Reads requirements files: pins with their hashes, and who asked for them where the file says so.

pip-compile and uv write under each pin `# via NAME`; a file without such comments tells no graph.
"""

import re
from collections.abc import Iterable, Mapping

from gates.core import requirements
from gates.core.locks.graph import linked, roots_of
from gates.core.locks.model import Listing, Package, canonical, checked
from gates.core.requirements import Line, Requirements

_HASH = re.compile(r"--hash[= ]([a-z0-9]+:[0-9a-f]+)")
_VIA = re.compile(r"\s*#\s+via\b(.*)")
_MORE = re.compile(r"\s*#\s{2,}(\S.*)")
_FILE = re.compile(r"-[rc] |.*\(.*\)")  # "-r requirements.in", "bookstore (pyproject.toml)"


class Read:
    """A requirements file on its way: `includes` are files that it names, relative to it."""

    def __init__(self, text: str) -> None:
        self.found: Requirements = requirements.read(text)
        self._rows = text.splitlines()

    @property
    def includes(self) -> tuple[Line, ...]:
        """The files that it includes."""
        return self.found.includes

    def listing(self, declared: Mapping[str, Iterable[str]] | None = None) -> Listing:
        """Its packages; `declared` are names that a project file beside it declares, by group."""
        stops = sorted({*self.found.places, len(self._rows) + 1})
        packages: dict[str, Package] = {}
        askers: dict[str, tuple[str, ...]] = {}
        for pin, line in zip(self.found.pins, self.found.places, strict=True):
            rows = self._rows[line - 1 : next(stop for stop in stops if stop > line) - 1]
            name = canonical(pin.name)
            hashes = tuple(sorted(set(_HASH.findall("\n".join(rows)))))
            packages[str(line)] = checked(
                Package(name=name, version=pin.version, hashes=hashes, line=line)
            )
            askers[str(line)] = _askers(rows)
        edges = _edges(packages, askers)
        asked_by_files = [i for i, names in askers.items() if any(map(_FILE.match, names))]
        roots = {"": asked_by_files} if asked_by_files else roots_of(packages, edges, declared)
        return Listing(packages=linked(packages, edges, roots), gaps=self.found.unaudited)


def _askers(rows: list[str]) -> tuple[str, ...]:
    """Who a pin is there for, from the comments under it."""
    found: list[str] = []
    within = False
    for row in rows[1:] if rows else rows:
        via = _VIA.match(row)
        more = _MORE.match(row) if within else None
        within = via is not None or more is not None
        text = via[1] if via else more[1] if more else ""
        found += [part.strip() for part in text.split(", ") if part.strip()]
    return tuple(found)


def _edges(
    packages: Mapping[str, Package], askers: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    """From each package to those that it asks for: the comments say it the other way round."""
    names = {
        identifier: {canonical(name) for name in askers[identifier]} for identifier in packages
    }
    return {
        identifier: [other for other in packages if package.name in names[other]]
        for identifier, package in packages.items()
    }
