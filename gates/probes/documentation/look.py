"""What each look at the documentation comes back with: one metric and its findings."""

import msgspec

from gates.core.model import Finding, Measurement, Severity

TOOL = "documentation"


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
    findings: tuple[Finding, ...],
    *,
    examined: int,
    detail: str = "",
    notes: tuple[str, ...] = (),
) -> Look:
    """A look whose number is that of its findings."""
    return Look(
        metric=metric,
        measurement=Measurement(value=len(findings), detail=detail),
        findings=findings,
        examined=examined,
        notes=notes,
    )


def finding(rule: str, message: str, path: str, line: int, fix: str) -> Finding:
    """A finding whose message says the same in every run."""
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=Severity.MEDIUM,
        message=message,
        path=path,
        line=line,
        fix=fix,
        context=message,
    )
