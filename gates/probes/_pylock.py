"""Reads pylock.toml (PEP 751) with the library of the people who wrote the standard."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.pylock import Package as Locked
from packaging.pylock import Pylock, PylockValidationError

from gates.core.locks.documents import entry_lines, toml
from gates.core.locks.graph import linked, roots_of
from gates.core.locks.model import Listing, LockError, Package, checked

_ENTRY = re.compile(r"packages\[(\d+)\]")


def read(data: bytes, declared: Mapping[str, Iterable[str]] | None = None) -> Listing:
    """Return the packages of a pylock.toml; `declared` are names in the project file by group.

    Raises LockError.
    """
    lines = entry_lines(data)
    value = toml(data)
    entries = {str(number): entry for number, entry in enumerate(_parsed(value, lines).packages)}
    packages = {
        i: _package(entry, line)
        for (i, entry), line in zip(entries.items(), (*lines, *[0] * len(entries)), strict=False)
        if not _is_own(entry)
    }
    edges = {i: _edges(entry, entries) for i, entry in entries.items()}
    roots = roots_of(packages, edges, declared)
    return Listing(packages=linked(packages, edges, roots))


def _parsed(value: Mapping[str, Any], lines: tuple[int, ...]) -> Pylock:
    try:
        return Pylock.from_dict(value)
    except PylockValidationError as error:
        entry = _ENTRY.search(str(error))
        known = entry is not None and int(entry[1]) < len(lines)
        raise LockError(
            f"schema: {error}", lines[int(entry[1])] if entry and known else 0
        ) from None


def _is_own(entry: Locked) -> bool:
    return entry.directory is not None


def _edges(entry: Locked, entries: Mapping[str, Locked]) -> list[str]:
    asked = [str(item.get("name", "")) for item in entry.dependencies or ()]
    return [i for i, other in entries.items() if other.name in asked]


def _package(entry: Locked, line: int) -> Package:
    archives = (*([entry.sdist] if entry.sdist else ()), *(entry.wheels or ()))
    hashes = {
        f"{algorithm}:{digest}"
        for archive in archives
        for algorithm, digest in archive.hashes.items()
    }
    address = "a version control" if entry.vcs else "an archive" if entry.archive else ""
    package = Package(
        name=str(entry.name),
        version=str(entry.version or ""),
        hashes=tuple(sorted(hashes)),
        line=line,
        gap=f"comes from {address} source: advisories name none" if address else "",
    )
    return checked(package)
