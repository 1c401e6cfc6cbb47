"""Runs a tool on the files that have changed, and takes over what it said of the others.

For tools that look at files one by one: their report is the sum of their files' findings, so that
each file's share can be kept under the digest of everything that it depends on. Wherever the sum
might not be what the tool says of all files at once, it is asked about all of them.
"""

import datetime
import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gates.core.model import Finding, Measurement, ToolReport
from gates.core.plan import PlannedGate
from gates.core.redact import Redactor
from gates.core.target import Target
from gates.core.tool import Metric, Options, Tool
from gates.runner import kept
from gates.runner.session import Session

FOLDER = "files"
LONGEST = datetime.timedelta(days=3)  # with the age of a gate's result (reuse) at most seven


class Share(msgspec.Struct, frozen=True):
    """What a tool said of one file, and the day of the run in which it did."""

    day: datetime.date
    findings: tuple[Finding, ...] = ()


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool said of each file of a target in an earlier run, by the file's key."""

    files: dict[str, Share] = {}


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a tool by name: the keys of all, what is known of some, and the others.

    `always` are files that the tool has to see every time. `gone`: the shelf has files that are
    no more, or that have changed.
    """

    keys: dict[str, str]
    known: dict[str, Share]
    changed: tuple[str, ...]
    always: tuple[str, ...] = ()
    gone: bool = False


def applies(tool: Tool, session: Session) -> bool:
    """Whether files may be taken over, and the tool says that it looks at them one by one."""
    return bool(session.surroundings) and hasattr(tool, "one_by_one")


def parted(
    tool: Tool, version: str, opts: Options, gate: PlannedGate, session: Session, shelf: Shelf
) -> Split:
    """Tell the files apart by content, path, path at the base, and everything around them."""
    files: tuple[str, ...] = getattr(tool, "one_by_one")(session.target, opts)  # noqa: B009
    every_time = getattr(tool, "every_time", None)
    always: tuple[str, ...] = every_time(session.target, opts) if every_time else ()
    around = surroundings_of(session, gate, version)
    keys = {
        name: key(name, session.digests[name], session.renamed.get(name, ""), around)
        for name in files
        if name not in always
    }
    today = datetime.date.fromisoformat(session.today)
    return split(keys, fresh_enough(shelf, today), always)


def split(keys: dict[str, str], shelf: Shelf, always: tuple[str, ...] = ()) -> Split:
    """Tell known files from others by their keys."""
    known = {name: shelf.files[one] for name, one in keys.items() if one in shelf.files}
    return Split(
        keys=keys,
        known=known,
        changed=tuple(name for name in keys if name not in known),
        always=always,
        gone=bool(shelf.files.keys() - set(keys.values())),
    )


def without_known(parts: Split) -> Split:
    """The same files, none of them known: the tool was asked about all."""
    return msgspec.structs.replace(parts, known={}, changed=tuple(parts.keys))


def fresh_enough(shelf: Shelf, today: datetime.date) -> Shelf:
    """The shares that are neither too old nor of a day to come."""
    files = {
        one: share
        for one, share in shelf.files.items()
        if datetime.timedelta() <= today - share.day <= LONGEST
    }
    return Shelf(files=files)


def key(name: str, content: str, origin: str, surroundings: str) -> str:
    """Digest of a file's path and content, and of everything else that decides its findings."""
    text = f"{surroundings}\0{name}\0{origin}\0{content}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def shelf_of(session: Session, gate: PlannedGate, tool: str) -> Path:
    """Where the shelf of one tool of a gate is."""
    place = hashlib.sha256(str(session.root).encode("utf-8", "replace")).hexdigest()[:12]
    return session.cache / FOLDER / f"{place}-{gate.id}-{tool}.json"


def surroundings_of(session: Session, gate: PlannedGate, version: str) -> str:
    """Everything but the files that decides what a tool says of them."""
    parts = msgspec.json.encode([session.target, gate.settings, version], order="sorted")
    return hashlib.sha256(session.surroundings.encode() + parts).hexdigest()


def read(file: Path, redactor: Redactor) -> Shelf:
    """The shelf of an earlier run; empty where there is none that can be read."""
    return kept.read(file, Shelf, redactor) or Shelf()


