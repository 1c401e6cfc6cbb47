"""The evidence budget: five points, from what this run itself verified and from nothing else."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.derivations.evidence import Part, Settings, derive
from gates.core.model import GateStatus, RunInfo
from tests.core.derivations.made import seen, status

API = ("contract", "oracles", "integration")
SETTINGS = Settings(
    budget=(
        Part(name="build verified", points=1, gates=("build",)),
        Part(name="API verified", points=2, gates=API),
        Part(name="tests verified", points=2, gates=("tests",)),
    )
)
GATES = ("build", *API, "tests")
GOOD = dict.fromkeys(GATES, GateStatus.PASS)


def points(states, run=None):
    given_ones = [status(id, one) for id, one in states.items()]
    return derive(SETTINGS, seen(*given_ones, run=run)).measurements["evidence.points"]


def test_all_that_is_verified_gives_five_points():
    assert points(GOOD).value == 5


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"build": GateStatus.WARN}, 5),
        ({"build": GateStatus.FAIL}, 4),
        ({"contract": GateStatus.FAIL}, 3),
        ({"oracles": GateStatus.FAIL}, 3),
        ({"tests": GateStatus.FAIL}, 3),
        ({"tests": GateStatus.FAIL, "build": GateStatus.FAIL, "oracles": GateStatus.FAIL}, 0),
        ({"oracles": GateStatus.SKIPPED, "integration": GateStatus.SKIPPED}, 5),
    ],
)
def test_what_failed_gives_none_and_what_the_target_has_not_got_takes_none(change, value):
    found = points(GOOD | change)
    assert found.value == value
    assert (value == 5) == (found.detail == "")


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("state", [GateStatus.ERROR, GateStatus.NOT_RUN, GateStatus.PENDING])
def test_what_nobody_looked_at_is_no_number_and_is_named(gate, state):
    found = points(GOOD | {gate: state})
    assert found.value is None
    assert f"{gate} is {state}: why {gate} is so" in found.why
    assert "try: gatescore run --level 3" in found.why


@pytest.mark.parametrize("gate", ["build", "tests"])
def test_a_part_that_is_skipped_or_was_not_planned_is_missing_and_no_pass(gate):
    assert points(GOOD | {gate: GateStatus.SKIPPED}).value is None
    left = {id: state for id, state in GOOD.items() if id != gate}
    assert points(left).value is None
    assert f"{gate} was not planned" in points(left).why


@pytest.mark.parametrize("gate", GATES)
def test_a_result_of_another_run_gives_no_points_and_the_command_says_how(gate):
    found = points(GOOD, RunInfo(reused_s={gate: 60.0}))
    assert found.value is None
    assert f"{gate} was taken over from an earlier run" in found.why
    assert found.why.endswith("try: gatescore run --level 3 --fresh")
    assert points(GOOD, RunInfo(reused_s={gate: 60.0}, resumed=(gate,))).value == 5


def test_a_result_of_another_run_elsewhere_takes_nothing():
    assert points(GOOD, RunInfo(reused_s={"lint": 60.0})).value == 5


def test_an_empty_budget_has_nothing_to_examine():
    assert derive(Settings(), seen()).examined == 0


@given(st.fixed_dictionaries({id: st.sampled_from(list(GateStatus)) for id in GATES}))
def test_the_budget_is_reached_only_where_every_part_held(states):
    held = (GateStatus.PASS, GateStatus.WARN)
    api = {states[id] for id in API} - {GateStatus.SKIPPED}
    whole = states["build"] in held and states["tests"] in held and api and api <= set(held)
    assert (points(states).value == 5) == bool(whole)


def test_each_part_is_told_with_what_it_gave():
    for worst in itertools.product([GateStatus.PASS, GateStatus.FAIL], repeat=2):
        states = GOOD | dict(zip(("build", "tests"), worst, strict=True))
        notes = derive(SETTINGS, seen(*(status(i, s) for i, s in states.items()))).notes
        assert len(notes) == 3
        assert notes[0].startswith(f"build verified: {1 if worst[0] is GateStatus.PASS else 0} of")
