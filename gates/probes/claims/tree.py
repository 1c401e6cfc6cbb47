"""The one door to the files of a tree: nothing outside, no link out of it, regular files alone."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import PurePosixPath

from gates.core.claims.commands import outside

MOST_BYTES = 16 * 2**20  # of one file
MOST_DIGESTED = 256 * 2**20  # of a larger one, the size alone stands for the content
MOST_ENTRIES = 50_000  # of one walk


class Blocked(Exception):
    """A path may not be looked at; the text says why."""


class Absent(Exception):
    """There is no such file, or it is none that can be read; the text says what is there."""


class TooLarge(Exception):
    """There is more than we look at; the text says how much."""


UNREADABLE = (Absent, Blocked, TooLarge)


class Tree:
    """A folder that is looked into by names relative to it."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root)
        self._real: dict[str, str] = {}  # a name costs a look at each folder above it

    def real(self, name: str) -> str:
        """The path below the root that a name leads to, links followed. Raises Blocked."""
        known = self._real.get(name)
        if known is None:
            known = self._real[name] = self._followed(name)
        return known

    def _followed(self, name: str) -> str:
        if problem := outside(name):
            raise Blocked(f'"{name}" {problem}')
        path = os.path.realpath(os.path.join(self._root, name))
        if path != self._root and not path.startswith(self._root + os.sep):
            raise Blocked(f'"{name}" is a link that leads out of the target')
        return os.path.relpath(path, self._root)

    def kind(self, name: str) -> str:
        """`f` for a file, `d` for a folder, `o` for others, "" for nothing. Raises Blocked."""
        mode = self._mode(name)
        if not mode:
            return ""
        return "f" if stat.S_ISREG(mode) else "d" if stat.S_ISDIR(mode) else "o"

    def size(self, name: str) -> int:
        """The bytes of a file. Raises Blocked, Absent."""
        opened = self._open(name)
        try:
            return os.fstat(opened).st_size
        finally:
            os.close(opened)

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """The content of a regular file. Raises UNREADABLE."""
        with os.fdopen(self._open(name), "rb") as stream:
            content = stream.read(most + 1)
        if len(content) > most:
            raise TooLarge(f'"{name}" has more than {most} bytes')
        return content

    def digest(self, name: str) -> bytes:
        """What stands for the content of a file of any size. Raises Blocked, Absent."""
        with os.fdopen(self._open(name), "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            whole = size <= MOST_DIGESTED
            digest = hashlib.file_digest(stream, "sha256").digest() if whole else b""
        return size.to_bytes(8, "big") + digest

    def text(self, name: str) -> str:
        """The content as text. Raises UNREADABLE."""
        return self.read(name).decode("utf-8-sig", "replace")

    def walk(self, name: str, most: int = MOST_ENTRIES) -> Iterator[tuple[str, str]]:
        """Yield (path, kind) of what is below a folder, no links. Raises Blocked, TooLarge."""
        start = os.path.join(self._root, self.real(name))
        count = 0
        for folder, folders, files in os.walk(start, followlinks=False):
            folders.sort()
            where = os.path.relpath(folder, self._root)
            prefix = "" if where == os.curdir else f"{where}/"
            for entry, kind in (*((f, "d") for f in folders), *((f, "f") for f in sorted(files))):
                count += 1
                if count > most:
                    raise TooLarge(f'"{name}" holds more than {most} files')
                if not os.path.islink(os.path.join(folder, entry)):
                    yield f"{prefix}{entry}", kind

    def _mode(self, name: str) -> int:
        try:
            mode = os.lstat(os.path.join(self._root, self.real(name))).st_mode
        except (OSError, ValueError):
            return 0
        return 0 if stat.S_ISLNK(mode) else mode  # of a link that leads round, nothing is left

    def _open(self, name: str) -> int:
        """A descriptor of a regular file; no step of the way is a link any more."""
        parts = PurePosixPath(self.real(name)).parts
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                step = os.open(part, flags | os.O_DIRECTORY, dir_fd=folder)
                os.close(folder)
                folder = step
            last = parts[-1] if parts else "."
            if not stat.S_ISREG(os.stat(last, dir_fd=folder, follow_symlinks=False).st_mode):
                raise Absent(f'"{name}" is no regular file')  # a device is not even opened
            opened = os.open(last, flags, dir_fd=folder)
        except (OSError, ValueError) as error:
            raise Absent(f'"{name}" cannot be read: {getattr(error, "strerror", error)}') from None
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise Absent(f'"{name}" is no regular file')
        return opened