def reduced(options: Options, target: Target, parts: Split, folder: Path) -> Options:
    """The options of a run on what is not known, in a tree that holds nothing else."""
    files = tuple(sorted((*parts.changed, *parts.always)))
    tree = Path(options.tree)
    folder.mkdir(parents=True)
    for place in (*(target.code.paths if target.code else ()), *files):
        source, copy = tree / place, folder / place
        if source.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        elif place in files and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            linked(source, copy)
    return msgspec.structs.replace(options, tree=str(folder), files=files)


def linked(source: Path, copy: Path) -> None:
    """The same file in a second place; a copy where links cannot be made."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)


def adds_up(report: ToolReport, metrics: Mapping[str, Metric]) -> bool:
    """Whether the measurements are the numbers of the findings, and nothing else is told."""
    return not (report.series or report.pending) and counts(report.findings, metrics) == {
        name: one.value for name, one in report.measurements.items()
    }


def counts(findings: Iterable[Finding], metrics: Mapping[str, Metric]) -> dict[str, float | None]:
    """The number of findings by metric."""
    found: dict[str, float | None] = dict.fromkeys(metrics, 0)
    for finding in findings:
        if finding.metric:
            found[finding.metric] = (found.get(finding.metric) or 0) + 1
    return found


def whole(
    name: str, fresh: ToolReport | None, parts: Split, metrics: Mapping[str, Metric]
) -> ToolReport | None:
    """One report of everything, as if the tool had looked at every file; None: it has to.

    A tool may count files only where there is something in one of them (bandit: lines of code).
    The files of the shelf have something together, but some of them alone may not.
    """
    asked = len(parts.changed)
    if fresh is None:
        return None if parts.gone or asked or parts.always else merged(name, None, parts, metrics)
    if fresh.incomplete or not adds_up(fresh, metrics):
        return None
    if asked <= fresh.examined <= asked + len(parts.always) and fresh.examined:
        return merged(name, fresh, parts, metrics)
    if fresh.examined == 0 and not parts.gone:
        nothing_in_them = msgspec.structs.replace(fresh, examined=asked)
        return merged(name, nothing_in_them, parts, metrics)
    return None


def merged(
    name: str, fresh: ToolReport | None, parts: Split, metrics: Mapping[str, Metric]
) -> ToolReport:
    """The report on the changed files with the shares of the others."""
    report = fresh or ToolReport(tool=name, examined=0, examined_unit="files")
    taken = (finding for share in parts.known.values() for finding in share.findings)
    findings = tuple(sorted((*report.findings, *taken), key=place))
    measured = {
        metric: Measurement(value=count) for metric, count in counts(findings, metrics).items()
    }
    since = min(share.day for share in parts.known.values())
    files = f"{len(parts.known)} of {len(parts.keys) + len(parts.always)} files"
    note = f"{name}: {files} have not changed since they were looked at ({since} or later)"
    return msgspec.structs.replace(
        report,
        examined=len(parts.known) + report.examined,
        measurements=measured,
        findings=findings,
        notes=(*report.notes, note),
    )


def place(finding: Finding) -> tuple[str, int, str, str]:
    """Sort key: the order of a report does not tell what was taken over."""
    return (finding.path, finding.line, finding.rule, finding.message)


def is_sum(
    report: ToolReport, fresh: ToolReport | None, parts: Split, metrics: Mapping[str, Metric]
) -> bool:
    """Whether a report on all files is that of each file, so that it may be kept by file.

    Of what `fresh` notes nobody knows which file it was about, unless it is one that is looked at
    every time.
    """
    least, most = len(parts.keys), len(parts.keys) + len(parts.always)
    told = {finding.path for finding in report.findings}
    return (
        kept.is_whole([report])
        and adds_up(report, metrics)
        and 0 < least <= report.examined <= most
        and told <= parts.keys.keys() | set(parts.always)
        and not (fresh is not None and fresh.notes and not parts.always)
    )


def keep(file: Path, report: ToolReport, parts: Split, today: str, redactor: Redactor) -> None:
    """Put the shares of all files on the shelf; those of files that are gone leave it."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_path[finding.path].append(finding)
    day = datetime.date.fromisoformat(today)
    shares = {
        one: parts.known.get(name) or Share(day, tuple(by_path[name]))
        for name, one in parts.keys.items()
    }
    kept.write(file, Shelf(files=shares), redactor)
