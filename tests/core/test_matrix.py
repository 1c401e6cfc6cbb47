"""The matrix joins evidence by operation and aspect, and names what changed unseen."""

import pytest

from gates.core import matrix
from gates.core.model import Aspect, Cell, OperationEvidence, Status


def known(operation: str, aspect: Aspect, state: Status = Status.PASS, **more: object):
    return OperationEvidence(operation=operation, aspect=aspect, state=state, **more)


def test_rows_are_sorted_by_path_then_method_and_columns_by_the_enum() -> None:
    rows = matrix.rows(
        [
            known("POST /b", Aspect.COVERED),
            known("GET /b", Aspect.LOADED),
            known("GET /a", Aspect.CHANGED),
            known("POST /b", Aspect.DOCUMENTED),
        ]
    )
    assert [row.operation for row in rows] == ["GET /a", "GET /b", "POST /b"]
    assert list(rows[2].cells) == [Aspect.DOCUMENTED, Aspect.COVERED]


def test_the_worst_state_the_sum_of_counts_and_the_largest_value_win() -> None:
    (row,) = matrix.rows(
        [
            known("GET /a", Aspect.LOADED, count=3, value=1.0, detail="x"),
            known("GET /a", Aspect.LOADED, Status.FAIL, count=2, value=9.0, detail="y"),
            known("GET /a", Aspect.LOADED, Status.NO_DATA, detail="z"),
        ]
    )
    assert row.cells[Aspect.LOADED] == Cell(state=Status.FAIL, count=5, value=9.0, detail="x; y")


@pytest.mark.parametrize(
    ("aspect", "state", "unseen"),
    [
        (Aspect.EXERCISED, Status.PASS, False),
        (Aspect.TESTED, Status.FAIL, False),
        (Aspect.EXERCISED, Status.NO_DATA, True),
        (Aspect.DOCUMENTED, Status.PASS, True),
        (Aspect.COVERED, Status.PASS, True),
    ],
)
def test_a_changed_operation_needs_a_look(aspect: Aspect, state: Status, unseen: bool) -> None:
    there = (known("GET /a", Aspect.DOCUMENTED), known("GET /a", Aspect.CHANGED))
    rows = matrix.rows([*there, known("GET /a", aspect, state)])
    assert matrix.without_evidence(rows) == (("GET /a",) if unseen else ())


def test_an_operation_that_is_gone_needs_none() -> None:
    assert matrix.without_evidence(matrix.rows([known("GET /a", Aspect.CHANGED)])) == ()


def test_an_operation_that_has_not_changed_needs_none() -> None:
    rows = matrix.rows([known("GET /a", Aspect.CHANGED, Status.NO_DATA)])
    assert matrix.without_evidence(rows) == ()


def test_a_request_as_it_was_sent_belongs_to_its_operation() -> None:
    rows = matrix.rows(
        [
            *(known(name, Aspect.DOCUMENTED) for name in ("GET /b/{b_id}", "GET /b/new")),
            known("GET /b/7", Aspect.LOADED, count=2),
            known("GET /b/8", Aspect.LOADED, count=3),
            known("GET /b/new", Aspect.LOADED, count=5),
            known("POST /b/7", Aspect.LOADED, count=9),
            known("GET /b/7/c", Aspect.LOADED, count=9),
        ]
    )
    counts = {row.operation: row.cells[Aspect.LOADED].count for row in rows}
    assert counts == {"GET /b/{b_id}": 5, "GET /b/new": 5, "POST /b/7": 9, "GET /b/7/c": 9}
