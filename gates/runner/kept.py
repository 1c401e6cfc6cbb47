"""Files of the cache: read only if they are whole and say nothing that is secret by now."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from gates.core.model import ToolReport
from gates.core.redact import Redactor
from gates.shell import store

MOST_FINDINGS = 10_000  # of one file: more are measured again rather than held a second time
MOST_BYTES = 8 * 2**20  # of one file
MOST_FILES = 500  # of one folder
MOST_IN_ALL = 256 * 2**20  # bytes of one folder
_T = TypeVar("_T")


def read(path: Path, kind: type[_T], redactor: Redactor) -> _T | None:
    """What was kept; None for what is not there, is damaged, or holds a secret of this run."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        data = path.read_bytes()
        value = msgspec.json.decode(data, type=kind)
    except (OSError, ValueError, RecursionError):  # msgspec's and Unicode's errors are ValueErrors
        return None
    return value if redactor.data(data) == data else None


def write(path: Path, value: msgspec.Struct, redactor: Redactor) -> None:
    """Keep a value, unless it holds a secret. A cache that takes nothing costs time alone."""
    data = msgspec.json.encode(value)
    if len(data) > MOST_BYTES or redactor.data(data) != data:
        return
    with contextlib.suppress(store.StorageError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        store.write_atomic(path, data)
        prune(path.parent)


def prune(folder: Path) -> None:
    """Remove the files that were written longest ago, beyond what is kept."""
    entries = [(file, file.stat()) for file in folder.glob("*.json")]
    size = 0
    newest_first = sorted(entries, key=lambda entry: -entry[1].st_mtime_ns)
    for number, (file, state) in enumerate(newest_first):
        size += state.st_size
        if number >= MOST_FILES or size > MOST_IN_ALL:
            file.unlink(missing_ok=True)


def is_whole(reports: Iterable[ToolReport]) -> bool:
    """Whether the tools saw everything, and found no more than is kept."""
    known = tuple(reports)
    few = sum(len(report.findings) for report in known) <= MOST_FINDINGS
    return few and bool(known) and not any(one.incomplete or one.pending for one in known)
