"""The function behind an operation, by the operation's id."""

from typing import Any

import pytest

from gates.core.documented import documented
from gates.core.handlers import evidence
from gates.core.model import Status


def document(id: str) -> Any:
    said = {"operationId": id, "responses": {"200": {"description": "x"}}}
    return {"openapi": "3.0.3", "paths": {"/v1/books/{id}": {"get": said}}}


@pytest.mark.parametrize(
    ("id", "functions", "value"),
    [
        ("getBook", {"get_book": (3, 4)}, 75.0),
        ("get_book_v1_books__id__get", {"get_book": (4, 4)}, 100.0),
        ("getBook", {"Books.get_book": (1, 4)}, 25.0),
        ("getBook", {"get_book": (0, 4)}, 0.0),
        ("getBook", {"get_book": (3, 4), "Other.get_book": (1, 1)}, None),
        ("getBook", {"get_books": (3, 4)}, None),
        ("", {"get_book": (3, 4)}, None),
    ],
)
def test_only_a_function_that_is_surely_meant_counts(
    id: str, functions: dict[str, tuple[int, int]], value: float | None
) -> None:
    cells = evidence(documented(document(id)), functions.items())
    assert [one.value for one in cells] == ([] if value is None else [value])
    assert all(one.state is (Status.PASS if value else Status.NO_DATA) for one in cells)
