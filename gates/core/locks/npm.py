"""Reads package-lock.json and npm-shrinkwrap.json (lockfileVersion 1, 2 and 3)."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from gates.core.locks.documents import jsons, text_of, typed
from gates.core.locks.graph import MAIN, linked
from gates.core.locks.model import Ecosystem, Listing, LockError, Package, checked

_KEY = re.compile(r'^\s*"((?:[^"\\]*/)?node_modules/[^"\\]+)"\s*:\s*\{')
_FOLDER = "node_modules/"
_GROUPS = {
    MAIN: "dependencies",
    "dev": "devDependencies",
    "optional": "optionalDependencies",
    "peer": "peerDependencies",
}


class _Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One value of `packages`; keys are the folders of the packages, "" being the project."""

    version: str = ""
    name: str = ""
    resolved: str | bool = ""
    integrity: str = ""
    link: bool = False
    dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}


class _Old(msgspec.Struct, frozen=True, kw_only=True):
    """One value of `dependencies` in version 1; those inside are nested folders."""

    version: str
    resolved: str | bool = ""
    integrity: str = ""
    requires: dict[str, str] | bool = {}
    dependencies: dict[str, "_Old"] = {}


def read(data: bytes, manifest: bytes | None = None) -> Listing:
    """The packages of a lock; `manifest` is package.json, which tells version 1 what is direct.

    Raises LockError.
    """
    lock = jsons(data)
    version = lock.get("lockfileVersion")
    match version:
        case 1:
            entries = _flattened(lock, manifest)
        case 2 | 3 if "packages" in lock:
            entries = typed(lock["packages"], dict[str, _Entry])
        case _:
            found = "nothing" if version is None else repr(version)[:40]
            allowed = "allowed: 1, or 2 and 3 with packages; make it anew with npm 7 or later"
            raise LockError(f"schema: lockfileVersion is {found}; {allowed}")
    lines = _lines(data)
    packages = {
        key: _package(key, entry, lines.get(key, 0))
        for key, entry in entries.items()
        if _FOLDER in key and not entry.link
    }
    edges = {key: tuple(_edges(key, entry, entries)) for key, entry in entries.items()}
    return Listing(packages=linked(packages, edges, _roots(entries, manifest)))


def _flattened(lock: Mapping[str, Any], manifest: bytes | None) -> dict[str, _Entry]:
    """Version 1 as if it were written in version 3."""
    root = typed(jsons(manifest), _Entry) if manifest else _Entry()
    nested = typed(lock.get("dependencies", {}), dict[str, _Old])
    return {"": root, **dict(_unfolded("", nested))}


def _unfolded(folder: str, nested: Mapping[str, _Old]) -> Iterator[tuple[str, _Entry]]:
    for name, old in nested.items():
        key = f"{folder}{_FOLDER}{name}"
        yield key, _renewed(old)
        yield from _unfolded(f"{key}/", old.dependencies)


def _renewed(old: _Old) -> _Entry:
    alias = re.fullmatch(r"npm:(.+)@([^@]+)", old.version)
    address = "" if alias or not re.search(r"[:/]", old.version) else old.version
    return _Entry(
        name=alias[1] if alias else "",
        version=alias[2] if alias else old.version,
        resolved=address or old.resolved,
        integrity=old.integrity,
        dependencies=old.requires if isinstance(old.requires, dict) else {},
    )


def _roots(entries: Mapping[str, _Entry], manifest: bytes | None) -> dict[str, list[str]]:
    """The direct dependencies by group, of the project and of its workspaces."""
    roots: dict[str, list[str]] = {}
    for key, entry in entries.items():
        if _FOLDER not in key:
            for group, field in _GROUPS.items():
                wanted = getattr(entry, _snake(field))
                roots.setdefault(group, []).extend(_found(key, wanted, entries))
    if any(roots.values()) or manifest:
        return {group: found for group, found in roots.items() if found}
    asked = {o for key, entry in entries.items() for o in _edges(key, entry, entries)}
    return {MAIN: [key for key in entries if key and key not in asked]}


def _snake(field: str) -> str:
    return field.replace("Dependencies", "_dependencies")


def _edges(key: str, entry: _Entry, entries: Mapping[str, _Entry]) -> Iterator[str]:
    for wanted in (entry.dependencies, entry.optional_dependencies, entry.peer_dependencies):
        yield from _found(key, wanted, entries)


def _found(key: str, wanted: Iterable[str], entries: Mapping[str, _Entry]) -> list[str]:
    """Where Node finds each name from a folder: in its own node_modules, then further up."""
    return [place for name in wanted for place in [_place(key, name, entries)] if place is not None]


def _place(key: str, name: str, entries: Mapping[str, _Entry]) -> str | None:
    folder = key
    while True:
        place = f"{folder}/{_FOLDER}{name}" if folder else f"{_FOLDER}{name}"
        if place in entries:
            return place
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _package(key: str, entry: _Entry, line: int) -> Package:
    package = Package(
        name=entry.name or key.rpartition(_FOLDER)[2],
        version=entry.version,
        ecosystem=Ecosystem.NPM,
        hashes=tuple(sorted(_hashes(entry.integrity))),
        line=line,
        gap=_gap(entry.resolved if isinstance(entry.resolved, str) else ""),
    )
    return checked(package)


def _gap(resolved: str) -> str:
    """A registry serves NAME/-/NAME-VERSION.tgz; anything else is not what advisories speak of."""
    if not resolved or (resolved.startswith("http") and "/-/" in resolved):
        return ""
    word = "git" if resolved.startswith(("git", "github:")) else resolved.partition(":")[0][:20]
    return f"comes from a {word} source: advisories name none"


def _hashes(integrity: str) -> Iterator[str]:
    """Subresource Integrity (base64) as ALGORITHM:HEX."""
    for part in integrity.split():
        algorithm, _, digest = part.partition("-")
        try:
            yield f"{algorithm}:{base64.b64decode(digest.partition('?')[0], validate=True).hex()}"
        except (binascii.Error, ValueError):
            continue


def _lines(data: bytes) -> dict[str, int]:
    """Where each package starts, in a file that is formatted as npm formats it."""
    found: dict[str, int] = {}
    for number, line in enumerate(text_of(data).splitlines(), start=1):
        match = _KEY.match(line)
        if match:
            found.setdefault(match[1], number)
    return found
