"""What comes first on every page: failures, then what nobody could judge, and why."""

from collections.abc import Iterable, Sequence

from gates.core.model import (
    CriterionResult,
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Status,
    WaiverState,
    WaiverUse,
)

_GATES = {
    GateStatus.FAIL: 0,
    GateStatus.ERROR: 1,
    GateStatus.NOT_RUN: 2,
    GateStatus.PENDING: 3,
    GateStatus.WARN: 4,
    GateStatus.SKIPPED: 5,
    GateStatus.PASS: 6,
}
_CRITERIA = {Status.FAIL: 0, Status.NO_DATA: 1, Status.WARN: 2, Status.PASS: 3}
_WAIVERS = (
    WaiverState.REOPENED,
    WaiverState.EXPIRED,
    WaiverState.OVER_BUDGET,
    WaiverState.UNUSED,
    WaiverState.IN_FORCE,
)
_SEVERITIES = {severity: rank for rank, severity in enumerate(Severity)}


def gates_worst_first(gates: Iterable[GateResult]) -> list[GateResult]:
    """Return gates level by level, in each the ones that need somebody first."""
    return sorted(gates, key=lambda gate: (gate.level, _GATES[gate.status]))


def criteria_worst_first(criteria: Iterable[CriterionResult]) -> list[CriterionResult]:
    """Return criteria not passed first, blocking ones before others; skipped ones last."""
    return sorted(
        criteria,
        key=lambda each: (bool(each.skipped), _CRITERIA[each.status], not each.blocking),
    )


def findings_worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, those that the baseline knows last, by severity, rule and place."""
    return sorted(
        findings,
        key=lambda each: (
            each.state is FindingState.OLD,
            _SEVERITIES[each.severity],
            each.tool,
            each.rule,
            each.path,
            each.line,
            each.message,
        ),
    )


def waivers_worst_first(waivers: Iterable[WaiverUse]) -> list[WaiverUse]:
    """Return waivers, those first whose findings count again, and those in force last."""
    return sorted(waivers, key=lambda each: (_WAIVERS.index(each.state), each.expires, each.id))


def reasons(gate: GateResult) -> list[str]:
    """Return why the gate is not passed, the deciding rule first; empty for PASS."""
    if gate.status is GateStatus.PASS:
        return []
    rules = [
        f"{each.id}: {each.decided_by}"
        for each in criteria_worst_first(gate.criteria)
        if each.status is not Status.PASS and not each.skipped and each.decided_by
    ]
    own = [text for text in (_own_word(gate),) if text]
    match gate.status:
        case GateStatus.FAIL | GateStatus.WARN:
            return rules or own
        case _:
            return own or rules


def total_findings(gate: GateResult) -> int:
    """Return how many findings the gate has, whether or not all are carried along."""
    return max(gate.findings_total, len(gate.findings))


def status_counts(scorecard: Scorecard, level: int) -> list[tuple[GateStatus, int]]:
    """Return how many gates of exactly this level are in each state, worst first."""
    gates = [gate for gate in scorecard.gates if gate.level == level]
    counts = [(status, sum(gate.status is status for gate in gates)) for status in _GATES]
    return [(status, count) for status, count in counts if count]


def fair_shares(wanted: Sequence[int], budget: int) -> list[int]:
    """Return how much of `budget` each gets: small wishes in full, the rest in equal parts."""
    shares = [0] * len(wanted)
    left = budget
    smallest_first = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    for done, index in enumerate(smallest_first):
        shares[index] = min(wanted[index], -(-left // (len(wanted) - done)))
        left -= shares[index]
    return shares


def _own_word(gate: GateResult) -> str:
    words = [gate.reason.value] if gate.reason else []
    words += [gate.detail] if gate.detail else []
    words += [f"waiting for {each}" for each in gate.awaiting] if not gate.detail else []
    return ": ".join(words)
