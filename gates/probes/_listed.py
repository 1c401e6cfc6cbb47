"""Reads the dependency files of a target, whatever their format, below its folder alone."""

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from packaging.version import InvalidVersion, Version

from gates.core.locks import kinds, npm, pinned, poetry, pyproject, uv
from gates.core.locks.documents import text_of
from gates.core.locks.kinds import Kind
from gates.core.locks.model import Ecosystem, Listing, LockError, Package
from gates.core.model import Reason
from gates.core.requirements import Unaudited
from gates.core.vulnerable import gaps_of
from gates.probes import _common, _pylock

MAX_FILE_BYTES = 32 * 2**20
LOCKS = ("uv.lock", "poetry.lock", "pylock.toml")

Declared = Mapping[str, Iterable[str]] | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One dependency file. `packages` can be audited, `gaps` cannot; `all` are both as packages."""

    file: str
    packages: tuple[Package, ...]
    gaps: tuple[Unaudited, ...]
    notes: tuple[str, ...]
    all: tuple[Package, ...]


def read(tree: Path, files: Iterable[str]) -> tuple[Listed, ...]:
    """Read the files, in their order. Raises ProbeError, naming the file and what is allowed."""
    found: dict[str, Listing] = {}
    ordered = sorted(files, key=lambda name: kinds.kind(name) is Kind.PYPROJECT)  # after its locks
    for name in ordered:
        found[name] = _listing(tree, name, found)
    return tuple(_listed(name, found[name]) for name in files)


def text(tree: Path, name: str) -> bytes:
    """Return the bytes of a file. Raises ProbeError."""
    file = (tree / name).resolve()
    if not file.is_relative_to(tree.resolve()):
        detail = f"{name}: leads out of the target's folder"
        raise _common.ProbeError(detail, Reason.REFUSED_BY_SAFETY)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        detail = f"{name}: {error.strerror or error}"
        raise _common.ProbeError(detail, Reason.NO_RESULT) from None
    if len(data) > MAX_FILE_BYTES:
        detail = f"{name}: larger than {MAX_FILE_BYTES} bytes"
        raise _common.ProbeError(detail, Reason.OUTPUT_TOO_LARGE)
    return data


def _listing(tree: Path, name: str, before: Mapping[str, Listing]) -> Listing:
    try:
        return _by_kind(tree, name, before)
    except LockError as error:
        detail = f"{name}: {error}"
        raise _common.ProbeError(detail, Reason.UNREADABLE_RESULT) from None


def _by_kind(tree: Path, name: str, before: Mapping[str, Listing]) -> Listing:
    match kinds.kind(name):
        case Kind.REQUIREMENTS:
            return _requirements(tree, name)
        case Kind.PYPROJECT:
            return _pyproject(tree, name, before)
        case Kind.UV:
            return uv.read(text(tree, name))
        case Kind.POETRY:
            return poetry.read(text(tree, name), _declared(tree, name))
        case Kind.PYLOCK:
            return _pylock.read(text(tree, name), _declared(tree, name))
        case Kind.NPM:
            return npm.read(text(tree, name), _beside(tree, name, "package.json"))
        case None:
            raise LockError(f"a format that is not read; allowed: {kinds.ALLOWED}")


def _requirements(tree: Path, name: str) -> Listing:
    """A requirements file and those that it includes."""
    packages: list[Package] = []
    gaps: list[Unaudited] = []
    queue, seen = [name], set()
    declared = _declared(tree, name)
    for path in queue:
        if path in seen:
            continue
        seen.add(path)
        try:
            read_one = pinned.Read(text_of(text(tree, path)))
        except LockError as error:
            raise LockError(f"{error} ({path})" if path != name else f"{error}") from None
        found = read_one.listing(declared)
        own = path == name
        packages += found.packages if own else (_elsewhere(p) for p in found.packages)
        gaps += found.gaps if own else _told_elsewhere(found.gaps, path)
        folder = os.path.dirname(path)
        queue += (os.path.normpath(os.path.join(folder, item.text)) for item in read_one.includes)
    return Listing(packages=tuple(packages), gaps=tuple(gaps))


def _elsewhere(package: Package) -> Package:
    return msgspec.structs.replace(package, line=0)


def _told_elsewhere(gaps: Iterable[Unaudited], path: str) -> Iterator[Unaudited]:
    return (Unaudited(0, gap.text, f"{gap.why} ({path}, line {gap.number})") for gap in gaps)


def _pyproject(tree: Path, name: str, before: Mapping[str, Listing]) -> Listing:
    folder = posixpath.dirname(name)
    beside = {
        other: listing
        for other, listing in before.items()
        if posixpath.dirname(other) == folder and kinds.ecosystem(other) is Ecosystem.PYPI
    }
    covered = {package.name: other for other, found in beside.items() for package in found.packages}
    listing = pyproject.read(text(tree, name), covered)
    unlisted = [lock for lock in LOCKS if (tree / folder / lock).is_file() and not beside]
    if not listing.gaps or not unlisted:
        return listing
    hint = f"; {unlisted[0]} beside it is not among dependencies.files"
    gaps = (msgspec.structs.replace(gap, why=f"{gap.why}{hint}") for gap in listing.gaps)
    return msgspec.structs.replace(listing, gaps=tuple(gaps))


def _declared(tree: Path, name: str) -> Declared:
    """The names that the project file beside declares; None without one that can be read."""
    data = _beside(tree, name, "pyproject.toml")
    try:
        names = pyproject.names(data) if data is not None else {}
    except LockError:
        return None
    return names if any(names.values()) else None


def _beside(tree: Path, name: str, other: str) -> bytes | None:
    path = posixpath.join(posixpath.dirname(name), other)
    return text(tree, path) if (tree / path).is_file() else None


def _listed(name: str, listing: Listing) -> Listed:
    found = tuple(_versioned(package) for package in listing.packages)
    gaps = (*listing.gaps, *gaps_of(found))
    if not found and not gaps and not listing.notes:
        gaps = (Unaudited(0, name, "the file names no dependency"),)
    return Listed(
        file=name,
        packages=tuple(package for package in found if not package.gap),
        gaps=gaps,
        notes=tuple(f"{name}: {note}" for note in listing.notes),
        all=found,
    )


def _versioned(package: Package) -> Package:
    """The package, as a gap if pip-audit could not read its version."""
    if package.gap or package.ecosystem is not Ecosystem.PYPI:
        return package
    try:
        Version(package.version)
    except InvalidVersion:
        gap = f"{package.version[:40]!r} is no version (PEP 440)"
        return msgspec.structs.replace(package, gap=gap)
    return package
