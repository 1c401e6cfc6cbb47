"""Reads uv.lock (version 1)."""

import msgspec

from gates.core.locks.documents import entry_lines, toml, typed
from gates.core.locks.graph import MAIN, linked
from gates.core.locks.model import Listing, LockError, Package, canonical, checked

_OWN = ("editable", "virtual", "directory")


class _Dependency(msgspec.Struct, frozen=True):
    name: str
    version: str = ""


class _Archive(msgspec.Struct, frozen=True):
    hash: str = ""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    name: str
    version: str = ""
    source: dict[str, str] = {}
    dependencies: tuple[_Dependency, ...] = ()
    optional_dependencies: dict[str, tuple[_Dependency, ...]] = {}
    dev_dependencies: dict[str, tuple[_Dependency, ...]] = {}
    sdist: _Archive | None = None
    wheels: tuple[_Archive, ...] = ()

    @property
    def own(self) -> bool:
        return any(word in self.source for word in _OWN)


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    package: tuple[_Entry, ...] = ()


def read(data: bytes) -> Listing:
    """The packages of a uv.lock. Raises LockError."""
    lines = entry_lines(data)
    lock = typed(toml(data), _Lock, lines)
    if lock.version != 1:
        raise LockError(f"schema: version {lock.version} of uv.lock; allowed: 1")
    entries = {str(number): entry for number, entry in enumerate(lock.package)}
    packages = {
        i: _package(entry, line)
        for (i, entry), line in zip(entries.items(), (*lines, *[0] * len(entries)), strict=False)
        if not entry.own
    }
    edges = {i: _ids(entries, _all(entry)) for i, entry in entries.items()}
    return Listing(packages=linked(packages, edges, _roots(entries)))


def _roots(entries: dict[str, _Entry]) -> dict[str, list[str]]:
    roots: dict[str, list[str]] = {}
    for entry in entries.values():
        if entry.own:
            asked = {MAIN: entry.dependencies}
            asked |= {f"extra {name}": more for name, more in entry.optional_dependencies.items()}
            asked |= {f"group {name}": more for name, more in entry.dev_dependencies.items()}
            for group, dependencies in asked.items():
                roots.setdefault(group, []).extend(_ids(entries, dependencies))
    return roots


def _all(entry: _Entry) -> tuple[_Dependency, ...]:
    """uv keeps only the extras of a package that somebody asked for."""
    return (
        *entry.dependencies,
        *(d for more in entry.optional_dependencies.values() for d in more),
    )


def _ids(entries: dict[str, _Entry], asked: tuple[_Dependency, ...]) -> list[str]:
    return [
        i
        for dependency in asked
        for i, entry in entries.items()
        if entry.name == dependency.name and dependency.version in ("", entry.version)
    ]


def _package(entry: _Entry, line: int) -> Package:
    kind = next(iter(entry.source), "registry")
    archives = (*([entry.sdist] if entry.sdist else []), *entry.wheels)
    package = Package(
        name=canonical(entry.name),
        version=entry.version,
        hashes=tuple(sorted({archive.hash for archive in archives if archive.hash})),
        line=line,
        gap="" if kind == "registry" else f"comes from a {kind} source: advisories name none",
    )
    return checked(package)
