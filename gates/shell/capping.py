"""Keeps output files small in place: their head, a marker and their tail.

Standard library only: the supervisor imports it where nothing else is installed.
"""

import os
from collections.abc import Iterable

KEPT_BYTES = 2**20  # of a file that grew too large: at most this much of its head and of its tail


def size(path: str) -> int:
    """Bytes of a file, 0 if it cannot be looked at."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def cut(path: str, max_bytes: int) -> bool:
    """Leaves head and tail of a file that holds more than `max_bytes`; True if it did.

    A program that appends to the file goes on behind the tail; what it writes during the cut, a
    matter of milliseconds, may be lost.
    """
    try:
        with open(path, "r+b") as file:
            length = file.seek(0, os.SEEK_END)
            if length <= max_bytes:
                return False
            kept = min(KEPT_BYTES, max_bytes // 4)
            file.seek(length - kept)
            tail = file.read(kept)
            file.seek(kept)
            marker = f"\n[gatescore: {length - 2 * kept} bytes left out here]\n".encode()
            file.write(marker + tail)
            file.truncate()
    except OSError:
        return False
    return True


def cut_all(paths: Iterable[str], max_bytes: int) -> bool:
    """Cuts every file that is too large; True if there was one."""
    return sum(cut(path, max_bytes) for path in paths) > 0
