"""What each look of a probe comes back with, one metric and its findings, and the report of all.

A flaw counts once for its metric, so that a waiver of its finding makes the number less by one.
"""

from collections.abc import Iterable, Sequence

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport

ABSENT = "the target file says that there is none"


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong; `line` is 0 where the whole file is meant.

    `context` is what tells it from others in every run, where the message does not.
    """

    rule: str
    message: str
    path: str = ""
    line: int = 0
    fix: str = ""
    severity: Severity = Severity.MEDIUM
    context: str = ""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One metric with its findings and what it took."""

    metric: str
    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    examined: int = 0
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def unjudged(metric: str, why: str) -> Look:
    """A look that could not be taken, with the reason."""
    return Look(metric=metric, measurement=Measurement(value=None, why=why))


def counted(
    metric: str,
    flaws: Iterable[Flaw],
    *,
    examined: int,
    detail: str = "",
    incomplete: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Look:
    """A look whose number is that of its flaws, each once; the tool is the metric's first word."""
    found = tuple(finding(metric, flaw) for flaw in dict.fromkeys(flaws))
    return Look(
        metric=metric,
        measurement=Measurement(value=len(found), detail=detail),
        findings=found,
        examined=examined,
        incomplete=incomplete,
        notes=notes,
    )


def finding(metric: str, flaw: Flaw) -> Finding:
    """The flaw as it is reported, for the metric that counts it."""
    return Finding(
        tool=metric.partition(".")[0],
        rule=flaw.rule,
        severity=flaw.severity,
        message=flaw.message,
        path=flaw.path,
        line=flaw.line,
        fix=flaw.fix,
        context=flaw.context or flaw.message,
        metric=metric,
    )


def report(tool: str, unit: str, looks: Sequence[Look], absent: Iterable[str]) -> ToolReport:
    """The report of all looks; `absent` are metrics that the target has not got."""
    return ToolReport(
        tool=tool,
        examined=sum(one.examined for one in looks),
        examined_unit=unit,
        measurements={
            **{one.metric: one.measurement for one in looks},
            **{metric: Measurement(value=None, why=ABSENT) for metric in absent},
        },
        findings=tuple(finding for one in looks for finding in one.findings),
        incomplete=tuple(name for one in looks for name in one.incomplete),
        notes=tuple(dict.fromkeys(note for one in looks for note in one.notes)),
    )
