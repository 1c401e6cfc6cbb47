"""Judging one gate: tables at both sides of every bound, and every kind of gap."""

import math

import pytest

from gates.core.judge import judge
from gates.core.model import (
    Failure,
    Finding,
    GateReport,
    GateStatus,
    Measurement,
    Reason,
    Severity,
    Status,
    ToolReport,
    Weight,
)
from gates.core.plan import PlannedGate
from gates.core.policy import Criterion, GatePolicy, Unmet


def gate(criterion=None, **keys):
    chosen = criterion or Criterion(metric="m", title="M", passes=(("<= 200",),))
    criteria = keys.pop("criteria", {"g.m": chosen})
    policy = GatePolicy(level=1, title="G", tools=("t",), criteria=criteria)
    return PlannedGate(id="g", policy=policy, **keys)


def report(value=None, examined=5, **keys):
    measured = Measurement(value=value, **keys)
    tool = ToolReport(
        tool="t", examined=examined, examined_unit="files", measurements={"m": measured}
    )
    return GateReport(gate="g", reports=(tool,))


@pytest.mark.parametrize(
    ("value", "status"),
    [(199.9, GateStatus.PASS), (200, GateStatus.PASS), (200.01, GateStatus.FAIL)],
)
def test_a_bound_is_part_of_what_passes(value, status):
    assert judge(gate(), report(value), {}).status is status


@pytest.mark.parametrize(
    ("value", "status"),
    [(99, GateStatus.PASS), (100, GateStatus.WARN), (199, GateStatus.WARN), (200, GateStatus.FAIL)],
)
def test_the_warn_band_begins_where_the_pass_bound_ends(value, status):
    banded = Criterion(metric="m", title="M", passes=(("< 100",),), warns=(("< 200",),))
    assert judge(gate(banded), report(value), {}).status is status


@pytest.mark.parametrize(
    ("value", "status"),
    [(5, GateStatus.PASS), (11, GateStatus.FAIL), (50, GateStatus.PASS), (41, GateStatus.FAIL)],
)
def test_one_group_is_enough_and_inside_a_group_all_must_hold(value, status):
    grouped = Criterion(metric="m", title="M", passes=(("<= 10",), (">= 42", "<= 60")))
    assert judge(gate(grouped), report(value), {}).status is status


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_never_compared(value):
    result = judge(gate(), report(value), {})
    assert (result.status, result.reason) == (GateStatus.ERROR, Reason.NOT_A_NUMBER)
    assert result.criteria[0].value is None


def test_a_metric_nobody_reported_is_an_error():
    other = Criterion(metric="other", title="O", passes=(("== 0",),))
    result = judge(gate(other), report(1), {})
    assert (result.status, result.reason) == (GateStatus.ERROR, Reason.METRIC_MISSING)


def test_p1_a_gate_without_a_report_is_not_run_and_lists_every_criterion():
    result = judge(gate(), None, {})
    assert result.status is GateStatus.NOT_RUN
    assert [c.status for c in result.criteria] == [Status.NO_DATA]


def test_p7_nothing_examined_is_an_error_whatever_the_numbers_say():
    result = judge(gate(), report(0, examined=0), {})
    assert (result.status, result.reason) == (GateStatus.ERROR, Reason.NOTHING_EXAMINED)
    assert "0 files examined (floor 1)" in result.detail
    assert result.criteria[0].status is Status.NO_DATA


def test_what_could_not_be_looked_at_is_an_error():
    tool = ToolReport(
        tool="t",
        examined=3,
        examined_unit="files",
        measurements={"m": Measurement(value=0)},
        incomplete=("a.py: syntax error",),
    )
    result = judge(gate(), GateReport(gate="g", reports=(tool,)), {})
    assert (result.status, result.reason) == (GateStatus.ERROR, Reason.INCOMPLETE)
    assert "a.py" in result.detail


def test_a_failure_wins_over_what_could_not_be_looked_at():
    tool = ToolReport(
        tool="t",
        examined=3,
        examined_unit="files",
        measurements={"m": Measurement(value=999)},
        incomplete=("a.py",),
    )
    result = judge(gate(), GateReport(gate="g", reports=(tool,)), {})
    assert result.status is GateStatus.FAIL
    assert result.evidence.notes == ("not looked at by t: a.py",)


def test_a_tool_that_failed_makes_an_error_even_when_other_criteria_hold():
    failure = Failure(reason=Reason.TOOL_CRASHED, detail="exit 139")
    good = report(1)
    mixed = GateReport(gate="g", reports=good.reports, failure=failure)
    result = judge(gate(), mixed, {})
    assert (result.status, result.reason, result.detail) == (
        GateStatus.ERROR,
        Reason.TOOL_CRASHED,
        "exit 139",
    )


