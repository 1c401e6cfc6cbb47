"""Requests matched with documented operations, and what each of these lacks."""

from typing import Any

import pytest

from gates.core.documented import documented
from gates.core.named_tests import is_named
from gates.core.tested import Hit, Templates, percent, reached


def document(*paths: str, statuses: tuple[str, ...] = ("200", "404"), base: str = "/v1") -> Any:
    answers = {status: {"description": "x"} for status in statuses}
    return {
        "openapi": "3.0.3",
        "servers": [{"url": base}],
        "paths": {path: {"get": {"responses": answers}} for path in paths},
    }


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/v1/books", "GET /v1/books"),
        ("/v1/books/7", "GET /v1/books/{id}"),
        ("/v1/books/latest", "GET /v1/books/latest"),
        ("/v1/books/7/pages/2", "GET /v1/books/{id}/pages/{page}"),
        ("/v1/books/latest/pages/2", "GET /v1/books/latest/pages/{page}"),
        ("/v1/books/7.json", "GET /v1/books/{id}.json"),
        ("/v1/caf%C3%A9", "GET /v1/café"),
        ("/v1/café", "GET /v1/café"),
        ("/v1/books/a%2Fb", "GET /v1/books/{id}"),
        ("/v1/books/", None),
        ("/v1/books/7/pages", None),
        ("/books", None),
        ("/v1/other", None),
    ],
)
def test_literal_parts_win(path: str, label: str | None) -> None:
    templates = Templates(
        documented(
            document(
                "/books/{id}",
                "/books",
                "/books/{id}.json",
                "/books/latest",
                "/books/{id}/pages/{page}",
                "/books/latest/pages/{page}",
                "/café",
            )
        )
    )
    found = templates.find("get", path)
    assert (found.label if found else None) == label
    assert templates.find("POST", path) is None


@pytest.mark.parametrize(
    ("statuses", "seen", "lacks"),
    [
        (("200", "404"), {200: 1, 404: 1}, ""),
        (("200", "404"), {200: 3}, "an error answer"),
        (("200", "404"), {404: 3}, "a success"),
        (("200", "404"), {}, "a success and an error answer"),
        (("200", "404"), {200: 1, 500: 1}, "an error answer"),
        (("200", "404"), {399: 1, 400: 1}, ""),
        (("200", "4XX"), {200: 1}, "an error answer"),
        (("200",), {200: 1}, ""),
        (("200", "500", "default"), {200: 1}, ""),
        (("200", "429"), {200: 1}, ""),
        (("101", "401"), {101: 1, 401: 1}, ""),
        (("200",), {0: 3}, "a success"),
    ],
)
def test_what_an_operation_lacks(
    statuses: tuple[str, ...], seen: dict[int, int], lacks: str
) -> None:
    hits = {Hit("GET", "/v1/books/1", status): count for status, count in seen.items()}
    (one,), strangers = reached(documented(document("/books/{id}", statuses=statuses)), hits)
    assert (one.lacks, strangers) == (lacks, ())
    assert percent((one,)) == (0.0 if lacks else 100.0)


def test_requests_outside_the_document_are_kept() -> None:
    hits = {Hit("GET", "/x", 404): 2, Hit("DELETE", "/v1/books", 405): 1}
    _, strangers = reached(documented(document("/books")), hits)
    assert strangers == ("DELETE /v1/books (405)", "GET /x (404)")
    assert percent(()) is None


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("test_half", True),
        ("test_half[a-1]", True),
        ("tests/live/test_orders.py::test_half", True),
        ("live/test_orders.py::test_half", True),
        ("test_orders.py::test_half", True),
        ("tests/live/test_orders.py::test_half[a-1]", True),
        ("tests.live.test_orders.test_half", True),
        ("tests/live/test_orders.py::test_half[a-2]", False),
        ("orders.py::test_half", False),
        ("test_hal", False),
        ("half", False),
    ],
)
def test_a_named_test_is_found_by_its_name(name: str, means: bool) -> None:
    node_id = "tests/live/test_orders.py::test_half[a-1]"
    assert is_named(name, node_id, "tests.live.test_orders", "test_half[a-1]") is means


@pytest.mark.parametrize(
    ("name", "means"),
    [("is well", True), ("notes is well", True), ("notes::is well", True), ("is", False)],
)
def test_a_named_test_of_another_runner(name: str, means: bool) -> None:
    assert is_named(name, "notes::is well", "notes", "is well") is means
