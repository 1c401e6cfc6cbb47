"""Which findings count, and which are only shown: each stands in one place."""

import msgspec
import pytest

from gates.core.model import Finding, FindingState, GateResult, GateStatus, Severity
from reports.standing import counted_total, how_new, not_counted, standing
from tests.reports import adopted_samples, gate_samples


def finding(rule: str, state: FindingState | None = None, waiver: str = "") -> Finding:
    return Finding(
        tool="t", rule=rule, severity=Severity.LOW, message="m", state=state, waiver=waiver
    )


NEW, KNOWN, OLD = FindingState.NEW, FindingState.KNOWN, FindingState.OLD
EVERY = (
    finding("none"),
    finding("new", NEW),
    finding("old", OLD),
    finding("known", KNOWN),
    finding("waived", None, "w"),
    finding("waived-new", NEW, "w"),
    finding("waived-known", KNOWN, "w"),
)


def gate(findings: tuple[Finding, ...], **more: object) -> GateResult:
    fields = {"id": "g", "title": "", "level": 1, "status": GateStatus.FAIL, "findings": findings}
    return GateResult(**(fields | more))


def test_each_finding_stands_in_one_place() -> None:
    found = standing(gate(EVERY, fixed=adopted_samples.adopted_lint().fixed))
    assert [each.rule for each in found.counted] == ["none", "new", "old"]
    assert [each.rule for each in found.known] == ["known"]
    assert [each.rule for each in found.waived] == ["waived", "waived-new", "waived-known"]
    assert found.fixed[0].message == adopted_samples.adopted_lint().fixed[0].message
    assert len(found.fixed) == 12


def test_counts() -> None:
    every = gate(EVERY, findings_total=107, fixed=adopted_samples.adopted_lint().fixed)
    assert counted_total(every) == 103
    assert not_counted(every) == "1 known, 3 waived, 12 fixed"
    assert not_counted(gate(EVERY[:3])) == ""
    assert not_counted(gate(EVERY[3:5])) == "1 known, 1 waived"


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((), ""),
        ((None, None), ""),
        ((NEW,), "new"),
        ((NEW, NEW, OLD), "2 new"),
        ((OLD, OLD), "old"),
        ((None, NEW), "1 new"),
    ],
)
def test_how_new(states: tuple[FindingState | None, ...], words: str) -> None:
    assert how_new(finding("r", state) for state in states) == words


def test_a_gate_without_excuses_is_as_it_was() -> None:
    lint = gate_samples.lint(7)
    assert standing(lint).counted == lint.findings
    assert counted_total(msgspec.structs.replace(lint, findings=())) == 7
