"""Copies the report files of a tool that ran before us into the evidence of this run.

A report of the judged tree is read as the snapshot holds it; one named by its absolute path as it
is there now. When it was written nobody can know: its digest says which it was.
"""

import shutil
import stat
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Reason, ToolReport
from gates.probes import _common

LARGEST = 64 * 2**20  # bytes of all reports of one tool together
MOST = 500  # files


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the absolute tree, and pairs of a report and the name of its copy."""

    tree: str
    copies: tuple[tuple[str, str], ...]


def measure(given: dict[str, Any]) -> ToolReport:
    """Copy every report into the current folder."""
    task = msgspec.convert(given, Given)
    if len(task.copies) > MOST:
        raise _common.ProbeError(f"{len(task.copies)} report files, at most {MOST} are read")
    sources = [(_source(Path(task.tree), name), copy) for name, copy in task.copies]
    size = sum(source.stat().st_size for source, _ in sources)
    if size > LARGEST:
        detail = f"the reports have {size} bytes together, at most {LARGEST} are read"
        raise _common.ProbeError(detail, Reason.OUTPUT_TOO_LARGE)
    for source, copy in sources:
        shutil.copyfile(source, copy)
    return ToolReport(tool="reports", examined=len(sources), examined_unit="reports")


def _source(tree: Path, name: str) -> Path:
    """The file to copy. Raises ProbeError if there is none, or it leads out of the target."""
    path = Path(name) if name.startswith("/") else _common.inside(tree, name)
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise _common.ProbeError(f"{name}: {error.strerror}", Reason.NO_RESULT) from error
    if not regular:  # to open a pipe would wait for a writer
        raise _common.ProbeError(f"{name} is no file", Reason.NO_RESULT)
    return path


if __name__ == "__main__":
    _common.run(measure)
