"""Writes the manifest of a shard, and reads shards that others made: folders and archives.

What was made elsewhere is hostile until its digests fit: no link is followed, nothing is read that
the manifest does not list.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from gates.core import safe_names
from gates.core.model import GateReport
from gates.core.shards import FILE, Manifest, Shard, Unread, gate_of
from gates.shell import archives, json_strict, store

MOST_FILES = 20_000
MOST_BYTES = 2**30
LARGEST_MANIFEST = 16 * 2**20
STAMP = "%Y-%m-%dT%H:%M:%SZ"
_BLOCK = 2**20
_GATE = re.compile(r"[a-z0-9][a-z0-9-]*")
_NEVER_ENDED = "it was cancelled or killed before its end, or is no shard"


class ShardRefused(Exception):
    """A shard cannot be used; the text says why."""


def digests(folder: Path) -> dict[str, str]:
    """The digest of each file below `results/` of a run's folder, by its path there.

    Hidden files are left out, as build servers leave them out, and so is what is no regular file.
    """
    found = {}
    for path, names, files in os.walk(folder / "results"):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for file in sorted(files):
            whole = Path(path, file)
            name = whole.relative_to(folder).as_posix()
            plain = not safe_names.flaw(name) and stat.S_ISREG(whole.lstat().st_mode)
            if plain and not file.startswith("."):
                found[name] = digest_of(folder, name)
    return found


def read_all(places: tuple[str, ...], scratch: Path) -> tuple[list[Shard], list[Unread]]:
    """Every shard that can be read; archives are unpacked below `scratch`."""
    shards: list[Shard] = []
    unread: list[Unread] = []
    for number, place in enumerate(places):
        try:
            shards.append(read(place, scratch / f"{number}"))
        except (ShardRefused, archives.ArchiveRefused) as error:
            unread.append(Unread(place=place, why=str(error)))
    return shards, unread


def read(place: str, scratch: Path) -> Shard:
    """One shard: the folder of a run, or an archive of one. Raises ShardRefused, ArchiveRefused."""
    folder = unpacked(Path(place), scratch)
    manifest = manifest_of(folder)
    return Shard(
        place=place, folder=str(folder), manifest=manifest, reports=reports_of(folder, manifest)
    )


def unpacked(place: Path, scratch: Path) -> Path:
    """The folder that has the manifest. Raises ShardRefused, ArchiveRefused."""
    try:
        if place.is_dir():
            return place
        if not place.is_file():
            raise ShardRefused("no such file or folder")
    except (OSError, ValueError) as error:
        raise ShardRefused(str(error)) from None
    archives.unpack(place, scratch, wanted)
    inside = [entry for entry in scratch.iterdir() if (entry / FILE).is_file()]
    return inside[0] if len(inside) == 1 and not (scratch / FILE).exists() else scratch


def wanted(name: str) -> bool:
    """Whether a file of an archive is written to disk: the manifest and the results."""
    parts = name.split("/")
    return FILE in (name, "/".join(parts[1:])) or "results" in parts[:2]


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a shard. Raises ShardRefused."""
    if not (folder / FILE).exists():
        raise ShardRefused(f"it has no manifest ({FILE}): {_NEVER_ENDED}")
    data = b"".join(blocks(folder, FILE, LARGEST_MANIFEST))
    try:
        manifest = msgspec.convert(json_strict.decode(data.decode()), Manifest)
        datetime.strptime(manifest.run.started_at, STAMP)  # noqa: DTZ007
    except (json_strict.JsonError, msgspec.ValidationError, ValueError) as error:
        raise ShardRefused(f"its manifest {FILE} cannot be read: {error}") from None
    for name in manifest.files:
        if why := safe_names.flaw(name) or not_of_a_gate(name):
            raise ShardRefused(f"its manifest lists {name[:200]!a}: {why}")
    if len(manifest.files) > MOST_FILES:
        raise ShardRefused(f"its manifest lists more than {MOST_FILES} files")
    return manifest


def not_of_a_gate(name: str) -> str:
    """Why a file is none of a gate's results, "" if it is one."""
    return "" if _GATE.fullmatch(gate_of(name)) else "it is no file of a gate's results"


def reports_of(folder: Path, manifest: Manifest) -> dict[str, GateReport]:
    """The report of each gate, when every file has proved to be the one that is listed."""
    for name, digest in manifest.files.items():
        found = digest_of(folder, name)
        if found != digest:
            text = f"{name} is not the file of its manifest: {found}, listed as {digest[:100]}"
            raise ShardRefused(text)
    reports = {}
    for name in manifest.files:
        if name == f"results/{gate_of(name)}/report.json":
            reports[gate_of(name)] = report_of(folder, name)
    return reports


def report_of(folder: Path, name: str) -> GateReport:
    """One report. Raises ShardRefused."""
    try:
        report = store.read_json(folder / name, GateReport)
    except store.StorageError as error:
        raise ShardRefused(f"{name} cannot be read: {error}") from None
    if report.gate != gate_of(name):
        raise ShardRefused(f"{name} is the report of the gate {report.gate[:80]!a}")
    return report


def digest_of(folder: Path, name: str) -> str:
    """`sha256:…` of a file. Raises ShardRefused."""
    digest = hashlib.sha256()
    for block in blocks(folder, name, MOST_BYTES):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def copy(folder: Path, name: str, destination: Path) -> None:
    """Copy one file to a new one. Raises ShardRefused, StorageError."""
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with open(destination, "xb") as out:
            for block in blocks(folder, name, MOST_BYTES):
                out.write(block)
    except OSError as error:
        raise store.StorageError(destination, error.strerror or str(error)) from None


def blocks(folder: Path, name: str, most: int) -> Iterator[bytes]:
    """The content of a regular file that is reached through no link. Raises ShardRefused."""
    refuse_links(folder, name)
    try:
        opened = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise ShardRefused(f"{name} is no regular file")
            read = 0
            while block := file.read(_BLOCK):
                read += len(block)
                if read > most:
                    raise ShardRefused(f"{name} is larger than {most} bytes")
                yield block
    except OSError as error:
        raise ShardRefused(f"{name} cannot be read: {error.strerror}") from None


def refuse_links(folder: Path, name: str) -> None:
    """Refuse a file that is reached through a link, or is one. Raises ShardRefused."""
    path = folder
    for part in name.split("/"):
        path /= part
        if path.is_symlink():
            raise ShardRefused(f"{path.relative_to(folder)} is a link")
