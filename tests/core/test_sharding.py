"""Plans for several machines: every gate is dealt once, and stays with what it reads."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.plan import PlannedGate
from gates.core.policy import GatePolicy
from gates.core.sharding import PlanFile, Rules, Share, Subject, dealt, flaws, for_merge, together


def gate(id, after=(), resource="cpu"):
    policy = GatePolicy(
        level=1, title=id, tools=("t",), criteria={}, after=after, resource=resource
    )
    return PlannedGate(id=id, policy=policy)


GATES = (
    gate("lint"),
    gate("tests"),
    gate("contract", resource="service"),
    gate("auth", resource="service"),
    gate("errors", after=("contract", "auth"), resource="service"),
    gate("load", resource="exclusive"),
    gate("features", after=("tests", "contract")),
    gate("late", after=("features",), resource="service"),
    gate("alone", after=("not-planned",)),
)


def test_what_reads_results_alone_is_the_merges_and_so_is_what_waits_for_it():
    assert for_merge(GATES) == ("features", "late")


def test_what_reads_what_others_left_with_the_service_stays_with_them():
    left = [each for each in GATES if each.id not in for_merge(GATES)]
    groups = {frozenset(ids) for ids in together(left)}
    assert groups == {
        frozenset({"contract", "auth", "errors"}),
        *(frozenset({id}) for id in ("lint", "tests", "load", "alone")),
    }


def test_the_longest_are_dealt_first_and_the_shards_take_about_as_long():
    seconds = {"lint": 1, "tests": 15, "contract": 40, "auth": 6, "errors": 3, "load": 60}
    left = [each for each in GATES if each.id in seconds]
    first, second = dealt(left, seconds, 2)
    assert (first.gates, second.gates) == (
        ("lint", "load"),
        ("tests", "contract", "auth", "errors"),
    )


def test_no_shard_is_empty():
    assert [share.id for share in dealt(GATES[:2], {}, 9)] == ["1", "2"]
    assert dealt((), {}, 3) == ()


@given(st.data())
def test_every_gate_is_dealt_once_whoever_waits_for_whom(data):
    ids = [f"g{number}" for number in range(data.draw(st.integers(0, 12)))]
    gates = [
        gate(
            id,
            tuple(data.draw(st.lists(st.sampled_from(ids), max_size=3))),
            data.draw(st.sampled_from(["cpu", "service"])),
        )
        for id in ids
    ]
    merge = for_merge(gates)
    shares = dealt(
        [each for each in gates if each.id not in merge], {}, data.draw(st.integers(1, 5))
    )
    assert sorted([*merge, *(id for share in shares for id in share.gates)]) == sorted(ids)
    home = {id: share.id for share in shares for id in share.gates}
    for each in gates:
        if each.id in home:
            assert {home.get(other) for other in each.policy.after} <= {home[each.id]}


PLAN = PlanFile(
    nonce="0" * 32,
    version="1",
    target=Subject(name="t", revision="r"),
    policy=Rules(name="p", digest="d"),
    profile="ci",
    shards=(Share(id="1", gates=("a",)), Share(id="2", gates=("b",))),
)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, None),
        ({"nonce": "0" * 31}, "nonce"),
        ({"nonce": "G" * 32}, "nonce"),
        ({"shards": ()}, "there is none"),
        ({"shards": (), "merge": ("a",)}, None),
        ({"shards": (Share(id="1", gates=()),)}, '"1" has no gates'),
        ({"shards": (PLAN.shards[0], Share(id="1", gates=("c",)))}, 'the id "1"'),
        ({"shards": (PLAN.shards[0], Share(id="2", gates=("a",)))}, 'the gate "a"'),
        ({"merge": ("b",)}, 'the gate "b"'),
    ],
)
def test_a_plan_that_cannot_be_is_told(change, word):
    found = flaws(msgspec.structs.replace(PLAN, **change))
    assert found == () if word is None else len(found) == 1 and word in found[0]
