"""A snapshot of OSV advisories, a folder or a zip of records: what it holds and what it answers.

Nothing is unpacked. In the layout of the PyPA database (`vulns/PACKAGE/ID.yaml`) only the records
of packages that are asked for are parsed; any other layout is parsed whole.
"""

import datetime
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from gates.shell import json_strict, yaml_strict

FULL_EXPORT = 1_000  # records: fewer than this are never a full export of an ecosystem
MAX_RECORDS = 500_000
MAX_RECORD_BYTES = 4 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30
SUFFIXES = (".json", ".yaml", ".yml")
_MODIFIED = re.compile(rb"^\s*[\"']?modified[\"']?\s*:\s*[\"']?(\d{4}-\d\d-\d\d)", re.MULTILINE)
_INLINE = re.compile(rb"[{,]\s*\"modified\"\s*:\s*\"(\d{4}-\d\d-\d\d)")

Record = dict[str, Any]


class SnapshotError(Exception):
    """The snapshot cannot be used; the text names it and says what is wrong."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot is. `newest` is the date of the last change in it, RFC 3339 or ""."""

    records: int
    packages: int
    newest: str


class Snapshot:
    """An opened snapshot: what the records are, by package."""

    def __init__(self, path: Path) -> None:
        """Read names, dates and, where the names do not tell packages, records.

        Raises SnapshotError.
        """
        self._path = path
        self._raw: dict[str, list[tuple[str, bytes]]] = {}
        self._parsed: dict[str, list[Record]] = {}
        newest = ""
        count = 0
        for name, data in _files(path):
            count += 1
            newest = max(newest, _modified(data))
            self._add(name, data)
        if not count:
            raise SnapshotError(f"{path}: no OSV records (*.json, *.yaml) in it")
        packages = len(self._raw.keys() | self._parsed.keys())
        self.facts = Facts(records=count, packages=packages, newest=newest)

    def query(self, name: str, version: str) -> tuple[Record, ...]:
        """Return the records that affect a version of a PyPI package, as POST /v1/query does.

        Withdrawn records are left out. Raises SnapshotError for an unreadable record.
        """
        package = canonicalize_name(name)
        for member, data in self._raw.pop(package, ()):
            self._index(member, data)
        return tuple(
            _plain(record)
            for record in self._parsed.get(package, ())
            if not record.get("withdrawn") and _affects(record, package, version)
        )

    def _add(self, name: str, data: bytes) -> None:
        folders = PurePosixPath(name).parts
        if len(folders) >= 3 and folders[-3] == "vulns":
            self._raw.setdefault(canonicalize_name(folders[-2]), []).append((name, data))
        else:
            self._index(name, data)

    def _index(self, name: str, data: bytes) -> None:
        record = _record(data, f"{self._path}: {name}")
        for package in {_name(part) for part in _affected(record)}:
            self._parsed.setdefault(package, []).append(record)


def is_full(facts: Facts, *, partial: bool, exported: str) -> bool:
    """Whether a snapshot counts as a full dated export.

    The one rule: nobody calls it partial, it has FULL_EXPORT records or more, and its date is
    known from the target file or from its records.
    """
    return not partial and facts.records >= FULL_EXPORT and bool(exported or facts.newest)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    found = _zipped(path) if path.is_file() else _in_folder(path)
    for number, (name, data) in enumerate(found, start=1):
        total += len(data)
        if number > MAX_RECORDS or total > MAX_TOTAL_BYTES:
            limit = f"{MAX_RECORDS} records and {MAX_TOTAL_BYTES} bytes"
            raise SnapshotError(f"{path}: more than the allowed {limit}")
        yield name, data


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    if not path.is_dir():
        raise SnapshotError(f"{path}: no such folder or zip; name an OSV export")
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if name.endswith(SUFFIXES) and not file.is_symlink():
                yield file.relative_to(path.parent).as_posix(), _bounded(file)


