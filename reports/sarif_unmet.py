"""What stands in a run's way and is no finding of a tool: as findings of our own, for SARIF.

A bound that does not hold has no line of the target's code: it is shown at the target's own file.
"""

import hashlib
from collections.abc import Iterator

from gates.core.model import CriterionResult, Finding, GateResult, GateStatus, Severity, Status
from reports import told
from reports.standing import standing

OURS = "gatescore"


def unmet(gate: GateResult) -> Iterator[Finding]:
    """Yield what a gate failed of that no finding tells, and that it could not be judged."""
    if gate.status in told.UNJUDGED:
        yield _finding(gate.id, told.unjudged(gate), Severity.HIGH)
        return
    seen = {each.metric for each in standing(gate).counted}
    failed = [each for each in gate.criteria if each.status is Status.FAIL and not each.skipped]
    if "" not in seen:  # findings that name no metric may be those of any criterion
        yield from (_of_criterion(each) for each in failed if each.metric not in seen)
    if gate.status is GateStatus.FAIL and not failed and not seen:
        yield _finding(gate.id, f"{gate.id} is FAIL: {told.why(gate)}", Severity.HIGH)


def _of_criterion(one: CriterionResult) -> Finding:
    title = f"{one.title}: " if one.title else ""
    severity = Severity.HIGH if one.blocking else Severity.MEDIUM
    return _finding(one.id, f"{title}{one.decided_by or one.status.value}", severity, one.fix)


def _finding(rule: str, message: str, severity: Severity, fix: str = "") -> Finding:
    """A finding whose name is that of its rule: there is one a run, whatever its numbers are."""
    name = hashlib.sha256(f"{OURS}\0{rule}".encode("utf-8", "backslashreplace")).hexdigest()
    return Finding(
        tool=OURS, rule=rule, severity=severity, message=message, fix=fix, fingerprint=name[:16]
    )
