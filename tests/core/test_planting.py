"""Bodies that are valid, unlike any other, and known again."""

from typing import Any

import pytest

from gates.core.documented import Documented, documented
from gates.core.planting import canary_of, moved, planted, properties


def op(schema: dict[str, Any], **content: Any) -> Documented:
    body = {"content": {"application/json": {"schema": schema, **content}}}
    post = {"post": {"requestBody": body, "responses": {}}}
    return documented({"openapi": "3.1.0", "paths": {"/x": post}})[0]


def value(schema: dict[str, Any], number: int = 5, **more: Any) -> Any:
    whole = {"type": "object", "required": ["f"], "properties": {"f": schema}}
    return planted(op(whole), {}, number, **more).body["f"]  # type: ignore[call-overload,index]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, canary_of(5)),
        ({"type": ["string", "null"]}, canary_of(5)),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, canary_of(5)),
        ({"type": "string", "maxLength": 4}, "g5"),
        ({"type": "string", "maxLength": 1}, "e"),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"type": "string", "format": "email"}, "sample5@example.com"),
        ({"type": "string", "format": "date"}, "2026-01-01"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "boolean"}, True),
    ],
)
def test_what_is_planted_where(schema: dict[str, Any], expected: Any) -> None:
    assert value(schema) == expected


def test_a_pattern_is_kept_to() -> None:
    texts = {value({"type": "string", "pattern": "^[0-9]{13}$"}, number) for number in range(9)}
    assert len(texts) == 9
    assert all(len(text) == 13 and text.isdecimal() for text in texts)


def test_the_example_of_the_document_comes_first_and_a_password_stays() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "password": {"type": "string"}},
    }
    made = planted(op(schema, example={"name": "ann", "password": "long-enough-1"}), {}, 5)
    assert made.body == {"name": canary_of(5), "password": "long-enough-1"}
    assert made.canary == canary_of(5)


def test_a_careful_one_plants_only_where_any_text_is_taken() -> None:
    schema = {
        "type": "object",
        "required": ["currency", "title"],
        "properties": {
            "currency": {"type": "string", "example": "EUR"},
            "title": {"type": "string"},
        },
    }
    made = planted(op(schema), {}, 5, careful=True)
    assert made.body == {"currency": "EUR", "title": canary_of(5)}


def test_canaries_are_not_part_of_each_other() -> None:
    assert canary_of(1) not in canary_of(12)
    assert canary_of(2) not in canary_of(12)


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ({"done": True, "state": "a", "n": 9}, {"done": False, "state": "b", "n": 8}),
        ({"done": False, "state": "b", "n": 1}, {"done": True, "state": "a", "n": 9}),
        (None, {"done": True, "state": "a", "n": 9}),
        ({}, {"done": True, "state": "a", "n": 9}),
    ],
)
def test_a_change_differs_from_what_is_there(current: Any, expected: Any) -> None:
    fields = {"state": {"enum": ["a", "b"]}, "n": {"maximum": 9}}
    assert moved({"done": True, "state": "a", "n": 9}, current, fields) == expected


def test_the_fields_of_a_schema_with_choices() -> None:
    document = {"components": {"schemas": {"A": {"properties": {"a": {"type": "string"}}}}}}
    schema = {
        "allOf": [{"$ref": "#/components/schemas/A"}],
        "oneOf": [{"properties": {"b": {}}}, {"properties": {"c": {}}}],
    }
    assert set(properties(schema, document)) == {"a", "b", "c"}  # type: ignore[arg-type]
