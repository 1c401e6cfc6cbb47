"""Status codes that a document names: each rule with its breach and its clean twin."""

from collections.abc import Callable

import pytest

from gates.core.behaviour import Throttle
from gates.core.design import statuses
from gates.core.design.model import Api, limited
from gates.core.openapi import JSON

Make = Callable[..., Api]
ITEM: dict[str, dict[str, JSON]] = {"/v1/books/{id}": {"get": {"responses": {"404": {}}}}}
NAMED: JSON = {"type": "object", "properties": {"id": {"type": "integer"}}}
PLACE: JSON = {"headers": {"Location": {"schema": {"type": "string"}}}}


def responses(*found: str) -> JSON:
    return {status: {} for status in found}


def body(**properties: JSON) -> JSON:
    schema: JSON = {"type": "object", "properties": properties}
    return {"content": {"application/json": {"schema": schema}}}


@pytest.mark.parametrize(
    ("path", "found", "broken"),
    [
        ("/v1/books", ["200"], True),
        ("/v1/books", ["204"], True),
        ("/v1/books", ["201"], False),
        ("/v1/books", ["202"], False),
        ("/v1/books", ["200", "201"], False),
        ("/v1/books", ["2XX"], False),
        ("/v1/books/search", ["200"], False),
        ("/v1/auth/login", ["200"], False),
        ("/v1/messages", ["200"], False),  # no item, no word of creating: it may only be sent
        ("/v1/books/{id}/cancel", ["200"], False),
    ],
)
def test_created(api: Make, path: str, found: list[str], broken: bool) -> None:
    made = statuses.created(api({**ITEM, path: {"post": {"responses": responses(*found)}}}))
    assert [one.place for one in made] == ([f"POST {path}"] if broken else [])


def test_created_by_its_name(api: Make) -> None:
    said: JSON = {"operationId": "createMessage", "responses": responses("200")}
    assert len(statuses.created(api({"/v1/messages": {"post": said}}))) == 1


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        ({}, True),
        (PLACE, False),
        ({"content": {"application/json": {"schema": NAMED}}}, False),
        (body(data={"type": "object", "properties": {"uuid": {}}}), False),
        (body(book_id={"type": "integer"}), False),
        (body(title={"type": "string"}), True),
    ],
)
def test_location(api: Make, answer: JSON, broken: bool) -> None:
    found = api({**ITEM, "/v1/books": {"post": {"responses": {"201": answer}}}})
    assert len(statuses.located(found)) == broken


@pytest.mark.parametrize(
    ("found", "broken"),
    [(["204"], 0), (["200"], 0), (["202", "404"], 0), (["201"], 1), (["204", "206"], 1)],
)
def test_deleted(api: Make, found: list[str], broken: int) -> None:
    made = api({"/v1/books/{id}": {"delete": {"responses": responses(*found)}}})
    assert len(statuses.deleted(made)) == broken


@pytest.mark.parametrize(
    ("security", "found", "broken"),
    [
        ([{"bearer": []}], ["200"], 1),
        ([{"bearer": []}], ["200", "401"], 0),
        ([{"bearer": []}], ["200", "403"], 0),
        ([{"bearer": []}], ["200", "4XX"], 0),
        ([{"bearer": []}], ["200", "default"], 0),
        ([], ["200"], 0),
        ([{"bearer": []}, {}], ["200"], 0),  # optional: nobody is refused
    ],
)
def test_unauthenticated(api: Make, security: JSON, found: list[str], broken: int) -> None:
    said: JSON = {"security": security, "responses": responses(*found)}
    assert len(statuses.unauthenticated(api({"/v1/books": {"get": said}}))) == broken


@pytest.mark.parametrize(("found", "broken"), [("200", 1), ("403", 0), ("404", 0)])
def test_forbidden_for_some(api: Make, found: str, broken: int) -> None:
    said: JSON = {"operationId": "listUsers", "responses": responses(found)}
    for name in ("GET /v1/users", "listUsers"):
        made = api({"/v1/users": {"get": said}}, forbidden=[name])
        assert len(statuses.forbidden(made)) == broken
    assert statuses.forbidden(api({"/v1/users": {"get": said}})) == []


@pytest.mark.parametrize(
    ("path", "method", "found", "broken"),
    [
        ("/v1/books/{id}", "get", ["200"], 1),
        ("/v1/books/{id}", "get", ["200", "404"], 0),
        ("/v1/books/{id}", "delete", ["204", "410"], 0),
        ("/v1/books/{id}", "put", ["200", "201"], 0),  # it makes what is not there
        ("/v1/books", "get", ["200"], 0),
    ],
)
def test_not_found(api: Make, path: str, method: str, found: list[str], broken: int) -> None:
    made = api({path: {method: {"responses": responses(*found)}}})
    assert len(statuses.not_found(made)) == broken


@pytest.mark.parametrize(
    ("member", "found", "broken"),
    [
        ("email", ["201"], 1),
        ("username", ["201", "409"], 0),
        ("isbn", ["201", "422"], 0),
        ("title", ["201"], 0),
    ],
)
def test_conflict(api: Make, member: str, found: list[str], broken: int) -> None:
    said: JSON = {"requestBody": body(**{member: {}}), "responses": responses(*found)}
    made = statuses.conflict(api({**ITEM, "/v1/books": {"post": said}}))
    assert len(made) == broken


@pytest.mark.parametrize(
    ("said", "validation", "broken"),
    [
        ({"requestBody": body(title={}), "responses": responses("201")}, "either", 1),
        ({"requestBody": body(title={}), "responses": responses("400")}, "either", 0),
        ({"requestBody": body(title={}), "responses": responses("422")}, "either", 0),
        ({"requestBody": body(title={}), "responses": responses("400")}, "422", 1),
        ({"requestBody": body(title={}), "responses": responses("422")}, "400", 1),
        ({"responses": responses("200")}, "either", 0),
    ],
)
def test_invalid(api: Make, said: JSON, validation: str, broken: int) -> None:
    made = api({"/v1/books": {"post": said}}, validation=validation)
    assert len(statuses.invalid(made)) == broken


def test_limits_and_when_to_come_back(api: Make) -> None:
    waits: JSON = {"headers": {"Retry-After": {}}}
    paths: dict[str, dict[str, JSON]] = {
        "/v1/login": {"post": {"responses": responses("200")}},
        "/v1/books": {"get": {"responses": {"429": {}}}},
        "/v1/orders": {"get": {"responses": {"429": waits}}},
    }
    names = limited((Throttle(operation="GET /v1/orders", limit=5, window_s=1),), "POST /v1/login")
    made = api(paths, throttled=list(names))
    assert [one.place for one in statuses.throttled(made)] == ["POST /v1/login"]
    assert [one.place for one in statuses.retry_after(made)] == ["GET /v1/books"]
