"""Takes over the result of a gate whose every input has the same content as in an earlier run.

Content decides, never times or sizes. Off in release runs, and for gates whose policy does not
say that their result depends on content alone.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

import gates
from gates.core.excuses import LOOKED
from gates.core.model import GateReport, GateResult
from gates.core.plan import Plan
from gates.runner.session import Session
from gates.shell import store

FOLDER = "results"
LONGEST = timedelta(days=7)  # after which a result is measured again all the same
MOST = 500  # entries that are kept


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One kept result: what it was made of (`key`), when, and the gate's report."""

    key: str
    measured_at: datetime
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
    return {
        gate.id: hashlib.sha256(f"{given[gate.id]} {session.surroundings}".encode()).hexdigest()
        for gate in plan.gates
        if gate.policy.reuse and not gate.skipped
    }


def surroundings(session: Session) -> str:
    """Digest of what else decides: our own code and presets, the interpreter, the base revision."""
    digest = hashlib.sha256(f"{sys.version} {session.base}\0".encode())
    for folder in (Path(gates.__file__).parent, session.presets):
        for file in sorted(code_of(folder)):
            digest.update(f"{file.relative_to(folder)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def code_of(folder: Path) -> Iterable[Path]:
    """Every file of ours below a folder that is not made by running it."""
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (Path(path, name) for name in names)


def find(cache: Path, wanted: Mapping[str, str], now: datetime) -> dict[str, Taken]:
    """Results that still hold, by gate. What cannot be read was never kept."""
    found = {}
    for gate, key in wanted.items():
        try:
            entry = store.read_json(cache / FOLDER / f"{key}.json", Entry)
        except store.StorageError:
            continue
        age = now - entry.measured_at
        if entry.key == key and timedelta() <= age <= LONGEST:
            report = msgspec.structs.replace(entry.report, reused=True)
            found[gate] = Taken(report, round(age.total_seconds(), 3))
    return found


def keep(cache: Path, key: str, report: GateReport, result: GateResult, now: datetime) -> None:
    """Keep a result for later runs, if it is a verdict on what was looked at.

    A cache that cannot be written costs time, nothing else.
    """
    if result.status not in LOOKED or report.failure or report.reused:
        return
    with contextlib.suppress(store.StorageError, OSError):
        folder = cache / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        entry = Entry(key=key, measured_at=now, report=report)
        store.write_atomic(folder / f"{key}.json", msgspec.json.encode(entry))
        prune(folder)


def prune(folder: Path) -> None:
    """Remove the oldest entries beyond the number that is kept."""
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in files[: max(0, len(files) - MOST)]:
        file.unlink(missing_ok=True)
