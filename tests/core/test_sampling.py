"""Made values keep to their schema: judged by jsonschema, and by tables at the bounds."""

import re
from typing import Any

import jsonschema
import pytest

from gates.core.patterns import text_for
from gates.core.sampling import NoSample, sample

PATTERNS = (
    r"^\d{13}$",
    r"^[A-Z]{2}-\d{3,5}$",
    r"^(foo|bar)+[^a]$",
    r"\S+",
    r"^[a-z0-9_]{3,}$",
    r"^(?!x)a+$",
    r"^(ab)\1$",
    r"^\w+@\w+\.com$",
    r"[^\d\s]",
)
SCHEMAS: tuple[dict[str, Any], ...] = (
    {"type": "integer", "minimum": 5, "maximum": 5},
    {"type": "integer", "exclusiveMinimum": 0, "maximum": 1},
    {"type": "integer", "minimum": 1, "multipleOf": 7},
    {"type": "number", "minimum": 0.1, "maximum": 0.2},
    {"type": "number", "exclusiveMaximum": -3},
    {"type": "string", "minLength": 40, "maxLength": 40},
    {"type": "string", "maxLength": 2},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"},
    {"type": ["null", "boolean"]},
    {"const": {"a": [1]}},
    {"enum": ["x", "y"]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
    {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^a{4}$"}]},
    {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"required": ["b"], "properties": {"b": {"type": "integer", "minimum": 9}}},
        ]
    },
    {
        "oneOf": [{"properties": {"k": {"const": 1}}}, {"properties": {"k": {"const": 2}}}],
        "type": "object",
        "required": ["k"],
    },
)


@pytest.mark.parametrize("salt", [0, 1, 57, 10_000])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_text_for_a_pattern_matches_it(pattern: str, salt: int) -> None:
    made = text_for(pattern, salt)
    assert made is not None
    assert re.search(pattern, made)


@pytest.mark.parametrize("pattern", ["(", r"^a(?<!a)$"])
def test_a_pattern_that_cannot_be_met_gives_none(pattern: str) -> None:
    assert text_for(pattern) is None


@pytest.mark.parametrize("offered", [True, False])
@pytest.mark.parametrize("salt", [0, 3, 999])
@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_made_value_is_valid(schema: dict[str, Any], salt: int, offered: bool) -> None:
    made = sample(schema, {}, salt, offered=offered)
    jsonschema.validate(made, schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "example": 7}, 7),
        ({"type": "integer", "examples": [8, 9]}, 8),
        ({"type": "integer", "default": 6}, 6),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2),
        ({"type": "string"}, "sample"),
        ({}, "sample"),
    ],
)
def test_what_the_document_offers_comes_first(schema: dict[str, Any], expected: object) -> None:
    assert sample(schema, {}) == expected


def test_salted_values_differ_where_they_can() -> None:
    schema = {"type": "string", "pattern": r"^\d{13}$", "example": "1" * 13}
    made = {sample(schema, {}, salt, offered=False) for salt in range(50)}
    assert len(made) == 50


def test_what_only_the_service_writes_is_left_out() -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}},
    }
    assert sample(schema, {}) == {"name": "sample"}


def test_a_reference_to_itself_ends_where_it_may() -> None:
    """B28."""
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "child": {"$ref": "#/defs/node"}},
    }
    made = sample({"$ref": "#/defs/node"}, {"defs": {"node": node}})
    assert isinstance(made, dict)
    assert made["name"] == "sample"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (False, "no value"),
        ({"enum": []}, "no value"),
        ({"$ref": "#/nowhere"}, "leads nowhere"),
        ({"$ref": "#/defs/me"}, "refers to itself"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no number"),
        ({"type": "integer", "minimum": 8, "maximum": 9, "multipleOf": 5}, "no number"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "characters"),
        ({"type": "string", "pattern": "^a{9}$", "maxLength": 2}, "pattern"),
    ],
)
def test_what_cannot_be_made_says_why(schema: Any, words: str) -> None:
    with pytest.raises(NoSample, match=words):
        sample(schema, {"defs": {"me": {"$ref": "#/defs/me"}}})
