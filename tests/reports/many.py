"""Scorecards with thousands of findings, of several tools, gates and states."""

from gates.core.model import (
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Verdict,
)
from tests.reports import samples
from tests.reports.part_samples import simple

SEVERITIES = tuple(Severity)
STATES = (None, FindingState.NEW, FindingState.KNOWN, FindingState.OLD)


def finding(tool: str, number: int, **more: object) -> Finding:
    """One finding; `more` overrides its fields."""
    fields: dict[str, object] = {
        "tool": tool,
        "rule": f"R{number % 40}",
        "severity": SEVERITIES[number % len(SEVERITIES)],
        "message": f"Argument {number} has an incompatible type",
        "path": f"src/shop/module_{number % 200}.py",
        "line": 1 + number * 7 % 900,
        "fingerprint": f"{number:016x}",
        "metric": f"{tool}.found",
        "state": STATES[number % len(STATES)],
    }
    return Finding(**(fields | more))  # type: ignore[arg-type]


def gate(tool: str, count: int, **more: object) -> GateResult:
    """A gate of one tool with that many findings."""
    findings = tuple(finding(tool, number, **more) for number in range(count))
    return GateResult(
        id=tool,
        title=tool.title(),
        level=1,
        status=GateStatus.FAIL if count else GateStatus.PASS,
        findings=findings,
        findings_total=count,
        evidence=simple("x", "X", 1, tool, "1.0", "files").evidence,
    )


def card(*gates: GateResult, **more: object) -> Scorecard:
    """A scorecard over gates."""
    return samples.scorecard(gates, Verdict.FAIL, "lint failed", **more)
