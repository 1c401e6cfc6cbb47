"""Each operation has to say five things; every one of them missing is named."""

import copy
from typing import Any

import pytest

from gates.probes.documentation import operations

COMPLETE: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/books/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "summary": "One book",
                "description": "All of it.",
                "security": [],
                "responses": {"200": {"description": "ok"}, "404": {"description": "no"}},
            },
        }
    },
    "components": {"parameters": {"Id": {"name": "id", "in": "path", "example": 7}}},
}


def lacking(change: dict[str, Any], drop: tuple[str, ...] = ()) -> tuple[str, ...]:
    document = copy.deepcopy(COMPLETE)
    operation = document["paths"]["/books/{id}"]["get"]
    operation.update(change)
    for key in drop:
        del operation[key]
    (one,) = operations.described(document)
    return operations.lacking(document, one)


@pytest.mark.parametrize(
    ("change", "drop", "missing"),
    [
        ({}, (), ()),
        ({}, ("summary",), ("summary",)),
        ({"summary": " "}, (), ("summary",)),
        ({}, ("description",), ("description",)),
        ({"description": "TODO"}, (), ("description",)),
        ({"summary": "...", "description": "To be done"}, (), ("summary", "description")),
        ({"summary": "Find a book", "description": "find a book."}, (), ("description",)),
        ({"description": "The TODO list of a shop"}, (), ()),
        ({"security": [{"token": []}]}, (), ("security",)),  # nobody says what that is
        ({"security": "token"}, (), ("security",)),
        ({"responses": {"200": {}}}, (), ("error answer (4xx or default)",)),
        ({"responses": {"200": {}, "500": {}}}, (), ("error answer (4xx or default)",)),
        ({"responses": {"200": {}, "4XX": {}}}, (), ()),
        ({"responses": {"200": {}, "default": {}}}, (), ()),
        ({}, ("security",), ("security",)),
        ({}, ("summary", "security"), ("summary", "security")),
    ],
)
def test_what_an_operation_does_not_say_is_named(
    change: dict[str, Any], drop: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    assert lacking(change, drop) == missing


@pytest.mark.parametrize(
    ("change", "demanded"),
    [
        ({}, False),
        ({"security": []}, False),
        ({"security": [{}]}, False),
        ({"security": [{"token": []}]}, True),
        ({"requestBody": {}}, True),
        ({"parameters": [{"name": "q", "example": 1}]}, True),
    ],
)
def test_only_who_can_ask_wrongly_has_to_be_told_of_errors(
    change: dict[str, Any], demanded: bool
) -> None:
    """A health check takes nothing: there is no wrong request for it."""
    given = document({"responses": {"200": {}}} | change)
    (one,) = operations.described(given)
    assert ("error answer (4xx or default)" in operations.lacking(given, one)) is demanded


@pytest.mark.parametrize(
    "more",
    [
        {"components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}},
        {"securityDefinitions": {"token": {"type": "basic"}}},
    ],
)
def test_a_scheme_is_described_where_each_version_has_it(more: dict[str, Any]) -> None:
    given = document({"security": [{"token": []}, {}]}, **more)
    (one,) = operations.described(given)
    assert "security" not in operations.lacking(given, one)


def document(operation: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"summary": "s", "description": "d", "responses": {"404": {}}}
    return {"paths": {"/a": {"post": said | operation}}, "security": [], **more}


def media(**content: Any) -> dict[str, Any]:
    return {"content": {"application/json": content}}


LOOP = {"Loop": {"type": "array", "items": {"$ref": "#/components/schemas/Loop"}}}
BOOK = {"Book": {"properties": {"title": {"examples": ["Emma"]}}}}


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        (document({}), True),  # nothing that could have an example
        (document({"parameters": [{"name": "q"}]}), False),
        (document({"parameters": [{"name": "q", "schema": {"example": 1}}]}), True),
        (document({"parameters": [{"name": "q", "x-example": 1}]}), True),
        (document({"requestBody": media(schema={"type": "object"})}), False),
        (document({"requestBody": media(examples={"a": {"value": 1}})}), True),
        (document({"requestBody": media(examples={})}), False),
        (document({"responses": {"400": media(example={"error": "x"})}}), True),
        (document({"responses": {"400": {"schema": {"type": "string"}}}}), False),
        (document({"responses": {"400": {"examples": {"application/json": 1}}}}), True),
        (
            document(
                {"requestBody": media(schema={"$ref": "#/components/schemas/Book"})},
                components={"schemas": BOOK},
            ),
            True,
        ),
        (
            document(
                {"requestBody": media(schema={"$ref": "#/components/schemas/Loop"})},
                components={"schemas": LOOP},
            ),
            False,
        ),
        (document({"requestBody": media(schema={"$ref": "#/components/none"})}), False),
    ],
)
def test_an_example_is_found_wherever_a_document_may_hold_it(
    given: dict[str, Any], complete: bool
) -> None:
    """B28: circular references end."""
    before = copy.deepcopy(given)
    (one,) = operations.described(given)
    assert operations.lacking(given, one) == (() if complete else ("example",))
    assert given == before


def test_one_finding_names_all_that_is_missing() -> None:
    given = document({"summary": "", "parameters": [{"name": "q"}]})
    (one,) = operations.described(given)
    finding = operations.check(given, one, "openapi.json")
    assert finding is not None
    assert finding.message == "POST /a lacks: summary, example"
    assert finding.path == "openapi.json"
