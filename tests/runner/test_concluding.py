"""All results of a run, the derived ones too: no order and no loss makes them better."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gates import catalog
from gates.core.judge import judge
from gates.core.model import (
    GateReport,
    GateStatus,
    Measurement,
    PolicyState,
    RunInfo,
    Status,
    TargetState,
    ToolReport,
    Verdict,
)
from gates.core.past import Past, Share
from gates.core.plan import Plan, PlannedGate, untold
from gates.core.score import scorecard
from gates.runner.concluding import concluded, covered, measured
from gates.shell import config

LOADED = config.read_policy("standard", tools=catalog.names())
GATES = tuple(
    PlannedGate(id=id, policy=gate, tools=gate.tools) for id, gate in LOADED.policy.gates.items()
)
PLAN = Plan(
    gates=GATES,
    decisive_level=3,
    partial=False,
    pass_score=LOADED.policy.pass_score,
    warn_score=LOADED.policy.warn_score,
    maps=LOADED.maps,
    past=Past(runs=10, shares={"integration": Share(10, 10)}),
)
DERIVED = [gate.id for gate in GATES if gate.policy.derived]
JUDGED = measured(GATES)
GOOD = {"PASS", "WARN"}
KINDS = st.sampled_from(["good", "good", "good", "bad", "lost", "gone", "skipped"])


def result(gate, kind):
    """One gate as it would be judged; `bad` fails, `lost` was never run, `gone` has no numbers."""
    if kind in ("lost", "skipped"):
        why = "not here" if kind == "skipped" else ""
        planned = PlannedGate(id=gate.id, policy=gate.policy, skipped=why)
        return judge(planned, None, {})
    passing = judge(gate, GateReport(gate=gate.id, reports=(told(gate),)), {})
    return passing if kind == "good" else turned(passing, kind)


def told(gate):
    """A report that says nothing but that something was examined."""
    measurements = {one.metric: Measurement(value=None) for one in gate.policy.criteria.values()}
    return ToolReport(tool="t", examined=9, examined_unit="x", measurements=measurements)


def turned(found, kind):
    return found if kind == "gone" else with_status(found, Status.FAIL, GateStatus.FAIL)


def with_status(found, status, whole):
    criteria = tuple(msgspec.structs.replace(one, status=status) for one in found.criteria)
    return msgspec.structs.replace(found, status=whole, reason=None, criteria=criteria)


def made(kinds):
    results = {}
    for gate, kind in zip(JUDGED, kinds, strict=True):
        found = result(gate, "gone" if kind == "good" else kind)
        good = with_status(found, Status.PASS, GateStatus.PASS)
        results[gate.id] = good if kind == "good" else found
    return results


def derived(results, ended=True):
    every = concluded(PLAN, results, RunInfo(), ended=ended)
    return {one.id: one for one in every if one.id in DERIVED}


def card(results):
    return scorecard(
        PLAN,
        concluded(PLAN, results, RunInfo(), ended=True),
        target=TargetState(name="t", revision="r", dirty=False),
        policy=PolicyState(name="p", digest="d"),
        run=RunInfo(),
        complete=True,
    )


ALL_GOOD = made(["good"] * len(JUDGED))
LISTS = st.lists(KINDS, min_size=len(JUDGED), max_size=len(JUDGED))


def test_where_every_gate_holds_nothing_that_follows_is_bad():
    found = derived(ALL_GOOD)
    assert set(found) == {"evidence", "owasp", "freshness", "definition-of-done"}
    assert {found[id].status for id in ("evidence", "owasp", "freshness")} == {GateStatus.PASS}
    # What people sign is looked at when a run is put together: here nobody has been asked yet.
    assert found["definition-of-done"].status in (GateStatus.PASS, GateStatus.ERROR)


def test_until_all_have_ended_nothing_is_derived():
    found = derived(ALL_GOOD, ended=False)
    assert {one.status for one in found.values()} == {GateStatus.NOT_RUN}
    assert all(c.status is Status.NO_DATA for one in found.values() for c in one.criteria)


@settings(max_examples=30)
@given(LISTS, st.randoms())
def test_the_order_of_results_is_irrelevant(kinds, random):
    results = made(kinds)
    names = list(results)
    random.shuffle(names)
    assert card(results) == card({id: results[id] for id in names})


@settings(max_examples=30)
@given(LISTS, st.integers(0, len(JUDGED) - 1))
def test_losing_a_result_makes_no_pass_of_what_follows(kinds, lost):
    before, after = derived(made(kinds)), derived(made([*kinds[:lost], "lost", *kinds[lost + 1 :]]))
    for id in DERIVED:
        if before[id].status.value not in GOOD:
            assert after[id].status.value not in GOOD


@settings(max_examples=30)
@given(LISTS, st.integers(0, len(JUDGED) - 1))
def test_turning_a_gate_bad_never_helps(kinds, place):
    good = made([*kinds[:place], "good", *kinds[place + 1 :]])
    bad = made([*kinds[:place], "bad", *kinds[place + 1 :]])
    before, after = card(good), card(bad)
    rank = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.WARN, Verdict.PASS]
    assert rank.index(after.verdict) <= rank.index(before.verdict)
    assert (after.score or 0) <= (before.score or 0)


@pytest.mark.parametrize(
    "past",
    [Past(), Past(runs=3), Past(runs=30, shares={"integration": Share(1, 30)})],
    ids=["none", "few", "bad"],
)
def test_what_earlier_runs_say_is_no_part_of_what_people_sign(past):
    marked = [
        msgspec.structs.replace(gate, absent={**gate.absent, **untold(gate.policy, past)})
        for gate in GATES
    ]
    plan = msgspec.structs.replace(PLAN, gates=tuple(marked), past=past)
    assert covered(plan, ALL_GOOD, RunInfo()) == covered(PLAN, ALL_GOOD, RunInfo())
