"""Score, levels and verdict: the promises of the score as properties, the rules as tables."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.judge import judge
from gates.core.model import (
    Failure,
    GateReport,
    GateStatus,
    Measurement,
    PolicyState,
    Reason,
    RunInfo,
    TargetState,
    ToolReport,
    Verdict,
    Weight,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Criterion, GatePolicy
from gates.core.score import exit_code, scorecard
from gates.core.weighing import sums

RANK = {Verdict.FAIL: 0, Verdict.INCONCLUSIVE: 1, Verdict.WARN: 2, Verdict.PASS: 3}


def planned(id, weights, level=1, skipped=""):
    criteria = {
        f"{id}.c{i}": Criterion(
            metric=f"m{i}", title="C", passes=(("== 0",),), warns=(("== 1",),), weight=weight
        )
        for i, weight in enumerate(weights)
    }
    policy = GatePolicy(level=level, title=id, tools=("t",), criteria=criteria)
    return PlannedGate(id=id, policy=policy, skipped=skipped)


def outcome(gate, values):
    """Judge a gate: 0 passes, 1 warns, 2 fails, None was not measured, "lost" was never run."""
    if values == "lost":
        return judge(gate, None, {})
    measured = {
        f"m{i}": Measurement(value=value, why="" if value is not None else "gone")
        for i, value in enumerate(values)
    }
    tool = ToolReport(tool="t", examined=1, examined_unit="files", measurements=measured)
    return judge(gate, GateReport(gate=gate.id, reports=(tool,)), {})


def card(results, gates, *, decisive=2, complete=True, partial=False):
    plan = Plan(
        gates=tuple(gates), decisive_level=decisive, partial=partial, pass_score=90, warn_score=75
    )
    return scorecard(
        plan,
        results,
        target=TargetState(name="t", revision="r", dirty=False),
        policy=PolicyState(name="p", digest="d"),
        run=RunInfo(),
        complete=complete,
    )


values = st.sampled_from([0, 1, 2, None])
weights = st.sampled_from(list(Weight))


@st.composite
def runs(draw):
    gates, chosen = [], []
    for number in range(draw(st.integers(1, 5))):
        size = draw(st.integers(1, 4))
        gates.append(planned(f"g{number}", [draw(weights) for _ in range(size)]))
        chosen.append([draw(values) for _ in range(size)])
    return gates, chosen


def judged(gates, chosen):
    return card([outcome(g, v) for g, v in zip(gates, chosen, strict=True)], gates)


@given(runs(), st.data())
def test_losing_a_result_never_makes_a_pass(run, data):
    gates, chosen = run
    before = judged(gates, chosen)
    lost = data.draw(st.integers(0, len(gates) - 1))
    after = judged(gates, [*chosen[:lost], "lost", *chosen[lost + 1 :]])
    if before.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
        assert after.verdict not in (Verdict.PASS,)
    assert (after.score or 0) <= (before.score or 0)


@given(runs(), st.data())
def test_turning_a_pass_into_a_fail_never_helps(run, data):
    gates, chosen = run
    gate = data.draw(st.integers(0, len(gates) - 1))
    place = data.draw(st.integers(0, len(chosen[gate]) - 1))
    before = judged(gates, with_value(chosen, gate, place, 0))
    after = judged(gates, with_value(chosen, gate, place, 2))
    assert (after.score or 0) <= (before.score or 0)
    assert RANK[after.verdict] <= RANK[before.verdict]


@given(runs(), st.data())
def test_no_data_is_never_better_than_a_warning_nor_counted_above_a_fail(run, data):
    gates, chosen = run
    gate = data.draw(st.integers(0, len(gates) - 1))
    place = data.draw(st.integers(0, len(chosen[gate]) - 1))
    missing = judged(gates, with_value(chosen, gate, place, None))
    failed = judged(gates, with_value(chosen, gate, place, 2))
    assert missing.score == failed.score
    assert missing.verdict is not Verdict.PASS or failed.verdict is Verdict.PASS


def with_value(chosen, gate, place, value):
    changed = [list(each) for each in chosen]
    changed[gate][place] = value
    return changed


@given(runs())
def test_the_order_of_results_is_irrelevant(run):
    gates, chosen = run
    results = [outcome(g, v) for g, v in zip(gates, chosen, strict=True)]
    forward, backward = card(results, gates), card(list(reversed(results)), gates)
    assert forward == backward


@given(runs())
def test_a_blocking_criterion_that_is_not_met_keeps_the_verdict_below_pass(run):
    gates, chosen = run
    result = judged(gates, chosen)
    unmet = any(
        c.weight is Weight.BLOCK and c.status.value not in ("PASS", "WARN")
        for g in result.gates
        for c in g.criteria
    )
    assert not (unmet and result.verdict in (Verdict.PASS, Verdict.WARN))


@pytest.mark.parametrize(
    ("values", "score"),
    [([0, 0], 100), ([1, 0], 62.5), ([2, 0], 25), ([None, 0], 25), ([0, 2], 75)],
)
def test_points_pass_whole_warn_half_fail_and_no_data_nothing(values, score):
    result = outcome(planned("g", [Weight.BLOCK, Weight.SHOULD]), values)
    assert sums(result.criteria).score == score


def test_info_and_skipped_criteria_leave_both_sums():
    gates = [planned("a", [Weight.INFO, Weight.SHOULD]), planned("b", [Weight.BLOCK], skipped="x")]
    assert card([outcome(gates[0], [2, 0]), outcome(gates[1], "lost")], gates).score == 100


def test_p1_a_lost_gate_is_inconclusive_and_named_with_exit_code_3():
    gates = [planned("a", [Weight.BLOCK]), planned("b", [Weight.BLOCK])]
    result = card([outcome(gates[0], [0]), outcome(gates[1], "lost")], gates)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.decided_by.startswith("b is NOT_RUN")
    assert exit_code(result) == 3


def test_a_fail_wins_over_what_could_not_be_judged():
    gates = [planned("a", [Weight.BLOCK]), planned("b", [Weight.BLOCK])]
    result = card([outcome(gates[0], "lost"), outcome(gates[1], [2])], gates)
    assert (result.verdict, exit_code(result)) == (Verdict.FAIL, 1)


def test_a_score_that_missing_data_alone_makes_low_is_not_a_fail():
    gates = [planned("a", [Weight.BLOCK]), planned("b", [Weight.SHOULD])]
    result = card([outcome(gates[0], "lost"), outcome(gates[1], [0])], gates)
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("failing", "verdict"),
    [(0, Verdict.PASS), (1, Verdict.WARN), (2, Verdict.WARN), (3, Verdict.FAIL)],
)
def test_the_score_alone_can_warn_and_fail(failing, verdict):
    gates = [planned("a", [Weight.SHOULD] * 10)]
    result = card([outcome(gates[0], [2] * failing + [0] * (10 - failing))], gates)
    assert result.verdict is verdict


@pytest.mark.parametrize(("decisive", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL)])
def test_a_level_above_the_deciding_one_is_shown_and_decides_nothing(decisive, verdict):
    gates = [planned("a", [Weight.BLOCK]), planned("b", [Weight.BLOCK], level=2)]
    result = card([outcome(gates[0], [0]), outcome(gates[1], [2])], gates, decisive=decisive)
    assert result.verdict is verdict
    assert [level.verdict for level in result.levels] == [Verdict.PASS, Verdict.FAIL]


def test_a_partial_run_decides_its_exit_code_and_judges_no_level():
    gates = [planned("b", [Weight.BLOCK], level=3)]
    result = card([outcome(gates[0], [2])], gates, partial=True)
    assert (result.verdict, exit_code(result)) == (Verdict.FAIL, 1)
    assert [level.verdict for level in result.levels] == [Verdict.INCONCLUSIVE]


def test_a_run_that_has_not_ended_is_never_a_pass():
    gates = [planned("a", [Weight.BLOCK])]
    result = card([outcome(gates[0], [0])], gates, complete=False)
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("reason", "cancelled", "code"),
    [
        (Reason.ADAPTER_BUG, 130, 5),
        (Reason.REFUSED_BY_SAFETY, 130, 130),
        (Reason.REFUSED_BY_SAFETY, None, 4),
        (Reason.TIMEOUT, None, 3),
        (Reason.TIMEOUT, 143, 143),
    ],
)
def test_exit_codes_in_their_order(reason, cancelled, code):
    gate = planned("a", [Weight.BLOCK])
    report = GateReport(gate="a", failure=Failure(reason=reason, detail="d"))
    assert exit_code(card([judge(gate, report, {})], [gate]), cancelled=cancelled) == code


def test_what_to_do_next_names_failures_first():
    gates = [planned("a", [Weight.BLOCK]), planned("b", [Weight.BLOCK])]
    result = card([outcome(gates[0], "lost"), outcome(gates[1], [2])], gates)
    assert [step.split(":")[0] for step in result.next_steps] == ["b", "a"]


def test_gates_that_only_warn_make_the_level_warn():
    gates = [planned("a", [Weight.BLOCK] * 9), planned("b", [Weight.SHOULD])]
    result = card([outcome(gates[0], [0] * 9), outcome(gates[1], [2])], gates)
    assert result.gates[1].status is GateStatus.WARN
    assert (result.verdict, exit_code(result)) == (Verdict.WARN, 0)
    assert msgspec.json.encode(result)


def test_a_level_of_which_every_gate_is_skipped_passes_nothing():
    gates = [planned("a", [Weight.BLOCK]), planned("b", [Weight.BLOCK], level=2, skipped="none")]
    results = [outcome(gates[0], [0]), outcome(gates[1], "lost")]
    result = card(results, gates)
    assert (result.verdict, exit_code(result)) == (Verdict.INCONCLUSIVE, 3)
    assert result.decided_by == "level 2 measured nothing: every gate of it is skipped"
    assert card(results, gates, decisive=1).verdict is Verdict.PASS


def test_all_failed_gates_are_named():
    gates = [
        planned("a", [Weight.BLOCK]),
        planned("b", [Weight.BLOCK]),
        planned("c", [Weight.BLOCK]),
    ]
    result = card([outcome(g, v) for g, v in zip(gates, ([2], [0], [2]), strict=True)], gates)
    assert result.decided_by == "2 gates failed: a, c; the first: a.c0: 2, must be 0"
