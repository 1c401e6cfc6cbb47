"""Files that are either the old one or the new one, whole, whatever happens while they change."""

import contextlib
import errno
import os
import threading
from pathlib import Path
from typing import Protocol

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class StorageError(Exception):
    """The disk did not take or give a file. `detail` names path and cause.

    Where `full`, for a disk that takes nothing more, it also names the free bytes.
    """

    def __init__(self, path: Path, cause: str, *, full: bool = True) -> None:
        self.path = path
        self.detail = f"{path}: {cause}; {free_space(path)}" if full else f"{path}: {cause}"
        super().__init__(self.detail)


class Disk(Protocol):
    """The operations of the system that can fail under a write. All raise OSError."""

    def create(self, path: Path) -> int:
        """Open a new file for writing; the path must not exist."""

    def write(self, file: int, data: bytes) -> int:
        """Write some of the data; returns how many bytes."""

    def sync(self, file: int) -> None:
        """Wait until the file is on the disk."""

    def close(self, file: int) -> None:
        """Close the file."""

    def replace(self, source: Path, destination: Path) -> None:
        """Put a file into the place of another, in one step."""

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk."""

    def make_folder(self, path: Path) -> None:
        """Make one folder; its parent must exist, itself not."""


class SystemDisk:
    """The disk of this machine."""

    def create(self, path: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(path, flags, 0o644)

    def write(self, file: int, data: bytes) -> int:
        return os.write(file, data)

    def sync(self, file: int) -> None:
        os.fsync(file)

    def close(self, file: int) -> None:
        os.close(file)

    def replace(self, source: Path, destination: Path) -> None:
        os.replace(source, destination)

    def sync_folder(self, path: Path) -> None:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def make_folder(self, path: Path) -> None:
        path.mkdir()


DISK = SystemDisk()


def write_atomic(path: Path, data: bytes, *, disk: Disk = DISK) -> None:
    """Replace the file with `data`, or leave it as it was. Raises StorageError.

    The data is on the disk before the name points to it, and the name before we return. If only
    that last step fails there is no file at all.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}.tmp")
    try:
        scratch.unlink(missing_ok=True)  # of a killed process that had our numbers
        _fill(scratch, data, disk)
        disk.replace(scratch, path)
    except OSError as error:
        raise _failed(path, scratch, error) from None
    try:
        disk.sync_folder(path.parent)
    except OSError as error:  # a file that may not last must not be read as a result
        raise _failed(path, path, error) from None


def _failed(path: Path, remove: Path, error: OSError) -> StorageError:
    with contextlib.suppress(OSError):
        remove.unlink(missing_ok=True)
    return storage_error(path, error)


def storage_error(path: Path, error: OSError) -> StorageError:
    """What the system said of a file."""
    return StorageError(path, error.strerror or str(error), full=error.errno in _FULL)


def _fill(path: Path, data: bytes, disk: Disk) -> None:
    file = disk.create(path)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[disk.write(file, bytes(rest[: 2**20])) :]
        disk.sync(file)
    finally:
        disk.close(file)


def free_bytes(path: Path) -> int | None:
    """Bytes that we may still write where `path` is or would be; 0 without free inodes.

    None if the file system cannot say.
    """
    for folder in (path, *path.parents):
        with contextlib.suppress(OSError):
            state = os.statvfs(folder)
            no_inodes = state.f_files > 0 and state.f_favail == 0
            return 0 if no_inodes else state.f_bavail * state.f_frsize
    return None


def free_space(path: Path) -> str:
    """The free bytes in words."""
    free = free_bytes(path)
    return "free bytes unknown" if free is None else f"{free} bytes free"
