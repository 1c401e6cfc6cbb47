"""Changes as findings, measurements and evidence: what the gate and the command both report."""

from collections.abc import Iterable

from gates.core.compat.changes import Change, Level
from gates.core.compat.compare import Comparison, counts
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Severity,
    Status,
    ToolReport,
)

TOOL = "compatibility"
BREAKING, REMOVALS, WARNINGS = (
    "compatibility.breaking",
    "compatibility.removals",
    "compatibility.warnings",
)
NO_BASE = (
    "no base document: give a base revision (--base) where openapi.file is committed, "
    "or name one as compatibility.base in the target file"
)


def report(comparison: Comparison, path: str) -> ToolReport:
    """The report of a comparison; `path` is the committed document, "" if it is served."""
    changes = comparison.changes
    compatible = sum(one.level is Level.INFO for one in changes)
    notes = [f"{compatible} changes that break nobody"] if compatible else []
    excused = [one for one in changes if one.excused]
    if excused:
        step = comparison.major_step
        notes.append(f"{len(excused)} breaking changes do not count: major step from {step}")
    return ToolReport(
        tool=TOOL,
        examined=max(len(comparison.operations), 1),
        examined_unit="operations",
        measurements={
            BREAKING: _count(one.counted for one in changes),
            REMOVALS: _count(True for _ in comparison.removals),
            WARNINGS: _count(one.level is Level.WARNING for one in changes),
        },
        findings=(
            *(finding(one, path) for one in changes if one.level is not Level.INFO),
            *(_removal(one, path) for one in comparison.removals),
        ),
        notes=tuple(notes),
        operations=evidence(comparison),
    )


def without_base(operations: int) -> ToolReport:
    """The report where there is nothing to compare with: no number may pass for one."""
    nothing = Measurement(value=0.0, detail=NO_BASE)
    return ToolReport(
        tool=TOOL,
        examined=max(operations, 1),
        examined_unit="operations",
        measurements={BREAKING: nothing, REMOVALS: nothing, WARNINGS: nothing},
        notes=(NO_BASE,),
    )


def finding(change: Change, path: str = "") -> Finding:
    """One change as a finding. Its name tomorrow: operation, rule and what it is about."""
    place = f"{change.place} of the {change.document} document"
    excuse = f" Not counted: {change.excused}." if change.excused else ""
    label = f"{change.operation}: " if change.operation else ""
    return Finding(
        tool=TOOL,
        rule=f"{TOOL}.{change.rule}",
        severity=_severity(change),
        message=f"{label}{change.message} ({place}).{excuse}",
        path=path,
        fix=change.fix,
        context=context(change),
        metric=_metric(change),
        label="major version" if change.excused else "",
    )


def context(change: Change) -> str:
    """What makes it the same change tomorrow; two values of one list are two changes."""
    said = change.message.removeprefix(f"{change.subject}: ").partition(";")[0]
    return f"{change.operation}|{change.rule}|{change.subject}|{said}"


def evidence(comparison: Comparison) -> tuple[OperationEvidence, ...]:
    """A cell for each operation that changed or is new."""
    found = counts(comparison.changes)
    return tuple(
        OperationEvidence(
            operation=operation,
            aspect=Aspect.CHANGED,
            state=Status.PASS,
            count=found[operation],
            detail="changed since the base document",
        )
        for operation in comparison.operations
        if operation in found
    )


def _removal(change: Change, path: str) -> Finding:
    said = change.message.partition(";")[0]
    return Finding(
        tool=TOOL,
        rule=f"{TOOL}.removal",
        severity=Severity.MEDIUM,
        message=f"{change.operation}: {said}: no client was given the time to leave.",
        path=path,
        fix=change.fix,
        context=f"{change.operation}|removal",
        metric=REMOVALS,
    )


def _severity(change: Change) -> Severity:
    match change.level:
        case Level.BREAKING:
            return Severity.INFO if change.excused else Severity.HIGH
        case Level.WARNING:
            return Severity.LOW
        case Level.INFO:
            return Severity.INFO


def _metric(change: Change) -> str:
    if change.counted:
        return BREAKING
    return WARNINGS if change.level is Level.WARNING else ""


def _count(values: Iterable[bool]) -> Measurement:
    return Measurement(value=float(sum(values)), base=0.0)
