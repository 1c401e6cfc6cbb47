"""What was found out of operations, as operations of a load."""

import json
from itertools import count
from typing import Any

import pytest

from gates.core.documented import Documented, documented
from gates.core.load import Operation
from gates.core.openapi import JSON
from gates.core.ownership import Resource, resources
from gates.core.scenario_templates import (
    MOST_BODIES,
    Tried,
    built,
    marked,
    names,
    places,
    referring,
    sent_as,
    text_of,
)

PATHS = ("POST /books", "GET /books/{id}", "DELETE /books/{id}", "PUT /books/{id}", "GET /plain")


def document(*operations: str) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in operations or PATHS:
        method, path = one.split(" ")
        parts = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        said: dict[str, Any] = {
            "parameters": [{"name": part, "in": "path", "required": True} for part in parts]
        }
        if method in ("POST", "PUT"):
            said["requestBody"] = {"content": {"application/json": {"schema": {}}}}
        paths.setdefault(path, {})[method.lower()] = said
    return {"openapi": "3.1.0", "paths": paths}


SAID = document()
OPS: dict[str, Documented] = {op.label: op for op in documented(SAID)}
BOOK = "/books/{}"
MAKE = Tried(
    op=OPS["POST /books"],
    status=(201,),
    body={"a": 1},
    has_body=True,
    makes=BOOK,
    place="/id",
)
READ = Tried(op=OPS["GET /books/{id}"], status=(200,))
END = Tried(op=OPS["DELETE /books/{id}"], status=(204,), takes=True)
PUT = Tried(op=OPS["PUT /books/{id}"], status=(200,), body={"b": 2}, has_body=True)
PLAIN = Tried(op=OPS["GET /plain"], status=(200,))


def load(
    *tried: Tried, weights: dict[str, float] | None = None, requests: int = 100
) -> dict[str, Operation]:
    given = weights or {}
    found = built(
        tried, {BOOK: "book"}, SAID, lambda op: given.get(op.label, 1.0), requests=requests
    )
    return {one.name: one for one in found}


def test_a_reader_and_an_ender_have_objects_of_their_own() -> None:
    ops = load(MAKE, READ, END, PLAIN)
    read, end = ops["GET /books/{id}"], ops["DELETE /books/{id}"]
    assert (read.path, read.needs, read.takes) == ("/books/{book}", ("book",), "")
    assert end.needs == (end.takes,)
    assert end.takes not in read.needs
    assert end.path == f"/books/{{{end.takes}}}"
    assert ops["POST /books"].capture == {"book": "/id", end.takes: "/id"}
    assert (ops["GET /plain"].needs, ops["GET /plain"].capture) == ((), {})


def test_nothing_is_captured_that_nobody_needs() -> None:
    assert load(MAKE, PLAIN)["POST /books"].capture == {}


@pytest.mark.parametrize(
    ("tried", "weights", "expected"),
    [
        ((MAKE, END), {}, 0.9),
        ((MAKE, READ, END), {}, 0.45),
        ((MAKE, READ, END), {"POST /books": 4.0}, 1.0),
        ((MAKE, READ, END), {"POST /books": 4.0, "DELETE /books/{id}": 9.0}, 1.8),
        ((MAKE, READ, END), {"DELETE /books/{id}": 0.2}, 0.2),
    ],
)
def test_objects_end_at_most_as_often_as_they_are_made(
    tried: tuple[Tried, ...], weights: dict[str, float], expected: float
) -> None:
    assert load(*tried, weights=weights)["DELETE /books/{id}"].weight == pytest.approx(expected)


@pytest.mark.parametrize(
    ("requests", "least"), [(0, 1), (100, 50), (10_000, 5_000), (10**6, MOST_BODIES)]
)
def test_there_are_bodies_enough_each_another(requests: int, least: int) -> None:
    numbers = count()
    make = Tried(op=MAKE.op, status=(201,), has_body=True, fresh=lambda: {"n": next(numbers)})
    bodies = load(make, PLAIN, requests=requests)["POST /books"].bodies
    assert least <= len(bodies) == len(set(bodies)) <= MOST_BODIES
    assert json.loads(bodies[0]) == {"n": 0}


def test_the_documents_own_example_needs_no_object() -> None:
    said = document("GET /books/{id}")
    said["paths"]["/books/{id}"]["get"]["parameters"][0]["example"] = "a b"
    (op,) = documented(said)
    (one,) = built(
        (Tried(op=op, status=(200,), plain=True),), {BOOK: "book"}, said, lambda _: 1.0, 1
    )
    assert (one.path, one.needs) == ("/books/a%20b", ())


def known(*operations: str) -> tuple[Resource, ...]:
    return resources(documented(document(*operations)))


def test_each_resource_has_a_name_of_its_own() -> None:
    found = names(known("GET /books/{id}", "GET /shops/{id}/books/{b}", "GET /v1/äß/{id}"))
    assert len(set(found.values())) == len(found) == 4
    assert found["/books/{}"] == "book"
    assert found["/shops/{}"] == "shop"
    assert all(name.replace("_", "").isalnum() and name.isascii() for name in found.values())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"book_id": 5}, '{"book_id": {book}}'),
        ({"bookId": "x"}, '{"bookId": "{book}"}'),
        ({"book_ids": [5, 6]}, '{"book_ids": [{book}]}'),
        ([{"book_id": "x", "other_id": 1}], '[{"book_id": "{book}", "other_id": 1}]'),
        ({"book": {"book_id": 1}}, '{"book": {"book_id": {book}}}'),
        ("book_id", '"book_id"'),
    ],
)
def test_a_body_names_objects_that_are_filled_in_later(body: JSON, text: str) -> None:
    found = referring(body, known("GET /books/{id}"), lambda _, example: marked("book", example))
    assert text_of(found, ["book"]) == text


def test_ids_in_bodies_keep_their_kind() -> None:
    assert sent_as("5", 1) == 5
    assert sent_as("5", "x") == "5"


@pytest.mark.parametrize(
    ("answer", "location", "sent", "first"),
    [
        ({"count": 7, "id": 7}, "", None, "/id"),
        ({"count": 7, "orderId": 7}, "", None, "/orderId"),
        ({"data": {"id": "7"}}, "", None, "/data/id"),
        ({"a/b": {"~": "7"}}, "", None, "/a~1b/~0"),
        (None, "http://host/books/7?x=1", None, "$location"),
        (None, "/books/17", None, ""),
        (None, "", {"name": "7"}, "$request/name"),
        ({"flag": True}, "", None, ""),
        ([{"id": 7}], "", None, ""),
    ],
)
def test_places_of_an_id(answer: JSON, location: str, sent: JSON, first: str) -> None:
    assert next(places("7", answer, location, sent), "") == first
