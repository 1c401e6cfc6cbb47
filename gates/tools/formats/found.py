"""Findings of one report or of several: counted in full, kept as far as they can be shown."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from gates.core import texts
from gates.core.model import Finding, Severity
from gates.tools.formats import places
from gates.tools.formats.places import Place

MOST = 10_000  # findings that are kept, the worst of them
_TOLD = 20  # texts of one kind that are kept
_LAST_LINE = 10**9
_UNKNOWN = "a severity that nobody knows was read as the worst"
_NO_LINE = "a line number that cannot be was read as unknown"
_OUTSIDE = f"{places.OUTSIDE}: a finding that is in no file of the target"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a report holds. `counts` is exact; `findings` are the worst of them, at most MOST.

    `suppressed` were found and excused in the tool itself: counted apart. `examined` is None where
    the report does not say how many things were looked at. `incomplete`: what could not be.
    """

    counts: dict[Severity, int]
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    examined: int | None = None
    unit: str = "files"
    version: str = ""
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All findings, kept or not."""
        return sum(self.counts.values())


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as a report has it; `severity` None: it bears a word that nobody knows."""

    rule: str
    message: str
    severity: Severity | None
    place: Place = Place("")
    line: int = 0
    url: str = ""
    fix: str = ""


class Gathering:
    """Takes findings one by one, so that a large report is never held twice.

    Every text of them is bounded; what cannot be is replaced and noted (B14, B15, B48, B49).
    """

    def __init__(self, tool: str) -> None:
        self._tool = tool
        self.counts: Counter[Severity] = Counter()
        self.notes: Counter[str] = Counter()
        self._kept: dict[Severity, list[Finding]] = {severity: [] for severity in Severity}

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there are few of its severity."""
        self.counts[finding.severity] += 1
        if len(self._kept[finding.severity]) < MOST:
            self._kept[finding.severity].append(finding)

    def finding(self, said: Said) -> Finding:
        """The finding that a report means, with a note for each thing that was strange."""
        outside = said.place.outside
        possible = 0 <= said.line <= _LAST_LINE
        strange = ((said.severity is None, _UNKNOWN), (not possible, _NO_LINE), (outside, _OUTSIDE))
        self.notes.update(note for happened, note in strange if happened)
        place = f" ({places.OUTSIDE}: {texts.visible(said.place.path[:500])})" if outside else ""
        link = said.url.startswith(("https://", "http://")) and len(said.url) < 2000
        return Finding(
            tool=self._tool,
            rule=texts.bounded(said.rule, 300),
            severity=said.severity or Severity.CRITICAL,
            message=f"{texts.bounded(said.message)}{place}",
            path="" if outside else said.place.path,
            line=said.line if possible else 0,
            url=said.url if link else "",
            fix=texts.bounded(said.fix, 500),
            label=places.OUTSIDE if outside else "",
        )

    def findings(self) -> tuple[Finding, ...]:
        """The worst, in the order of the report within one severity."""
        return worst(finding for kept in self._kept.values() for finding in kept)

    def told(self) -> tuple[str, ...]:
        """The notes, each once with how often it applied."""
        return tuple(f"{text} ({count})" for text, count in sorted(self.notes.items()))


def worst(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """At most MOST findings, the worst first; the order within one severity stays."""
    rank = {severity: number for number, severity in enumerate(Severity)}
    return tuple(sorted(findings, key=lambda finding: rank[finding.severity])[:MOST])


def merged(reports: Iterable[Found]) -> Found:
    """Several reports of one tool as one. What one of them did not count, nobody knows."""
    every = tuple(reports)
    counts: Counter[Severity] = Counter()
    for one in every:
        counts.update(one.counts)
    known = [one.examined for one in every if one.examined is not None]
    versions = dict.fromkeys(one.version for one in every if one.version)
    return Found(
        counts={severity: counts[severity] for severity in Severity},
        findings=worst(finding for one in every for finding in one.findings),
        suppressed=sum(one.suppressed for one in every),
        examined=sum(known) if known and len(known) == len(every) else None,
        unit=every[0].unit if every else "files",
        version=", ".join(versions),
        incomplete=tuple(text for one in every for text in one.incomplete)[:_TOLD],
        notes=tuple(dict.fromkeys(text for one in every for text in one.notes))[:_TOLD],
    )


def left_out(found: Found) -> str:
    """A sentence on findings that are counted and not shown, "" if there are none."""
    missing = found.total - len(found.findings)
    if not missing:
        return ""
    return (
        f"{missing} of {found.total} findings are counted and not listed: the {MOST} worst are "
        "shown, and only those can be waived or known to a baseline"
    )
