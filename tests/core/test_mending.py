"""What to do next is the smallest set of gates that makes the level pass: as properties."""

from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gates.core.judge import judge
from gates.core.mending import fewest, holding, smallest, steps
from gates.core.model import (
    GateReport,
    GateStatus,
    Measurement,
    RunInfo,
    ToolReport,
    Verdict,
    Weight,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Criterion, GatePolicy, Unmet
from gates.core.score import next_steps, verdict_of
from tests.core.derivations.made import ERROR, planned, result

RUN = RunInfo()
GOOD = (Verdict.PASS, Verdict.WARN)


def plan(*gates):
    return Plan(gates=tuple(gates), decisive_level=2, partial=False, pass_score=90, warn_score=75)


def passes(made):
    return lambda results: verdict_of(results, made)[0] in GOOD


VALUES = st.sampled_from([0, 0, 1, 2, None, "lost"])


@st.composite
def runs(draw):
    gates, results = [], []
    for number in range(draw(st.integers(1, 6))):
        weights = draw(st.lists(st.sampled_from(list(Weight)), min_size=1, max_size=3))
        gate = planned(f"g{number}", tuple(weights))
        values = [draw(VALUES) for _ in weights]
        gates.append(gate)
        results.append(result(gate) if "lost" in values else result(gate, *values))
    return plan(*gates), results


@settings(max_examples=200)
@given(runs())
def test_mending_the_set_makes_the_level_pass_and_no_smaller_one_does(run):
    made, results = run
    chosen = {gate.id for gate in smallest(results, made, RUN, passes(made))}

    def mended(ids):
        return [holding(one) if one.id in ids else one for one in results]

    bad = [one.id for one in results if one.status is not GateStatus.PASS]
    if passes(made)(results) or not passes(made)(mended(bad)):
        assert chosen == set()
        return
    assert passes(made)(mended(chosen))
    for size in range(len(chosen)):
        for fewer in combinations(bad, size):
            assert not passes(made)(mended(fewer))


@given(st.sets(st.integers(0, 7)), st.integers(1, 4), st.sets(st.integers(0, 7), max_size=3))
def test_the_fewest_of_any_demand_that_more_never_spoils(useful, wanted, needed):
    def enough(ids):
        return needed <= set(ids) and len(useful & set(ids)) >= wanted

    found = fewest(list(range(8)), enough)
    sizes = [size for size in range(9) for one in combinations(range(8), size) if enough(one)]
    assert len(found) == (min(sizes) if sizes and sizes[0] else 0)


def test_too_many_sets_to_try_still_give_one_that_cannot_be_smaller():
    ids = [f"g{number:02}" for number in range(40)]
    found = fewest(ids, lambda chosen: len(set(chosen)) >= 25)
    assert len(found) == 25


def test_a_gate_that_need_not_hold_is_not_named():
    blocking, mild = planned("a"), planned("b", (Weight.SHOULD,))
    others = [planned(f"o{number}") for number in range(9)]
    made = plan(blocking, mild, *others)
    results = [result(blocking, 2), result(mild, 2), *(result(one, 0) for one in others)]
    named = [text.partition(":")[0] for text in next_steps(results, made, RUN, complete=True)]
    assert named == ["a"]
    unended = next_steps(results, made, RUN, complete=False)
    assert [text.partition(":")[0] for text in unended] == ["a", "b"]


def test_where_it_passes_with_warnings_what_is_left_for_a_clean_pass_is_named():
    gates = [planned("a", (Weight.SHOULD,)), *(planned(f"o{number}") for number in range(9))]
    results = [result(gates[0], 2), *(result(one, 0) for one in gates[1:])]
    (text,) = next_steps(results, plan(*gates), RUN, complete=True)
    assert text == "a: C0 of a: 2, must be 0; then: gatescore run --gate a"


def test_a_score_that_is_too_low_is_mended_with_the_fewest_gates_that_lift_it():
    heavy = planned("h", (Weight.SHOULD,) * 6)
    light = [planned(f"l{number}", (Weight.SHOULD,)) for number in range(4)]
    made = plan(heavy, *light)
    results = [result(heavy, *[2] * 6), *(result(one, 2) for one in light)]
    chosen = [gate.id for gate in smallest(results, made, RUN, passes(made))]
    assert chosen[0] == "h"
    assert len(chosen) == 3


BUDGET = {"budget": [{"name": "n", "points": 5, "gates": ["a", "b"]}]}
DERIVED = PlannedGate(
    id="e",
    policy=GatePolicy(
        level=1,
        title="E",
        tools=(),
        derived="evidence",
        options=BUDGET,
        criteria={"e.points": Criterion(metric="evidence.points", title="P", passes=((">= 5",),))},
    ),
)


def derived(value):
    points = Measurement(value=value, why="it was taken over")
    report = ToolReport(
        tool="e", examined=1, examined_unit="x", measurements={"evidence.points": points}
    )
    return judge(DERIVED, GateReport(gate="e", reports=(report,)), {})


@pytest.mark.parametrize("bad", [result(planned("a"), 2), result(planned("a"), failure=ERROR)])
def test_what_follows_from_others_is_mended_with_them_and_not_named(bad):
    made = plan(planned("a"), planned("b"), DERIVED)
    results = [bad, result(planned("b"), 0), derived(0)]
    assert [gate.id for gate in smallest(results, made, RUN, passes(made))] == ["a"]


def test_what_others_cannot_mend_is_named_itself():
    made = plan(planned("a"), planned("b"), DERIVED)
    results = [result(planned("a"), 0), result(planned("b"), 0), derived(None)]
    run = RunInfo(reused_s={"b": 60.0})
    assert [gate.id for gate in smallest(results, made, run, passes(made))] == ["e"]


def test_what_nobody_can_mend_is_told_in_full():
    gates = [planned("a"), planned("b", skipped="none", level=2)]
    results = [result(gates[0], 2), result(gates[1])]
    made = plan(*gates)
    assert smallest(results, made, RUN, passes(made)) == ()
    assert len(next_steps(results, made, RUN, complete=True)) == 1


def test_a_step_names_the_file_and_the_command():
    found = result(planned("a"), 2, critical=1)
    (finding,) = found.findings
    placed = msgspec.structs.replace(finding, path="src/a.py", line=7)
    gate = msgspec.structs.replace(found, findings=(placed,))
    (told,) = steps(gate, plan(planned("a")))
    assert told.endswith("; first: src/a.py:7; then: gatescore run --gate a")


def test_what_waits_for_people_is_a_step_for_each_of_them():
    waiting = result(planned("s", unmet=Unmet.PENDING), 2)
    asked = msgspec.structs.replace(waiting, awaiting=("ada signs", "bo signs"))
    assert tuple(steps(asked, plan())) == ("s: ada signs", "s: bo signs")
    assert next_steps([asked], plan(), RUN, complete=True) == ("s: ada signs", "s: bo signs")


def test_what_people_need_not_sign_is_still_a_step_for_each_of_them():
    """A gate that only warns of it asks people too, and no run of it would help."""
    warned = result(planned("s", (Weight.SHOULD,), unmet=Unmet.PENDING), 2)
    asked = msgspec.structs.replace(warned, awaiting=("cy signs",))
    assert asked.status is GateStatus.WARN
    assert tuple(steps(asked, plan())) == ("s: cy signs",)


def test_signatures_are_judged_again_and_not_run():
    signed = planned("s")
    signed = msgspec.structs.replace(
        signed, policy=msgspec.structs.replace(signed.policy, tools=("signoff",))
    )
    (told,) = steps(result(signed, 2), plan(signed))
    assert told.endswith("; then: gatescore judge RUN_DIR --output RUN_DIR")


def test_what_follows_from_others_is_not_to_be_run_alone():
    (told,) = steps(derived(0), plan(DERIVED))
    assert "then:" not in told
    assert told.startswith("e: P: 0, must be >= 5")


def test_what_could_not_be_looked_at_is_tried_again():
    (told,) = steps(result(planned("a"), failure=ERROR), plan(planned("a")))
    assert told == "a: it took too long; then: gatescore run --gate a"
