"""Runs a tool on the files that have changed, and takes over what it said of the others.

For tools that look at files one by one: their report is the sum of their files' findings, so that
each file's share can be kept under the digest of everything that it depends on.
"""

import contextlib
import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gates.core.model import Finding, Measurement, ToolReport
from gates.core.plan import PlannedGate
from gates.core.target import Target
from gates.core.tool import Metric, Options
from gates.runner.session import Session
from gates.shell import store

FOLDER = "files"


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool said of each file of a target in an earlier run, by the file's key."""

    files: dict[str, tuple[Finding, ...]] = {}


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a tool: what is known of some, and the keys of those to be looked at."""

    known: dict[str, tuple[Finding, ...]]
    changed: dict[str, str]
    keys: dict[str, str]


def split(
    files: Iterable[str], digests: Mapping[str, str], surroundings: str, shelf: Shelf
) -> Split:
    """Tell the files apart by content, path and surroundings."""
    keys = {name: key(name, digests[name], surroundings) for name in files}
    known = {name: shelf.files[one] for name, one in keys.items() if one in shelf.files}
    changed = {name: one for name, one in keys.items() if name not in known}
    return Split(known=known, changed=changed, keys=keys)


def key(name: str, content: str, surroundings: str) -> str:
    """Digest of a file's path and content, and of everything else that decides its findings."""
    text = f"{surroundings}\0{name}\0{content}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def shelf_of(session: Session, gate: PlannedGate, tool: str) -> Path:
    """Where the shelf of one tool of a gate is."""
    return session.cache / FOLDER / f"{session.target.name}-{gate.id}-{tool}.json"


def surroundings_of(session: Session, gate: PlannedGate, version: str) -> str:
    """Everything but the files that decides what a tool says of them."""
    parts = msgspec.json.encode([session.target, gate.settings, version], order="sorted")
    return hashlib.sha256(session.surroundings.encode() + parts).hexdigest()


def read(file: Path) -> Shelf:
    """The shelf of an earlier run; empty where there is none that can be read."""
    try:
        return store.read_json(file, Shelf)
    except store.StorageError:
        return Shelf()


def reduced(options: Options, target: Target, changed: Iterable[str], folder: Path) -> Options:
    """The options of a run on these files alone, in a tree that holds nothing else."""
    files = tuple(sorted(changed))
    tree = Path(options.tree)
    folder.mkdir(parents=True)
    for place in (*(target.code.paths if target.code else ()), *files):
        source, copy = tree / place, folder / place
        if source.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        elif place in files:
            copy.parent.mkdir(parents=True, exist_ok=True)
            linked(source, copy)
    return msgspec.structs.replace(options, tree=str(folder), files=files)


def linked(source: Path, copy: Path) -> None:
    """The same file in a second place; a copy where links cannot be made."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)


def merged(
    name: str, fresh: ToolReport | None, parts: Split, metrics: Mapping[str, Metric]
) -> ToolReport:
    """One report of everything, as if the tool had looked at every file."""
    new = fresh.findings if fresh else ()
    findings = (*new, *(f for found in parts.known.values() for f in found))
    counts = {metric: sum(finding.metric == metric for finding in findings) for metric in metrics}
    note = f"{name}: {len(parts.known)} of {len(parts.keys)} files have not changed"
    return ToolReport(
        tool=fresh.tool if fresh else name,
        examined=len(parts.known) + (fresh.examined if fresh else 0),
        examined_unit="files",
        measurements={metric: Measurement(value=count) for metric, count in counts.items()},
        findings=tuple(sorted(findings, key=place)),
        notes=(*(fresh.notes if fresh else ()), *((note,) if parts.known else ())),
        version=fresh.version if fresh else "",
    )


def place(finding: Finding) -> tuple[str, int, str, str]:
    """Sort key: the order of a report does not tell what was taken over."""
    return (finding.path, finding.line, finding.rule, finding.message)


def keep(file: Path, report: ToolReport, parts: Split) -> None:
    """Put the shares of all files on the shelf; those of files that are gone leave it.

    Only of a complete report, and only where each finding belongs to one of the files.
    """
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_path[finding.path].append(finding)
    if report.incomplete or by_path.keys() - parts.keys.keys():
        return
    shares = {one: tuple(by_path[name]) for name, one in parts.keys.items()}
    with contextlib.suppress(store.StorageError, OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        store.write_atomic(file, msgspec.json.encode(Shelf(files=shares)))
