"""Takes over the result of a gate whose every input has the same content as in an earlier run.

Content decides, never times or sizes. Off in release runs, and for gates whose policy does not
say that their result depends on content alone.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

import gates
from gates import catalog
from gates.core.excuses import LOOKED
from gates.core.model import GateReport, GateResult
from gates.core.plan import Plan, PlannedGate
from gates.core.redact import Redactor
from gates.runner import kept
from gates.runner.session import Session

FOLDER = "results"
LONGEST = timedelta(days=4)  # with the age of a file's share (by_file) at most seven


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One kept result: what it was made of (`key`), when, and the gate's report."""

    key: str
    measured_at: Annotated[datetime, msgspec.Meta(tz=True)]
    report: GateReport


class Taken(msgspec.Struct, frozen=True):
    """A report that still holds, and its age in seconds."""

    report: GateReport
    age_s: float


def keys(plan: Plan, given: Mapping[str, str], session: Session) -> dict[str, str]:
    """A key for each gate that may be taken over; none where nothing is to be.

    `given` has the digest of each gate's policy, tools, target file and tree.
    """
    if not session.surroundings:
        return {}
    path, renamed = session.environ.get("PATH", ""), sorted(session.renamed.items())
    around = [session.surroundings, session.base, path, renamed]
    return {
        gate.id: hashlib.sha256(repr([given[gate.id], *around]).encode()).hexdigest()
        for gate in plan.gates
        if gate.policy.reuse and not gate.skipped and all_ours(gate)
    }


def all_ours(gate: PlannedGate) -> bool:
    """Whether we know the code of every adapter: what others bring may change without a sign."""
    return not gate.own and all(tool in catalog.BUILT_IN for tool in gate.tools)


def surroundings(presets: Path, code: Path = Path(gates.__file__).parent) -> str:
    """Digest of what else decides: our own code and presets, and the interpreter."""
    digest = hashlib.sha256(f"{sys.version}\0".encode())
    for folder in (code, presets):
        for file in sorted(code_of(folder)):
            digest.update(f"{file.removeprefix(str(folder))}\0".encode("utf-8", "replace"))
            with open(file, "rb") as opened:
                digest.update(hashlib.sha256(opened.read()).digest())
    return digest.hexdigest()


def code_of(folder: Path) -> Iterable[str]:
    """Every file of ours below a folder that is not made by running it."""
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(path, name) for name in names)


def find(cache: Path, gate: str, key: str, now: datetime, redactor: Redactor) -> Taken | None:
    """The result of a gate that still holds. What cannot be read was never kept."""
    entry = kept.read(cache / FOLDER / f"{key}.json", Entry, redactor)
    if entry is None or entry.key != key or entry.report.gate != gate:
        return None
    age = now - entry.measured_at
    if not timedelta() <= age <= LONGEST:
        return None
    report = msgspec.structs.replace(entry.report, reused=True)
    return Taken(report, round(age.total_seconds(), 3))


def keep(
    cache: Path,
    key: str,
    report: GateReport,
    result: GateResult,
    now: datetime,
    redactor: Redactor,
) -> None:
    """Keep a result for later runs, if it is a verdict on everything that was to be looked at."""
    failed = report.failure or report.not_run or report.reused
    if result.status not in LOOKED or failed or not kept.is_whole(report.reports):
        return
    entry = Entry(key=key, measured_at=now, report=report)
    kept.write(cache / FOLDER / f"{key}.json", entry, redactor)
