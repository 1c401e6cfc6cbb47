"""The measurement: how many checks are switched off now and at the base, by file, and what is new.

Only real comments count, so the source is tokenised; a text that mentions `noqa` is no suppression.
A comment for a whole file counts once, as it is one finding, and is a worse one; but what it takes
over counts on: ten `noqa` of the base that one `ruff: noqa` replaces are eleven, not one.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes.suppressions import against, found, settings
from gates.probes.suppressions.against import Compared
from gates.probes.suppressions.found import Off, Paths, Tree

METRIC = "suppressions.count"
BASE = "suppressions.base_count"
NAMED = 10  # files that the detail names


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: absolute folders ("" for no base); files and paths relative to them.

    `files` are source, `settings` may be configuration of tools.
    """

    tree: str
    files: tuple[str, ...]
    paths: Paths
    base_tree: str = ""
    settings: tuple[str, ...] = ()


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """The base: its number, and the comparison where it could be read."""

    count: Measurement
    compared: Compared = Compared(new=frozenset(), taken_over=0)


def measure(given: dict[str, Any]) -> ToolReport:
    """Count in both trees."""
    task = msgspec.convert(given, Given)
    now = found.look(Path(task.tree), task.files)
    base = based(task, now)
    findings = tuple(
        _finding(file, off, (file, number) in base.compared.new)
        for file, offs in now.files.items()
        for number, off in enumerate(offs)
    )
    shown = settings.look(Path(task.tree), task.settings, task.files)
    return ToolReport(
        tool="suppressions",
        examined=len(now.files),
        examined_unit="files",
        measurements={
            METRIC: Measurement(
                value=len(findings) + base.compared.taken_over,
                base=base.count.value,
                detail=detail(now, base),
            ),
            BASE: base.count,
            settings.METRIC: Measurement(value=len(shown.findings)),
        },
        findings=(*findings, *shown.findings),
        incomplete=tuple(f"{name}: {why}" for name, why in now.lost.items()),
        notes=shown.lost,
    )


def based(task: Given, now: Tree) -> Base:
    """The base in the same paths; a file of it that cannot be read leaves no number."""
    if not task.base_tree:
        return Base(count=Measurement(value=None, why="no base"))
    root = Path(task.base_tree)
    then = found.look(root, found.sources(root, task.paths))
    for name, why in then.lost.items():
        text = f"{name} of the base cannot be read: {why}"
        return Base(count=Measurement(value=None, why=text))
    total = sum(map(len, then.files.values()))
    compared = against.compared(now, then, Path(task.tree), root)
    return Base(count=Measurement(value=total), compared=compared)


def detail(now: Tree, base: Base) -> str:
    """The files with most, or where there is a base those with more than there."""
    if base.count.value is None:
        return named({name: len(offs) for name, offs in now.files.items() if offs})
    counts = Counter(file for file, _ in base.compared.new)
    texts = [f"new: {named(counts)}" if counts else ""]
    if base.compared.taken_over:
        over = base.compared.taken_over
        texts.append(f"{over} of the base that a comment for the whole file took over count on")
    return "; ".join(text for text in texts if text)


def named(counts: dict[str, int]) -> str:
    """Files and numbers, most first: `src/a.py 3, src/b.py 1`."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    texts = [f"{name} {count}" for name, count in ranked[:NAMED]]
    more = len(ranked) - NAMED
    return ", ".join(texts + ([f"and {more} files more"] if more > 0 else []))


def _finding(file: str, off: Off, new: bool) -> Finding:
    where = "for the whole file" if off.kind.whole else "here"
    return Finding(
        tool="suppressions",
        rule=off.kind.rule,
        severity=Severity.MEDIUM if off.kind.whole else Severity.INFO,
        message=f"A check is switched off {where}: {' '.join(off.text.split())}",
        path=file,
        line=off.line,
        context=off.source,
        metric=METRIC,
        label="new" if new else "",
    )