def _bounded(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_RECORD_BYTES + 1)
    except OSError as error:
        raise SnapshotError(f"{file}: {error.strerror or error}") from None
    return _checked(data, str(file))


def _zipped(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename.endswith(SUFFIXES) and not info.is_dir():
                    with archive.open(info) as stream:
                        data = stream.read(MAX_RECORD_BYTES + 1)
                    yield info.filename, _checked(data, f"{path}: {info.filename}")
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise SnapshotError(f"{path}: not a readable zip: {error}") from None


def _checked(data: bytes, name: str) -> bytes:
    if len(data) > MAX_RECORD_BYTES:
        raise SnapshotError(f"{name}: a record of more than {MAX_RECORD_BYTES} bytes")
    return data


def _modified(data: bytes) -> str:
    """The date of the last change, without parsing: the newest of thousands is wanted."""
    match = _MODIFIED.search(data) or _INLINE.search(data)
    if not match:
        return ""
    text = match[1].decode()
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _record(data: bytes, name: str) -> Record:
    try:
        text = data.decode("utf-8-sig")
        decode = yaml_strict.decode if not text.lstrip().startswith("{") else json_strict.decode
        value = decode(text)
    except (UnicodeDecodeError, yaml_strict.YamlError, json_strict.JsonError) as error:
        raise SnapshotError(f"{name}: {error}") from None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise SnapshotError(f"{name}: schema: not an OSV record (an object with an id)")
    return value


def _affected(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a record about packages of PyPI."""
    parts = record.get("affected")
    for part in parts if isinstance(parts, list) else ():
        package = part.get("package") if isinstance(part, dict) else None
        if isinstance(package, dict) and package.get("ecosystem") == "PyPI":
            yield part


def _name(part: Mapping[str, Any]) -> str:
    return canonicalize_name(str(part["package"].get("name", "")))


def _affects(record: Record, package: str, version: str) -> bool:
    parts = [part for part in _affected(record) if _name(part) == package]
    return any(_listed(part, version) or _in_ranges(part, version) for part in parts)


def _listed(part: Mapping[str, Any], version: str) -> bool:
    wanted = _version(version)
    listed = part.get("versions") or ()
    return any(
        str(item) == version or (wanted is not None and _version(str(item)) == wanted)
        for item in listed
    )


def _in_ranges(part: Mapping[str, Any], version: str) -> bool:
    wanted = _version(version)
    ranges = part.get("ranges") or ()
    return wanted is not None and any(
        _in_range(item.get("events") or (), wanted)
        for item in ranges
        if isinstance(item, dict) and item.get("type") in ("ECOSYSTEM", "SEMVER")
    )


def _in_range(events: Iterable[Mapping[str, Any]], wanted: Version) -> bool:
    """The evaluation algorithm of the OSV schema over sorted events."""
    affected = False
    for at, kind in sorted(_events(events), key=lambda event: (event[0], event[1])):
        match kind:
            case "introduced" if wanted >= at:
                affected = True
            case "fixed" | "limit" if wanted >= at:
                affected = False
            case "last_affected" if wanted > at:
                affected = False
            case _:
                continue
    return affected


def _events(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Version, str]]:
    for event in events:
        for kind, text in event.items():
            at = _version("0.dev0" if str(text) == "0" else str(text))
            if at is not None:
                yield at, kind


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _plain(record: Record) -> Record:
    """The record as pip-audit can read it: canonical names, versions that it can parse."""
    parts = [
        {
            **part,
            "package": {**part["package"], "name": _name(part)},
            "ranges": [_plain_range(item) for item in part.get("ranges") or ()],
        }
        for part in _affected(record)
    ]
    return {**record, "affected": parts}


def _plain_range(item: Mapping[str, Any]) -> dict[str, Any]:
    events = [
        event
        for event in item.get("events") or ()
        if "fixed" not in event or _version(str(event["fixed"])) is not None
    ]
    return {**item, "events": events}
