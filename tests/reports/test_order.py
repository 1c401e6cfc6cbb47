"""The order of everything: what needs somebody comes first; shares are fair and exact."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.model import FindingState, GateResult, GateStatus, Reason, Severity, Status, Weight
from reports.order import (
    criteria_worst_first,
    fair_shares,
    findings_worst_first,
    gates_worst_first,
    reasons,
    status_counts,
    total_findings,
    waivers_worst_first,
)
from tests.reports import adopted_samples, gate_samples, part_samples, samples


def gate(status: GateStatus, level: int = 1) -> GateResult:
    return GateResult(id=f"{status}-{level}", title="", level=level, status=status)


def test_gates_by_level_then_worst_first() -> None:
    gates = [gate(status, level) for level in (2, 1) for status in GateStatus]
    assert [each.id for each in gates_worst_first(gates)] == [
        f"{status}-{level}"
        for level in (1, 2)
        for status in ("FAIL", "ERROR", "NOT_RUN", "PENDING", "WARN", "SKIPPED", "PASS")
    ]


def test_criteria_not_passed_first_blocking_before_others() -> None:
    make = part_samples.criterion
    given_ = [
        make("pass", "", Status.PASS, ""),
        make("skipped", "", Status.NO_DATA, "", skipped="why"),
        make("soft", "", Status.FAIL, "", weight=Weight.SHOULD),
        make("gap", "", Status.NO_DATA, ""),
        make("hard", "", Status.FAIL, ""),
    ]
    order = [each.id for each in criteria_worst_first(given_)]
    assert order == ["hard", "soft", "gap", "pass", "skipped"]


def test_findings_by_severity_then_place() -> None:
    ordered = findings_worst_first(
        reversed([part_samples.lint_finding(index) for index in range(40)])
    )
    ranks = [list(Severity).index(each.severity) for each in ordered]
    assert ranks == sorted(ranks)
    assert ordered == findings_worst_first(ordered)


def test_findings_that_the_baseline_knows_come_after_new_ones() -> None:
    worst, *others = findings_worst_first(part_samples.lint_finding(index) for index in range(40))
    old = msgspec.structs.replace(worst, state=FindingState.OLD)
    new = [msgspec.structs.replace(each, state=FindingState.NEW) for each in others]
    assert findings_worst_first([old, *new]) == [*new, old]


def test_waivers_whose_findings_count_come_first_and_those_in_force_last() -> None:
    states = [each.state.value for each in waivers_worst_first(adopted_samples.waivers())]
    assert states == ["reopened", "expired", "over-budget", "unused", *["in-force"] * 3]


def test_reasons_name_every_rule_that_is_not_passed() -> None:
    assert reasons(gate_samples.tests_failing()) == [
        "tests.failed: 1 is not == 0",
        "tests.coverage: 88.42 is not >= 90",
    ]
    assert reasons(gate_samples.lint()) == []
    error, not_run, pending, warn, skipped = gate_samples.unjudged()
    assert reasons(error)[0].startswith("timeout: pip-audit did not end")
    assert reasons(not_run) == ["the target is down: it ended with exit code 137"]
    assert reasons(pending) == ["sign-off.roles: 2 roles have not signed"]
    assert reasons(warn) == ["documentation.files: 1 is not == 0"]
    assert reasons(skipped) == ["the service speaks gRPC only"]


def test_a_gate_without_a_word_of_its_own_is_explained_by_what_it_has() -> None:
    alone = GateResult(id="a", title="A", level=1, status=GateStatus.FAIL, detail="why")
    assert reasons(alone) == ["why"]
    waiting = GateResult(id="a", title="", level=1, status=GateStatus.PENDING, awaiting=("x", "y"))
    assert reasons(waiting) == ["waiting for x: waiting for y"]
    error = GateResult(id="a", title="", level=1, status=GateStatus.ERROR, reason=Reason.NO_RESULT)
    assert reasons(error) == ["no-result"]


def test_the_total_is_the_larger_of_what_is_told_and_what_is_there() -> None:
    assert total_findings(gate_samples.lint(5)) == 5
    told = GateResult(id="a", title="", level=1, findings_total=103_412)
    assert total_findings(told) == 103_412


def test_counts_of_a_level() -> None:
    counts = status_counts(samples.inconclusive(), 1)
    assert counts == [(GateStatus.ERROR, 1), (GateStatus.SKIPPED, 1), (GateStatus.PASS, 4)]


@pytest.mark.parametrize(
    ("wanted", "budget", "shares"),
    [
        ([], 10, []),
        ([3, 4], 10, [3, 4]),
        ([100, 4], 10, [6, 4]),
        ([100, 100], 11, [6, 5]),
        ([5, 0, 5], 4, [2, 0, 2]),
    ],
)
def test_fair_shares(wanted: list[int], budget: int, shares: list[int]) -> None:
    assert fair_shares(wanted, budget) == shares


@given(st.lists(st.integers(0, 500), max_size=12), st.integers(0, 1000))
def test_shares_never_exceed_wish_or_budget_and_waste_nothing(
    wanted: list[int], budget: int
) -> None:
    shares = fair_shares(wanted, budget)
    assert all(0 <= share <= wish for share, wish in zip(shares, wanted, strict=True))
    assert sum(shares) == min(budget, sum(wanted))
