"""The table of operations says what was called, what failed, and what nobody tried."""

from gates.core.model import Aspect, Cell, OperationRow, Status, Verdict
from reports.html_report import render
from reports.matrix import matrix_of
from tests.reports import samples
from tests.reports.markup import Page


def test_without_operations_there_is_no_table() -> None:
    assert matrix_of(()) is None


def test_operations_with_a_failure_come_first_and_the_others_keep_their_order() -> None:
    found = matrix_of(samples.operations(failing=True))
    assert found is not None
    assert [row.operation for row in found.rows] == [
        "GET /v1/orders/{order_id}",
        "GET /health",
        "GET /v1/books",
        "DELETE /v1/books/{book_id}",
    ]
    assert (found.total, found.called, found.changed, found.failing) == (4, 3, 1, 1)


def test_only_known_aspects_are_columns_and_each_cell_says_how_often() -> None:
    found = matrix_of(samples.operations())
    assert found is not None
    assert "Throttled" not in found.heads
    cells = {(row.operation, cell.head): cell for row in found.rows for cell in row.cells}
    assert cells["GET /v1/books", "Load"].text == "p95 7.25 ms, 2,105 ×"
    assert cells["GET /v1/books", "Covered"].text == "93.4 %"
    assert cells["GET /v1/books", "Changed"].text == ""
    tried = cells["DELETE /v1/books/{book_id}", "Authorisation"]
    assert (tried.word, tried.told) == ("not tried", "no object could be made")


def test_the_page_shows_every_operation_up_to_its_limit() -> None:
    rows = tuple(
        OperationRow(operation=f"GET /{n}", cells={Aspect.EXERCISED: Cell(state=Status.PASS)})
        for n in range(405)
    )
    card = samples.scorecard((), Verdict.PASS, "x", operations=rows)
    text = Page(render(card).decode()).text
    assert "405 operations" in text
    assert "GET /399" in text
    assert "GET /400" not in text
    assert "5 more are in scorecard.json" in text
