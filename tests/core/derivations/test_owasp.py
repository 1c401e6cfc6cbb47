"""OWASP: a category counts only where a criterion really ran, and nothing is summed unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.derivations.owasp import CRITICAL, SCORE, UNCOVERED, Settings, derive, table
from gates.core.maps import Category, Maps
from gates.core.model import Status, Weight
from gates.core.plan import Plan
from tests.core.derivations.made import ERROR, planned, result, seen

LIST = "Made Top 3"
CATEGORIES = (
    Category(list=LIST, id="M1", title="Doors", criteria={"a.c0": "the front", "b.c0": "the back"}),
    Category(list=LIST, id="M2", title="Keys", criteria={"b.c0": "the copies"}),
    Category(list=LIST, id="M3", title="Walls", criteria={"c.c0": "the bricks"}),
)
PLAN = Plan(
    gates=(),
    decisive_level=3,
    partial=False,
    pass_score=90,
    warn_score=75,
    maps=Maps(categories=CATEGORIES),
)
A, B, C = planned("a"), planned("b"), planned("c", (Weight.SHOULD,))
GOOD = (result(A, 0), result(B, 0), result(C, 0))


def report(*results):
    look = seen(*results)
    return derive(Settings(), type(look)(plan=PLAN, results=look.results, run=look.run))


def measured(*results):
    return report(*results).measurements


def test_all_that_ran_and_held_covers_everything():
    found = measured(*GOOD)
    assert (found[UNCOVERED].value, found[CRITICAL].value, found[SCORE].value) == (0, 0, 100)
    assert report(*GOOD).examined == 3


def test_a_category_whose_criteria_are_all_skipped_is_uncovered_and_named():
    bare = planned("c", (Weight.SHOULD,), skipped="there is no wall")
    found = report(GOOD[0], GOOD[1], result(bare))
    assert found.measurements[UNCOVERED].value == 1
    assert "M3 Walls" in found.measurements[UNCOVERED].detail
    assert [one.rule for one in found.findings] == ["uncovered"]
    assert found.measurements[CRITICAL].value == 0
    assert found.measurements[SCORE].value == 100


def test_one_criterion_that_ran_covers_its_category():
    skipped = planned("b", skipped="one door only")
    rows = {row.id: row.covered for row in table(CATEGORIES, (GOOD[0], result(skipped), GOOD[2]))}
    assert rows == {"M1": True, "M2": False, "M3": True}


@pytest.mark.parametrize(
    "lost", [result(B, failure=ERROR), result(B), result(B, None)], ids=["error", "not run", "gone"]
)
def test_what_nobody_looked_at_is_no_number_anywhere_and_is_named(lost):
    found = measured(GOOD[0], lost, GOOD[2])
    for metric in (UNCOVERED, CRITICAL, SCORE):
        assert found[metric].value is None
        assert "b is " in found[metric].why


def test_what_was_not_planned_is_named():
    found = measured(GOOD[0], GOOD[2])
    assert found[UNCOVERED].value is None
    assert "b.c0 was not planned" in found[UNCOVERED].why


def test_a_category_that_is_surely_uncovered_is_counted_beside_one_that_may_be():
    bare = planned("c", skipped="there is no wall")
    found = measured(GOOD[0], result(B, failure=ERROR), result(bare))
    assert found[UNCOVERED].value == 1


def test_critical_findings_are_counted_also_where_something_was_not_looked_at():
    found = measured(result(A, 2, critical=2), result(B, failure=ERROR), GOOD[2])
    assert found[CRITICAL].value == 2
    assert "R0 (a)" in found[CRITICAL].detail


def test_a_finding_of_another_criterion_is_none_of_a_category():
    other = planned("d")
    assert measured(*GOOD, result(other, 2, critical=3))[CRITICAL].value == 0


@pytest.mark.parametrize(
    ("results", "score", "word"),
    [
        ((result(A, 0), result(B, 2), result(C, 0)), 57.14, "b.c0"),
        ((result(A, 0), result(B, 0), result(C, 2)), 85.71, "c.c0"),
        ((result(A, 1), result(B, 0), result(C, 0)), 78.57, "a.c0"),
    ],
)
def test_the_score_counts_each_criterion_once_by_its_weight(results, score, word):
    found = measured(*results)[SCORE]
    assert (found.value, found.detail) == (score, f"short in {word}")


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=3, max_size=3), st.integers(0, 2))
def test_a_lost_result_never_makes_a_number_better(values, lost):
    gates = (A, B, C)
    results = [result(gate, value) for gate, value in zip(gates, values, strict=True)]
    before = measured(*results)
    results[lost] = result(gates[lost])
    after = measured(*results)
    assert after[SCORE].value is None
    assert after[CRITICAL].value is None or after[CRITICAL].value == before[CRITICAL].value
    assert after[UNCOVERED].value in (None, before[UNCOVERED].value)


def test_the_table_says_what_each_criterion_sees_and_found():
    rows = table(CATEGORIES, (result(A, 2, critical=2), GOOD[1]))
    assert (rows[0].findings, rows[1].findings) == (2, 0)
    assert [(one.id, one.status) for one in rows[0].criteria] == [
        ("a.c0", Status.FAIL),
        ("b.c0", Status.PASS),
    ]
    assert (rows[2].criteria[0].gate, rows[2].covered) == ("", False)
