"""Baseline, waivers and quarantines: what is shown without being counted, and what counts again."""

from datetime import date, timedelta

import pytest

from gates.core.excuses import (
    Baseline,
    Excuses,
    Quarantine,
    Waiver,
    excuse,
    in_force,
)
from gates.core.judge import judge
from gates.core.model import (
    Failure,
    Finding,
    FindingState,
    GateReport,
    GateStatus,
    Known,
    Measurement,
    PolicyState,
    Reason,
    RunInfo,
    Severity,
    TargetState,
    ToolReport,
    WaiverState,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Criterion, GatePolicy
from gates.core.score import scorecard

TODAY = date(2026, 3, 1)


def found(name="1", **keys):
    first = {"tool": "t", "rule": "R1", "severity": Severity.MEDIUM, "message": f"m{name}"}
    return Finding(**{**first, "path": "src/a.py", "metric": "m", "fingerprint": name, **keys})


def waiver(**keys):
    dates = {"created": TODAY - timedelta(days=5), "expires": TODAY + timedelta(days=5)}
    first = {"id": "W1", "gate": "g", "rule": "R1", "severity": Severity.MEDIUM, **dates}
    return Waiver(**{**first, "reason": "r", "owner": "o", **keys})


def quarantine(**keys):
    dates = {"created": TODAY, "expires": TODAY}
    first = {"id": "Q1", "test": "tests/test_a.py::test_b", "reason": "r", "owner": "o"}
    return Quarantine(**{**first, **dates, **keys})


def excuses(*waivers, **keys):
    return Excuses(**{"today": TODAY, "waivers": waivers, "budget": 20, **keys})


def marks(findings, given, new_only=False):
    return [one.waiver for one in excuse("g", new_only, findings, given).findings]


@pytest.mark.parametrize(
    ("scope", "waived"),
    [
        ({}, True),
        ({"path": "src/a.py"}, True),
        ({"path": "src/*"}, True),
        ({"path": "src/b.py"}, False),
        ({"rule": "R2"}, False),
        ({"rule": "", "fingerprint": "1"}, True),
        ({"rule": "", "fingerprint": "2"}, False),
        ({"gate": "other"}, False),
    ],
)
def test_p45_a_waiver_excuses_its_scope_and_nothing_else(scope, waived):
    assert bool(marks([found()], excuses(waiver(**scope)))[0]) is waived


def test_a_waiver_for_what_a_witness_calls_it_holds():
    assert marks([found(rule="B608", witnesses=("ruff R1",))], excuses(waiver())) == ["W1"]


@pytest.mark.parametrize(
    ("days", "holds"), [(0, True), (1, False)], ids=["last day", "the day after"]
)
def test_p43_what_has_expired_excuses_nothing(days, holds):
    late = excuses(waiver(expires=TODAY), today=TODAY + timedelta(days=days))
    assert bool(in_force(late)) is holds
    assert bool(marks([found()], late)[0]) is holds


def test_a_waiver_of_tomorrow_does_not_hold_today():
    assert not in_force(excuses(waiver(created=TODAY + timedelta(days=1))))


@pytest.mark.parametrize(
    ("severity", "waived"),
    [(Severity.LOW, True), (Severity.MEDIUM, True), (Severity.HIGH, False)],
)
def test_a_finding_that_became_worse_counts_again(severity, waived):
    (one,) = excuse("g", False, [found(severity=severity)], excuses(waiver())).findings
    assert bool(one.waiver) is waived
    assert one.label.startswith("reopened") is not waived


def test_what_is_over_the_budget_excuses_nothing_and_the_oldest_come_first():
    older = waiver(id="W2", rule="R2", created=TODAY - timedelta(days=9))
    given = excuses(waiver(), older, budget=1)
    assert marks([found(), found("2", rule="R2")], given) == ["", "W2"]


@pytest.mark.parametrize(
    ("context", "waived"),
    [
        ("tests/test_a.py::test_b", True),
        ("tests/test_a.py::test_b[1-2]", True),
        ("tests/test_a.py::test_bc", False),
        ("tests/test_a.py", False),
    ],
)
def test_a_quarantine_covers_one_test_and_its_parameters(context, waived):
    given = excuses(quarantines=(quarantine(),))
    (one,) = excuse("g", False, [found(context=context, metric="tests.failed")], given).findings
    assert bool(one.waiver) is waived
    assert one.label == ("quarantined" if waived else "")


def test_a_quarantine_excuses_failures_alone():
    given = excuses(quarantines=(quarantine(),))
    assert marks([found(context="tests/test_a.py::test_b", metric="tests.flaky")], given) == [""]


def baseline(*names, severity=Severity.MEDIUM):
    known = (Known(fingerprint=n, tool="t", rule="R1", severity=severity) for n in names)
    return Baseline(revision="c0ffee", gates={"g": tuple(known)})


@pytest.mark.parametrize(
    ("new_only", "state"), [(True, FindingState.KNOWN), (False, FindingState.OLD)]
)
def test_the_policy_says_whether_known_findings_count(new_only, state):
    given = excuses(baseline=baseline("1", "9"))
    result = excuse("g", new_only, [found("1"), found("2")], given)
    assert [one.state for one in result.findings] == [state, FindingState.NEW]
    assert [one.excused for one in result.findings] == [new_only, False]
    assert [one.fingerprint for one in result.fixed] == ["9"]


def test_what_only_illustrates_a_number_is_neither_new_nor_known():
    given = excuses(baseline=baseline("1"))
    (one,) = excuse("g", True, [found("2", metric="")], given).findings
    assert one.state is None


def test_a_known_finding_that_became_worse_is_new():
    given = excuses(baseline=baseline("1"))
    (one,) = excuse("g", True, [found("1", severity=Severity.HIGH)], given).findings
    assert one.state is FindingState.NEW
    assert "medium" in one.label


def gate(new_only=False):
    criterion = Criterion(metric="m", title="M", passes=(("== 0",),))
    policy = GatePolicy(
        level=1, title="G", tools=("t",), criteria={"g.m": criterion}, new_findings_only=new_only
    )
    return PlannedGate(id="g", policy=policy, tools=("t",))


def report(*findings, value=None, failure=None):
    measured = {"m": Measurement(value=len(findings) if value is None else value)}
    tool = ToolReport(
        tool="t", examined=3, examined_unit="files", measurements=measured, findings=findings
    )
    return GateReport(gate="g", reports=(tool,), failure=failure)


def test_what_is_waived_is_taken_from_the_count_and_stays_visible():
    given = excuses(waiver(path="src/a.py"))
    both = report(found(fingerprint=""), found("2", path="src/b.py", fingerprint=""))
    result = judge(gate(), both, {}, None, given)
    assert result.status is GateStatus.FAIL
    assert result.criteria[0].value == 1
    assert [one.waiver for one in result.findings] == ["W1", ""]
    only = judge(gate(), report(found(fingerprint="")), {}, None, given)
    assert (only.status, only.criteria[0].value) == (GateStatus.PASS, 0)
    assert "1 known or waived" in only.criteria[0].detail


def test_a_waiver_hides_no_error():
    failure = Failure(reason=Reason.TOOL_CRASHED, detail="gone")
    given = excuses(waiver())
    result = judge(gate(), report(found(fingerprint=""), failure=failure), {}, None, given)
    assert result.status is GateStatus.ERROR
    assert result.fixed == ()


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (waiver(), WaiverState.IN_FORCE),
        (waiver(rule="R9"), WaiverState.UNUSED),
        (waiver(severity=Severity.LOW), WaiverState.REOPENED),
        (waiver(expires=TODAY - timedelta(days=1)), WaiverState.EXPIRED),
    ],
)
def test_the_scorecard_says_what_became_of_each_waiver(given, state):
    made = card(excuses(given), report(found(fingerprint="")))
    (use,) = made.waivers
    assert use.state is state
    assert use.uses == (1 if state is WaiverState.IN_FORCE else 0)
    assert (use.owner, use.expires) == ("o", given.expires.isoformat())


def test_a_waiver_is_not_unused_where_its_gate_did_not_look():
    failure = Failure(reason=Reason.TOOL_CRASHED, detail="gone")
    made = card(excuses(waiver(rule="R9")), report(failure=failure))
    assert made.waivers[0].state is WaiverState.IN_FORCE


def test_the_scorecard_counts_new_known_and_fixed():
    known = judge(gate(), report(found(fingerprint="")), {}).findings[0].fingerprint
    given = excuses(baseline=baseline(known, "9"))
    made = card(given, report(found(fingerprint=""), found("2", rule="R2", fingerprint="")))
    assert made.baseline is not None
    assert (made.baseline.new, made.baseline.known, made.baseline.fixed) == (1, 1, 1)


def card(given, one):
    planned = gate(new_only=True)
    plan = Plan(
        gates=(planned,),
        decisive_level=1,
        partial=False,
        pass_score=90,
        warn_score=75,
        excuses=given,
    )
    result = judge(planned, one, {}, None, given)
    return scorecard(
        plan,
        [result],
        target=TargetState(name="t", revision="r", dirty=False),
        policy=PolicyState(name="p", digest="d"),
        run=RunInfo(),
        complete=True,
    )
