"""Reads poetry.lock (lock-version 1.x and 2.x)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gates.core.locks.documents import entry_lines, toml, typed
from gates.core.locks.graph import linked, roots_of
from gates.core.locks.model import Listing, LockError, Package, canonical, checked


class _Archive(msgspec.Struct, frozen=True):
    hash: str = ""


class _Source(msgspec.Struct, frozen=True):
    type: str = "legacy"


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str
    groups: tuple[str, ...] = ()
    category: str = ""
    dependencies: dict[str, Any] = {}
    files: tuple[_Archive, ...] = ()
    source: _Source | None = None


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    lock_version: str = msgspec.field(name="lock-version")
    files: dict[str, tuple[_Archive, ...]] = {}


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _Metadata
    package: tuple[_Entry, ...] = ()


def read(data: bytes, declared: Mapping[str, Iterable[str]] | None = None) -> Listing:
    """The packages of a poetry.lock; `declared` are the names in the project file by group.

    Raises LockError.
    """
    lines = entry_lines(data)
    lock = typed(toml(data), _Lock, lines)
    if lock.metadata.lock_version.partition(".")[0] not in ("1", "2"):
        found = lock.metadata.lock_version[:20]
        raise LockError(f"schema: lock-version {found!r} of poetry.lock; allowed: 1.x and 2.x")
    entries = {str(number): entry for number, entry in enumerate(lock.package)}
    packages = {
        i: _package(entry, line, lock.metadata)
        for (i, entry), line in zip(entries.items(), (*lines, *[0] * len(entries)), strict=False)
        if entry.source is None or entry.source.type != "directory"
    }
    edges = {i: _ids(entries, entry.dependencies) for i, entry in entries.items()}
    found_roots = roots_of(packages, edges, declared)
    return Listing(
        packages=tuple(
            _grouped(package, entries) for package in linked(packages, edges, found_roots)
        )
    )


def _ids(entries: dict[str, _Entry], asked: Iterable[str]) -> list[str]:
    names = {canonical(name) for name in asked}
    return [i for i, entry in entries.items() if canonical(entry.name) in names]


def _package(entry: _Entry, line: int, metadata: _Metadata) -> Package:
    kind = entry.source.type if entry.source else "legacy"
    archives = entry.files or metadata.files.get(entry.name, ())
    package = Package(
        name=canonical(entry.name),
        version=entry.version,
        hashes=tuple(sorted({archive.hash for archive in archives if archive.hash})),
        line=line,
        gap="" if kind == "legacy" else f"comes from a {kind} source: advisories name none",
    )
    return checked(package)


def _grouped(package: Package, entries: dict[str, _Entry]) -> Package:
    """The file's own groups are better than ours: poetry computed them."""
    said = {
        group
        for entry in entries.values()
        if canonical(entry.name) == package.name and entry.version == package.version
        for group in (entry.groups or (entry.category or "main",))
    }
    groups = () if "main" in said else tuple(sorted(f"group {group}" for group in said))
    return msgspec.structs.replace(package, groups=groups)
