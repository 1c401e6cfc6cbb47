"""Which operation makes, lists, reads, changes and deletes which kind of object."""

from typing import Any

import pytest

from gates.core.documented import documented
from gates.core.ownership import Resource, noun_of, referred, resources, shape_of, shapes_of


def found(paths: dict[str, Any], **more: Any) -> dict[str, Resource]:
    document = {"openapi": "3.1.0", "paths": paths, **more}
    return {one.shape: one for one in resources(documented(document))}


def op(*statuses: str, **more: Any) -> dict[str, Any]:
    return {"responses": {status: {"description": ""} for status in statuses or ("200",)}, **more}


def test_a_resource_with_all_its_operations() -> None:
    item = {name: op() for name in ("get", "put", "patch", "delete")}
    paths = {
        "/orders": {"get": op(), "post": op("201")},
        "/orders/{order_id}": item,
        "/orders/{order_id}/cancel": {"post": op()},
    }
    order = found(paths)["/orders/{}"]
    assert (order.key, order.noun, order.depth) == ("order_id", "order", 1)
    assert order.making and order.making.label == "POST /orders"
    assert order.listing and order.listing.label == "GET /orders"
    assert order.reading and order.reading.label == "GET /orders/{order_id}"
    assert [one.operation.method for one in order.changing] == ["PUT", "PATCH"]
    assert order.deleting and order.deleting.label == "DELETE /orders/{order_id}"
    assert [one.label for one in order.others] == ["POST /orders/{order_id}/cancel"]


def test_one_that_lies_in_another_is_not_below_it() -> None:
    paths = {
        "/users/{id}": {"get": op()},
        "/users/{user_id}/orders": {"get": op(), "post": op("201")},
        "/users/{user_id}/orders/{id}": {"get": op()},
    }
    both = found(paths)
    assert list(both) == ["/users/{}", "/users/{}/orders/{}"]
    assert both["/users/{}"].others == ()
    inner = both["/users/{}/orders/{}"]
    assert inner.making and inner.making.label == "POST /users/{user_id}/orders"
    assert (inner.key, inner.depth) == ("id", 2)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ({"/notes/create": {"post": op()}}, "POST /notes/create"),
        ({"/books/{id}/notes": {"post": op("201")}}, "POST /books/{id}/notes"),
        ({"/notes/{key}": {"put": op("200", "201")}}, "PUT /notes/{key}"),
        ({"/notes/{key}": {"put": op("200")}}, ""),
        ({"/notes": {"put": op()}}, ""),
    ],
)
def test_how_an_object_is_made(paths: dict[str, Any], expected: str) -> None:
    note = found({"/notes/{key}": {"get": op()}, **paths})["/notes/{}"]
    assert (note.making.label if note.making else "") == expected


def test_a_link_says_where_the_id_is() -> None:
    link = {"operationId": "getNote", "parameters": {"key": "$response.body#/made/number"}}
    made = {"responses": {"201": {"description": "", "links": {"note": link}}}}
    paths = {"/scribble": {"post": made}, "/notes/{key}": {"get": op(operationId="getNote")}}
    note = found(paths)["/notes/{}"]
    assert note.making and note.making.label == "POST /scribble"
    assert note.link == "$response.body#/made/number"


@pytest.mark.parametrize(
    ("word", "noun"),
    [
        ("orders", "order"),
        ("categories", "category"),
        ("order-lines", "order_line"),
        ("orderLines", "order_line"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("status", "status"),
        ("news", "news"),
        ("bus", "bus"),
        ("me", "me"),
    ],
)
def test_nouns(word: str, noun: str) -> None:
    assert noun_of(word) == noun


def test_shapes() -> None:
    assert shape_of("/a/{x}/b/{y}/") == "/a/{}/b/{}"
    assert shapes_of("/a/{x}/b/{y}/c") == ("/a/{}", "/a/{}/b/{}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("book_id", "/books/{}"),
        ("bookId", "/books/{}"),
        ("book_ids", "/books/{}"),
        ("book", None),
        ("id", None),
        ("shelf_id", None),
    ],
)
def test_what_a_field_refers_to(name: str, expected: str | None) -> None:
    known = tuple(found({"/books/{id}": {"get": op()}}).values())
    target = referred(name, known)
    assert (target.shape if target else None) == expected
