"""What a request to an operation needs, read from documents of 2.0 and 3.x, and the request."""

from typing import Any

import pytest

from gates.core.documented import Made, documented, made

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://api.example.com/v1"}],
    "security": [{"bearer": []}],
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        },
        "schemas": {
            "Book": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string", "minLength": 1}},
            }
        },
    },
    "paths": {
        "/books/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "security": [],
                "parameters": [
                    {"name": "q", "in": "query", "required": True, "example": "a b&c"},
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                    {"name": "X-Trace", "in": "header", "required": True, "example": "t"},
                    {"name": "sid", "in": "cookie", "required": True, "example": "s"},
                ],
                "responses": {"200": {"description": "ok"}},
            },
            "put": {
                "security": [{"bearer": []}, {}],
                "requestBody": {
                    "content": {
                        "text/plain": {},
                        "application/json": {"schema": {"$ref": "#/components/schemas/Book"}},
                    }
                },
            },
            "delete": {},
        }
    },
}
SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "basePath": "/api",
    "paths": {
        "/pets": {
            "post": {
                "parameters": [
                    {
                        "name": "pet",
                        "in": "body",
                        "required": True,
                        "schema": {"type": "object", "properties": {"n": {"type": "integer"}}},
                    }
                ]
            },
            "put": {
                "parameters": [
                    {"name": "file", "in": "formData", "type": "string", "required": True},
                    {"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"}},
                ]
            },
        }
    },
}
OPERATIONS = {op.label: op for op in documented(DOCUMENT)}
PETS = {op.label: op for op in documented(SWAGGER)}


@pytest.mark.parametrize(
    ("label", "protected", "alternatives"),
    [
        ("GET /v1/books/{id}", False, ()),
        ("PUT /v1/books/{id}", False, (frozenset({"bearer"}), frozenset())),
        ("DELETE /v1/books/{id}", True, (frozenset({"bearer"}),)),
    ],
)
def test_who_gets_in(label: str, protected: bool, alternatives: object) -> None:
    assert OPERATIONS[label].protected is protected
    assert OPERATIONS[label].security == alternatives


def test_a_request_carries_every_required_parameter_where_it_belongs() -> None:
    op = OPERATIONS["GET /v1/books/{id}"]
    assert made(op, DOCUMENT, {"id": "x/ü"}) == Made(
        method="GET",
        path="/v1/books/x%2F%C3%BC?q=a%20b%26c",
        headers=(("X-Trace", "t"), ("Cookie", "sid=s")),
    )
    assert "page=" in made(op, DOCUMENT, optional=True).path
    assert "page=3" in made(op, DOCUMENT, {"page": 3}).path


def test_a_body_is_json_where_json_is_offered() -> None:
    op = OPERATIONS["PUT /v1/books/{id}"]
    assert op.body_type == "application/json"
    request = made(op, DOCUMENT)
    assert request.body == b'{"title": "sample"}'
    assert request.headers == (("Content-Type", "application/json"),)
    assert made(op, DOCUMENT, body={"title": "x"}).body == b'{"title": "x"}'
    assert made(op, DOCUMENT, body=None).body == b"null"


def test_a_body_of_swagger_is_a_body_here_too() -> None:
    op = PETS["POST /api/pets"]
    assert (op.body_type, op.body_required) == ("application/json", True)
    assert made(op, SWAGGER).body == b'{"n": 1}'


def test_a_form_of_swagger_is_sent_as_a_form() -> None:
    request = made(PETS["PUT /api/pets"], SWAGGER, {"ids": [1, 2]})
    assert request.body == b"file=sample"
    assert request.path == "/api/pets?ids=1&ids=2"
    assert request.headers == (("Content-Type", "application/x-www-form-urlencoded"),)