@pytest.mark.parametrize(("samples", "status"), [(199, GateStatus.ERROR), (200, GateStatus.PASS)])
def test_a_percentile_needs_its_samples(samples, status):
    result = judge(gate(), report(1, samples=samples, needed=200), {})
    assert result.status is status
    if status is GateStatus.ERROR:
        assert result.reason is Reason.TOO_FEW_SAMPLES
        assert "need 1 more" in result.detail


@pytest.mark.parametrize(
    ("bound", "status"),
    [(200, GateStatus.PASS), (201, GateStatus.WARN), (None, GateStatus.WARN)],
)
def test_latency_holds_only_at_its_confidence_bound(bound, status):
    sure = Criterion(metric="m", title="M", passes=(("<= 200",),), confidence=True)
    assert judge(gate(sure), report(190, bound=bound), {}).status is status


@pytest.mark.parametrize(
    ("value", "base", "status"),
    [
        (110, 100, GateStatus.PASS),
        (111, 100, GateStatus.FAIL),
        (90, 100, GateStatus.PASS),
        (5, None, GateStatus.WARN),
        (0, 0, GateStatus.PASS),
        (3, 0, GateStatus.PASS),
        (4, 0, GateStatus.FAIL),
    ],
)
def test_relative_bounds_need_a_base_and_have_a_floor(value, base, status):
    relative = Criterion(metric="m", title="M", passes=(("<= +10%",),), floor="<= 3")
    result = judge(gate(relative), report(value, base=base), {})
    assert result.status is status


def test_an_earlier_run_serves_as_base_where_the_tool_has_none():
    relative = Criterion(metric="m", title="M", passes=(("<= +0",),))
    assert judge(gate(relative), report(5), {}, {"g.m": 5}).status is GateStatus.PASS
    assert judge(gate(relative), report(6), {}, {"g.m": 5}).status is GateStatus.FAIL


def test_old_data_is_no_data_where_the_policy_says_so():
    aged = Criterion(metric="m", title="Age", passes=(("<= 14",),), unmet=Unmet.NO_DATA)
    result = judge(gate(aged), report(15), {})
    assert (result.status, result.reason) == (GateStatus.ERROR, Reason.STALE)


def test_what_waits_for_a_person_is_pending_not_failed():
    signed = Criterion(metric="m", title="Roles", passes=(("== 0",),), unmet=Unmet.PENDING)
    assert judge(gate(signed), report(2), {}).status is GateStatus.PENDING
    assert judge(gate(signed), report(0), {}).status is GateStatus.PASS


def test_an_unmet_criterion_that_does_not_block_is_a_warning():
    mild = Criterion(metric="m", title="M", passes=(("== 0",),), weight=Weight.SHOULD)
    result = judge(gate(mild), report(7), {})
    assert result.status is GateStatus.WARN
    assert result.criteria[0].status is Status.FAIL


@pytest.mark.parametrize("value", [7, None])
def test_an_info_criterion_is_shown_and_decides_nothing(value):
    shown = {"g.m": Criterion(metric="m", title="M", passes=(("== 0",),), weight=Weight.INFO)}
    result = judge(gate(criteria=shown), report(value), {})
    assert result.status is GateStatus.PASS
    assert result.criteria[0].status is (Status.FAIL if value else Status.NO_DATA)


def test_a_skipped_gate_shows_its_reason_on_every_criterion():
    result = judge(gate(skipped="load: no traffic"), None, {})
    assert result.status is GateStatus.SKIPPED
    assert [c.skipped for c in result.criteria] == ["load: no traffic"]


def test_a_skipped_criterion_decides_nothing():
    result = judge(gate(absent={"g.m": "none here"}), report(999), {})
    assert result.status is GateStatus.SKIPPED
    assert result.criteria[0].skipped == "none here"


def test_every_decision_names_value_and_bound():
    result = judge(gate(), report(1234.5), {})
    assert result.criteria[0].decided_by == "1234, must be <= 200"


def test_findings_have_fingerprints_that_survive_moved_lines():
    def found(line):
        finding = Finding(
            tool="t",
            rule="R1",
            severity=Severity.LOW,
            message="m",
            path="a.py",
            line=line,
            context="x = 1",
        )
        tool = ToolReport(
            tool="t",
            examined=1,
            examined_unit="files",
            measurements={"m": Measurement(value=0)},
            findings=(finding, finding),
        )
        return judge(gate(), GateReport(gate="g", reports=(tool,)), {}).findings

    first, moved = found(3), found(30)
    assert [f.fingerprint for f in first] == [f.fingerprint for f in moved]
    assert len({f.fingerprint for f in first}) == 2
