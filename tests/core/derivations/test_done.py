"""The checklists: done is what every criterion proves, and people alone may be waited for."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.derivations.done import Settings, derive, table
from gates.core.maps import Checklist, Item, Maps
from gates.core.model import ItemState, Weight
from gates.core.plan import Plan
from gates.core.policy import Unmet
from tests.core.derivations.made import ERROR, planned, result, seen

DOD = Checklist(
    id="definition-of-done",
    title="Definition of done",
    item=(
        Item(group="Work", title="built", criteria=("a.c0",)),
        Item(group="Work", title="tried", criteria=("b.c0", "b.c1")),
        Item(group="Word", title="signed", criteria=("s.c0",)),
    ),
)
OTHER = Checklist(id="quality", title="Quality", item=(Item(title="neat", criteria=("b.c1",)),))
PLAN = Plan(
    gates=(),
    decisive_level=3,
    partial=False,
    pass_score=90,
    warn_score=75,
    maps=Maps(checklists=(DOD, OTHER)),
)
A, B = planned("a"), planned("b", (Weight.BLOCK, Weight.SHOULD))
S = planned("s", unmet=Unmet.PENDING)
GOOD = {"a": result(A, 0), "b": result(B, 0, 0), "s": result(S, 0)}
UNSIGNED = {"s": result(S, 2)}


def report(results):
    look = seen(*results.values())
    return derive(Settings(), type(look)(plan=PLAN, results=look.results, run=look.run))


def open_items(results):
    return report(results).measurements["dod.open_items"]


def states(results):
    return [one.state for one in table((DOD,), results.values())[0].items]


def test_an_item_is_done_where_all_of_it_passes():
    assert open_items(GOOD).value == 0
    assert states(GOOD) == [ItemState.DONE] * 3


@pytest.mark.parametrize("values", [(2, 0), (1, 0), (0, 2), (0, 1)])
def test_a_warning_and_a_should_row_keep_an_item_open(values):
    found = open_items(GOOD | {"b": result(B, *values)})
    assert (found.value, found.detail) == (1, "open: tried")
    assert [one.rule for one in report(GOOD | {"b": result(B, *values)}).findings] == ["open-item"]


@pytest.mark.parametrize(
    "lost", [result(B), result(B, failure=ERROR), result(B, 0, None)], ids=["not run", "error", "-"]
)
def test_what_nobody_looked_at_is_not_known_and_named(lost):
    found = open_items(GOOD | {"b": lost})
    assert found.value is None
    assert not found.pending
    assert "tried (b.c" in found.why


def test_a_criterion_that_was_not_planned_is_not_known():
    left = {id: one for id, one in GOOD.items() if id != "a"}
    assert states(left)[0] is ItemState.UNKNOWN
    assert "built (a.c0 did not run)" in open_items(left).why


def test_a_list_whose_only_gap_is_a_signature_waits_for_people():
    found = open_items(GOOD | UNSIGNED)
    assert (found.value, found.pending) == (None, True)
    assert "signed" in found.why


def test_who_has_to_act_is_said():
    told = msgspec.structs.replace(UNSIGNED["s"], awaiting=("ada signs",))
    assert report(GOOD | {"s": told}).pending == ("ada signs",)


@pytest.mark.parametrize(
    ("worse", "value"), [(result(A, 2), 1), (result(A, failure=ERROR), None), (result(A), None)]
)
def test_anything_else_that_is_missing_is_no_waiting(worse, value):
    found = open_items(GOOD | UNSIGNED | {"a": worse})
    assert (found.value, found.pending) == (value, False)


def test_what_the_target_has_not_got_is_left_out_and_alone_it_is_no_pass():
    bare = {id: result(planned(id, skipped="none")) for id in GOOD}
    assert states(GOOD | {"a": bare["a"]})[0] is ItemState.ABSENT
    assert open_items(GOOD | {"a": bare["a"]}).value == 0
    assert open_items(bare).value is None


def test_each_list_has_its_own_number():
    found = report(GOOD | {"b": result(B, 0, 2)}).measurements
    assert found["checklists.quality_open"].value == 1
    assert report(GOOD | {"b": result(B, 2, 0)}).measurements["checklists.quality_open"].value == 0


VALUES = st.sampled_from([0, 1, 2, None, "lost"])


@given(st.lists(VALUES, min_size=4, max_size=4), st.integers(0, 3))
def test_losing_a_result_closes_no_item(values, lost):
    def made(chosen):
        a, b0, b1, s = chosen
        return {
            "a": result(A) if a == "lost" else result(A, a),
            "b": result(B) if "lost" in (b0, b1) else result(B, b0, b1),
            "s": result(S) if s == "lost" else result(S, s),
        }

    before = states(made(values))
    after = states(made([*values[:lost], "lost", *values[lost + 1 :]]))
    for old, new in zip(before, after, strict=True):
        assert new is not ItemState.DONE or old is ItemState.DONE
