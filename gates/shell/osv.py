"""A snapshot of OSV advisories, a folder or a zip of records: what it holds and what it answers.

Nothing is unpacked. In the layout of the PyPA database (`vulns/PACKAGE/ID.yaml`) only the records
of packages that are asked for are parsed; in any other layout, where the caller says which packages
it wants, those that name one of them. A list of what is known to be exploited may lie beside them.
"""

import datetime
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from gates.shell import json_strict, known_exploited, osv_affected, yaml_strict
from gates.shell.osv_affected import PYPI, Key, Record

FULL_EXPORT = 1_000  # records: fewer than this are never a full export of an ecosystem
MAX_RECORDS = 500_000
MAX_RECORD_BYTES = 4 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30
SUFFIXES = (".json", ".yaml", ".yml", *known_exploited.FILES)
_MODIFIED = re.compile(rb"^\s*[\"']?modified[\"']?\s*:\s*[\"']?(\d{4}-\d\d-\d\d)", re.MULTILINE)
_INLINE = re.compile(rb"[{,]\s*\"modified\"\s*:\s*\"(\d{4}-\d\d-\d\d)")

Wanted = frozenset[Key]


class SnapshotError(Exception):
    """The snapshot cannot be used; the text names it and says what is wrong."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds of one ecosystem. `newest` is the last change in it, RFC 3339 or ""."""

    records: int
    packages: int
    newest: str


class Snapshot:
    """An opened snapshot: what the records are, by package."""

    def __init__(self, path: Path, wanted: Wanted | None = None) -> None:
        """Read names, dates and the records; of `wanted` packages only, where that is given.

        Raises SnapshotError.
        """
        self._path = path
        self._wanted = wanted
        self._raw: dict[str, list[tuple[str, bytes]]] = {}
        self._parsed: dict[Key, list[Record]] = {}
        self._records: Counter[str] = Counter()
        self._packages: set[Key] = set()
        self._newest = ""
        exploited: set[str] = set()
        count = 0
        for name, data in _files(path):
            if name.rpartition("/")[2] in known_exploited.FILES:
                exploited |= self._list(name, data)
                continue
            count += 1
            self._newest = max(self._newest, _modified(data))
            self._add(name, data)
        if not count:
            raise SnapshotError(f"{path}: no OSV records (*.json, *.yaml) in it")
        self.exploited = frozenset(exploited)

    def facts(self, ecosystem: str = PYPI) -> Facts:
        """What it holds of one ecosystem."""
        packages = sum(kind == ecosystem for kind, _ in self._packages)
        return Facts(records=self._records[ecosystem], packages=packages, newest=self._newest)

    def query(self, name: str, version: str, ecosystem: str = PYPI) -> tuple[Record, ...]:
        """Return the records that affect a version of a package, as POST /v1/query does.

        Withdrawn records are left out. Raises SnapshotError for an unreadable record.
        """
        key = (ecosystem, osv_affected.canonical(name, ecosystem))
        for member, data in self._raw.pop(key[1], ()) if ecosystem == PYPI else ():
            self._index(member, data)
        return tuple(
            osv_affected.plain(record) if ecosystem == PYPI else record
            for record in self._parsed.get(key, ())
            if not record.get("withdrawn") and osv_affected.affects(record, *key, version)
        )

    def _add(self, name: str, data: bytes) -> None:
        folders = name.split("/")
        if len(folders) >= 3 and folders[-3] == "vulns":
            package = canonicalize_name(folders[-2])
            self._count({(PYPI, package)})
            self._raw.setdefault(package, []).append((name, data))
            return
        keys = osv_affected.mentioned(data) if self._wanted is not None else None
        if keys is None or keys & (self._wanted or frozenset()):
            self._count(self._index(name, data))
        else:
            self._count(keys)

    def _count(self, keys: AbstractSet[Key]) -> None:
        self._records.update({ecosystem for ecosystem, _ in keys})
        self._packages |= keys

    def _index(self, name: str, data: bytes) -> AbstractSet[Key]:
        record = _record(data, f"{self._path}: {name}")
        keys = osv_affected.keys(record)
        for key in keys:
            self._parsed.setdefault(key, []).append(record)
        return keys

    def _list(self, name: str, data: bytes) -> frozenset[str]:
        try:
            return known_exploited.read(data)
        except ValueError as error:
            raise SnapshotError(f"{self._path}: {name}: {error}") from None


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
