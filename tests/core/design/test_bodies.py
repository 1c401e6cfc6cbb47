"""Forms of bodies that a document names: of success, of lists, of failures; and listed codes."""

from collections.abc import Callable

import pytest

from gates.core.design import bodies
from gates.core.design.model import Api
from gates.core.openapi import JSON

Make = Callable[..., Api]
BARE: JSON = {"type": "object", "properties": {"id": {}, "title": {}}}
WRAPPED: JSON = {"type": "object", "properties": {"data": BARE, "meta": {"type": "object"}}}
ROWS: JSON = {"type": "array", "items": BARE}
ITEMS: JSON = {"type": "object", "properties": {"items": ROWS}}


def answering(schema: JSON, status: str = "200", media: str = "application/json") -> JSON:
    return {"get": {"responses": {status: {"content": {media: {"schema": schema}}}}}}


def places(found: list[bodies.Violation]) -> list[str]:
    return [one.place for one in found]


@pytest.mark.parametrize(
    ("wanted", "broken"),
    [("auto", ["GET /c"]), ("bare", ["GET /c"]), ("data", ["GET /a", "GET /b"])],
)
def test_one_form_of_success(api: Make, wanted: str, broken: list[str]) -> None:
    paths = {"/a": answering(BARE), "/b": answering(BARE), "/c": answering(WRAPPED)}
    assert places(bodies.success(api(paths, success=wanted))) == broken


def test_a_service_with_a_success_envelope_and_the_answer_of_its_login(api: Make) -> None:
    session: JSON = {"type": "object", "properties": {"access_token": {}}}
    paths = {"/a": answering(WRAPPED), "/b": answering(WRAPPED), "/auth/login": answering(session)}
    for wanted in ("auto", "data"):
        assert bodies.success(api(paths, success=wanted)) == []


def test_what_a_caller_may_do_stands_beside_data(api: Make) -> None:
    properties: JSON = {"data": BARE, "permissions": {"type": "object"}}
    object_: JSON = {"type": "object", "properties": properties}
    assert bodies.success(api({"/a": answering(WRAPPED), "/b": answering(object_)})) == []


def test_a_resource_with_a_member_called_data_is_not_wrapped(api: Make) -> None:
    point: JSON = {"type": "object", "properties": {"id": {}, "data": {}, "unit": {}}}
    assert bodies.success(api({"/a": answering(BARE), "/b": answering(point)})) == []


def test_lists_stand_at_one_place(api: Make) -> None:
    paths = {"/a": answering(ITEMS), "/b": answering(ITEMS), "/c": answering(ROWS)}
    (one,) = bodies.lists(api(paths))
    assert (one.place, one.better) == ("GET /c", "at /items")
    assert bodies.lists(api({"/a": answering(ROWS), "/b": answering(ROWS)})) == []


def failure(**members: JSON) -> JSON:
    return {"type": "object", "required": list(members), "properties": members}


CODE: JSON = {"type": "string", "enum": ["not_found", "conflict"]}
NESTED = failure(error=failure(code=CODE, message={"type": "string"}))
FLAT = failure(error={"type": "string"}, code=CODE)
PROBLEM: JSON = {"type": "object", "properties": {"type": CODE, "title": {}, "status": {}}}
PROBLEM_TYPE = "application/problem+json"


def failing(schema: JSON, media: str = "application/json") -> JSON:
    return answering(schema, "404", media)


@pytest.mark.parametrize(
    ("wanted", "schema", "media", "broken"),
    [
        ("documented", NESTED, "application/json", 0),
        ("error-code", NESTED, "application/json", 0),
        ("error-code", FLAT, "application/json", 0),
        ("error-code", failure(detail={}), "application/json", 2),
        ("problem+json", PROBLEM, PROBLEM_TYPE, 0),
        ("problem+json", PROBLEM, "application/json", 2),
        (["/error/code"], NESTED, "application/json", 0),
        (["/fault"], NESTED, "application/json", 2),
    ],
)
def test_the_envelope_of_the_policy(
    api: Make, wanted: JSON, schema: JSON, media: str, broken: int
) -> None:
    found = api({"/a": failing(schema, media), "/b": failing(schema, media)}, envelope=wanted)
    assert len(bodies.errors(found)) == broken


def test_the_form_that_most_errors_have_is_the_envelope(api: Make) -> None:
    paths = {"/a": failing(NESTED), "/b": failing(NESTED), "/c": failing(failure(fault={}))}
    (one,) = bodies.errors(api(paths))
    assert (one.place, one.better) == ("GET /c", "{error: {code, message}}")


def test_no_error_has_a_schema(api: Make) -> None:
    (one,) = bodies.errors(api({"/a": answering(BARE)}))
    assert one.place == "#/paths"
    assert bodies.errors(api({})) == []


@pytest.mark.parametrize(
    ("schema", "broken"),
    [
        (NESTED, 0),
        (FLAT, 0),
        (PROBLEM, 0),
        ({"oneOf": [FLAT, NESTED]}, 0),
        (failure(error=failure(code={"const": "not_found"})), 0),
        (failure(code={"type": "string"}), 1),
        (failure(message={"type": "string"}), 1),
    ],
)
def test_codes_are_listed(api: Make, schema: JSON, broken: int) -> None:
    assert len(bodies.codes(api({"/a": failing(schema)}))) == broken


def test_a_schema_without_codes_is_one_breach_however_often_it_is_used(api: Make) -> None:
    reference: JSON = {"$ref": "#/components/schemas/Error"}
    paths = {f"/{name}": failing(reference) for name in "abc"}
    components: JSON = {"schemas": {"Error": failure(message={"type": "string"})}}
    assert places(bodies.codes(api(paths, components))) == ["#/components/schemas/Error"]
