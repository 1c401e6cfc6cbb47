"""How the findings of a gate stand: which ones count, and which are only shown, and why."""

from collections.abc import Iterable

import msgspec

from gates.core.model import Finding, FindingState, GateResult, Known
from reports.numbers import number
from reports.order import total_findings


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of a gate, each once. `fixed` are those of the baseline that are gone."""

    counted: tuple[Finding, ...]
    known: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    fixed: tuple[Finding, ...]


def standing(gate: GateResult) -> Standing:
    """Sort the findings of a gate: a waiver excuses before the baseline does."""
    counted: list[Finding] = []
    known: list[Finding] = []
    waived: list[Finding] = []
    for each in gate.findings:
        pile = waived if each.waiver else known if each.excused else counted
        pile.append(each)
    return Standing(
        counted=tuple(counted),
        known=tuple(known),
        waived=tuple(waived),
        fixed=tuple(_gone(each) for each in gate.fixed),
    )


def counted_total(gate: GateResult) -> int:
    """Return how many findings of the gate count, whether or not all are carried along."""
    return total_findings(gate) - sum(each.excused for each in gate.findings)


def not_counted(gate: GateResult) -> str:
    """Return how many are only shown, as `2 known, 1 waived`; empty where there are none."""
    waived = sum(bool(each.waiver) for each in gate.findings)
    known = sum(each.excused for each in gate.findings) - waived
    return numbered((("known", known), ("waived", waived), ("fixed", len(gate.fixed))))


def numbered(counts: Iterable[tuple[str, int]]) -> str:
    """Return counts as `2 known, 1 waived`, without those that are 0."""
    return ", ".join(f"{number(count)} {word}" for word, count in counts if count)


def how_new(findings: Iterable[Finding]) -> str:
    """Return `new`, `old` or `3 new` for findings that were compared with a baseline, else ""."""
    states = [each.state for each in findings]
    new = states.count(FindingState.NEW)
    if new == len(states):
        return "new" if new else ""
    if new:
        return f"{number(new)} new"
    return "old" if FindingState.OLD in states else ""


def state_among(finding: Finding, how: str) -> str:
    """Return the state of one finding where `how_new` says that not all have the same."""
    same = how in ("", "new", "old")
    return "" if same or finding.state is None else finding.state.value


def _gone(known: Known) -> Finding:
    return Finding(
        tool=known.tool,
        rule=known.rule,
        severity=known.severity,
        message=known.message,
        path=known.path,
        fingerprint=known.fingerprint,
    )
