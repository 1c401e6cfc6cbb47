"""Unpacks archives that others made: zip, tar and tar.gz. Nothing is written outside of a folder.

An archive with one bad entry is refused whole, whatever was written of it into the folder by then.
Sizes are counted as they come out: what an archive says of itself is not believed.
"""

import gzip
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, cast

import msgspec

from gates.core import safe_names

Wanted = Callable[[str], bool]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive may be: bytes of it and of all that comes out, entries, and growth.

    `ratio` is how many times larger its content may be than itself, looked at from `free` bytes on.
    """

    archive: int = 512 * 2**20
    total: int = 2**30
    entries: int = 20_000
    ratio: int = 100
    free: int = 16 * 2**20


class ArchiveRefused(Exception):
    """An archive is not unpacked; the text says why."""


LIMITS = Limits()
_BLOCK = 2**16
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE = 22
_ENTRY_SIZE = 46 + safe_names.LONGEST + 512  # of a zip's directory
_HEADER = 2**20
KINDS = {stat.S_IFLNK: "a link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
KINDS |= {stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
TYPES = {tarfile.SYMTYPE: "a link", tarfile.LNKTYPE: "a hard link", tarfile.FIFOTYPE: "a pipe"}
TYPES |= {tarfile.CHRTYPE: "a device", tarfile.BLKTYPE: "a device"}
TYPES |= {tarfile.GNUTYPE_SPARSE: "sparse"}
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack(archive: Path, folder: Path, wanted: Wanted, limits: Limits = LIMITS) -> None:
    """Write the wanted files of an archive into a folder, which is made. Raises ArchiveRefused."""
    try:
        size = archive.stat().st_size
        if size > limits.archive:
            raise ArchiveRefused(f"it is larger than {limits.archive} bytes")
        with open(archive, "rb") as file:
            head = file.read(512)
            file.seek(0)
            budget = Budget(size, limits)
            folder.mkdir(parents=True)
            write(head, file, folder, wanted, budget)
    except ArchiveRefused:
        raise
    except UnicodeDecodeError:
        raise ArchiveRefused("a name in it is not UTF-8") from None
    except OSError as error:
        raise ArchiveRefused(f"it cannot be unpacked: {error.strerror or error}") from None
    except Exception as error:  # noqa: BLE001  whatever the library makes of a damaged archive
        raise ArchiveRefused(f"it is damaged: {type(error).__name__}: {error}") from None


class Budget:
    """Counts what comes out of an archive. Raises ArchiveRefused."""

    def __init__(self, size: int, limits: Limits) -> None:
        self._size = max(size, 1)
        self._limits = limits
        self._bytes = 0
        self._names: set[str] = set()

    def spend(self, count: int) -> None:
        """So many bytes more come out."""
        self._bytes += count
        limits = self._limits
        if self._bytes > limits.total:
            raise ArchiveRefused(f"more than {limits.total} bytes come out of it")
        if self._bytes > limits.free and self._bytes > limits.ratio * self._size:
            raise ArchiveRefused(f"more than {limits.ratio} times its size comes out of it")

    def name(self, told: str) -> str:
        """The name of one entry more; refuses one that cannot be trusted, and one that was there.

        `tar -C FOLDER .` begins all of them with `./`, and has the folder itself as `.`.
        """
        name = told.removeprefix("./").removesuffix("/")
        if told in (".", "./"):
            return ""
        if why := safe_names.flaw(name):
            raise ArchiveRefused(f"its entry {name[:200]!a}: {why}")
        if name in self._names:
            raise ArchiveRefused(f"its entry {name[:200]!a} occurs more than once")
        self._names.add(name)
        if len(self._names) > self._limits.entries:
            raise ArchiveRefused(f"it has more than {self._limits.entries} entries")
        return name


def write(head: bytes, file: IO[bytes], folder: Path, wanted: Wanted, budget: Budget) -> None:
    """Unpack by what the first bytes say it is."""
    if head.startswith((b"PK\x03\x04", _END)):
        write_zip(file, folder, wanted, budget)
    elif head.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=file) as plain:
            write_tar(Counted(plain, budget), folder, wanted, budget)
    elif head[257:262] == b"ustar":
        write_tar(Counted(file, budget), folder, wanted, budget)
    else:
        raise ArchiveRefused("it is neither a folder nor a zip, tar or tar.gz archive")


class Counted:
    """A stream whose bytes are counted as they are read."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self.patience: int | None = None  # bytes that may come before the next entry

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes. Raises ArchiveRefused."""
        data = self._stream.read(min(size, _BLOCK) if size >= 0 else _BLOCK)
        self._budget.spend(len(data))
        if self.patience is not None:
            self.patience -= len(data)
            if self.patience < 0:
                raise ArchiveRefused(f"an entry of it has more than {_HEADER} bytes of headers")
        return data


def write_zip(file: IO[bytes], folder: Path, wanted: Wanted, budget: Budget) -> None:
    """Unpack a zip, when all of its entries have been looked at."""
    refuse_large_directory(file)
    with zipfile.ZipFile(file) as archive:
        entries = [(budget.name(entry.orig_filename), entry) for entry in archive.infolist()]
        for _, entry in entries:
            refuse_entry(entry)
        for name, entry in entries:
            with archive.open(entry) as stream:
                keep = not entry.is_dir() and wanted(name)
                store(counted(stream, budget), folder / name if keep else None)


def refuse_large_directory(file: IO[bytes]) -> None:
    """Refuse a zip whose list of entries alone would fill the memory. Raises ArchiveRefused."""
    size = file.seek(0, 2)
    start = file.seek(max(0, size - _END_SIZE - 2**16))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or start + at + _END_SIZE > size:
        raise ArchiveRefused("it is damaged: its list of entries is missing")
    length = struct.unpack("<L", tail[at + 12 : at + 16])[0]
    if _END_64 in tail[max(0, at - 20) : at] or length > LIMITS.entries * _ENTRY_SIZE:
        raise ArchiveRefused(f"it has more than {LIMITS.entries} entries, or is a zip64")


def refuse_entry(entry: zipfile.ZipInfo) -> None:
    """Refuse what is no plain file or folder, or cannot be read. Raises ArchiveRefused."""
    named = f"its entry {entry.filename[:200]!a}"
    if entry.flag_bits & 0x1:
        raise ArchiveRefused(f"{named} is encrypted")
    if not entry.flag_bits & 0x800 and not entry.orig_filename.isascii():
        raise ArchiveRefused(f"{named}: its name is not UTF-8")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveRefused(f"{named} is {KINDS.get(kind, 'no regular file')}")
    if entry.compress_type not in _READABLE:
        raise ArchiveRefused(f"{named} is compressed in a way that is not read here")


def counted(stream: IO[bytes], budget: Budget) -> Iterator[bytes]:
    """The blocks of a stream. Raises ArchiveRefused."""
    while block := stream.read(_BLOCK):
        budget.spend(len(block))
        yield block


def write_tar(stream: Counted, folder: Path, wanted: Wanted, budget: Budget) -> None:
    """Unpack a tar in one go; what was written before a bad entry stays in the folder."""
    stream.patience = _HEADER
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|", encoding="utf-8") as archive:
        while (entry := archive.next()) is not None:
            name = budget.name(entry.name)
            if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE):
                kind = TYPES.get(entry.type, "no regular file")
                raise ArchiveRefused(f"its entry {entry.name[:200]!a} is {kind}")
            if entry.issparse():
                raise ArchiveRefused(f"its entry {entry.name[:200]!a} is sparse")
            stream.patience = None
            if entry.isreg() and (content := archive.extractfile(entry)) is not None:
                blocks = iter(partial(content.read, _BLOCK), b"")
                store(blocks, folder / name if wanted(name) else None)
            stream.patience = _HEADER


def store(blocks: Iterator[bytes], path: Path | None) -> None:
    """Write a new file, or only read what is not wanted."""
    if path is None:
        for _ in blocks:
            continue
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as file:
        for block in blocks:
            file.write(block)
