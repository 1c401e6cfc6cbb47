"""Each kind of difference of two schemas: in a request, in a response, the other way round.

The levels are written by hand: B breaks, W may break, I breaks nobody.
"""

import pytest

from gates.core.compat.rules import RULES
from tests.core.compat.made import answer, body, changes, inside, levels

B, W, I = "breaking", "warning", "info"  # noqa: E741
TEXT, NUMBER = {"type": "string"}, {"type": "number"}
CAT = {"title": "Cat", "type": "object", "properties": {"meow": TEXT}}
DOG = {"title": "Dog", "type": "object", "properties": {"bark": TEXT}}
KINDS = {"oneOf": [CAT, DOG]}


def told(**said):
    return {**KINDS, "discriminator": {"propertyName": "kind", **said}}


# stem, schema of the property before and after, in a request, in a response, stem of the way back
VALUES = [
    ("type-changed", TEXT, {"type": "boolean"}, B, B, "type-changed"),
    ("type-specialized", NUMBER, {"type": "integer"}, B, I, "type-generalized"),
    ("type-specialized", {"type": ["string", "number"]}, TEXT, B, I, "type-generalized"),
    ("type-generalized", TEXT, {}, I, B, "type-specialized"),
    ("became-nullable", TEXT, {"type": ["string", "null"]}, I, B, "became-not-nullable"),
    ("became-not-nullable", {"type": "string", "nullable": True}, TEXT, B, I, "became-nullable"),
    ("format-added", TEXT, {**TEXT, "format": "uuid"}, B, I, "format-removed"),
    ("format-removed", {**TEXT, "format": "uuid"}, TEXT, I, B, "format-added"),
    ("format-changed", {**TEXT, "format": "uuid"}, {**TEXT, "format": "date"}, B, B, None),
    (
        "format-generalized",
        {"type": "integer", "format": "int32"},
        {"type": "integer", "format": "int64"},
        I,
        B,
        "format-specialized",
    ),
    (
        "format-specialized",
        {**NUMBER, "format": "double"},
        {**NUMBER, "format": "float"},
        B,
        I,
        "format-generalized",
    ),
    ("became-enum", TEXT, {**TEXT, "enum": ["a", "b"]}, B, I, "became-not-enum"),
    ("became-not-enum", {**TEXT, "enum": ["a"]}, TEXT, I, B, "became-enum"),
    (
        "enum-value-removed",
        {**TEXT, "enum": ["a", "b", "c"]},
        {**TEXT, "enum": ["a", "b"]},
        B,
        I,
        "enum-value-added",
    ),
    (
        "enum-value-added",
        {**TEXT, "enum": ["a", "b"]},
        {**TEXT, "enum": ["a", "b", "c"]},
        I,
        B,
        "enum-value-removed",
    ),
    ("const-changed", {"const": "a"}, {"const": "b"}, B, B, "const-changed"),
    (
        "x-extensible-enum-value-removed",
        {**TEXT, "x-extensible-enum": ["a", "b"]},
        {**TEXT, "x-extensible-enum": ["a"]},
        B,
        W,
        "x-extensible-enum-value-added",
    ),
    (
        "x-extensible-enum-value-added",
        {**TEXT, "x-extensible-enum": ["a"]},
        {**TEXT, "x-extensible-enum": ["a", "b"]},
        I,
        I,
        "x-extensible-enum-value-removed",
    ),
    ("pattern-added", TEXT, {**TEXT, "pattern": "^a"}, B, I, "pattern-removed"),
    ("pattern-removed", {**TEXT, "pattern": "^a"}, TEXT, I, I, "pattern-added"),
    ("pattern-changed", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, W, W, None),
    (
        "multiple-of-set",
        {"type": "integer"},
        {"type": "integer", "multipleOf": 5},
        B,
        I,
        "multiple-of-removed",
    ),
    ("multiple-of-removed", {**NUMBER, "multipleOf": 5}, NUMBER, I, B, "multiple-of-set"),
    (
        "multiple-of-specialized",
        {**NUMBER, "multipleOf": 5},
        {**NUMBER, "multipleOf": 10},
        B,
        I,
        "multiple-of-generalized",
    ),
    (
        "multiple-of-generalized",
        {**NUMBER, "multipleOf": 10},
        {**NUMBER, "multipleOf": 2},
        I,
        B,
        "multiple-of-specialized",
    ),
    ("multiple-of-changed", {**NUMBER, "multipleOf": 3}, {**NUMBER, "multipleOf": 2}, B, B, None),
    (
        "content-encoding-changed",
        {**TEXT, "contentEncoding": "base64"},
        {**TEXT, "contentEncoding": "base16"},
        B,
        B,
        None,
    ),
    (
        "content-media-type-changed",
        {**TEXT, "contentMediaType": "image/png"},
        {**TEXT, "contentMediaType": "image/gif"},
        B,
        B,
        None,
    ),
    ("default-added", TEXT, {**TEXT, "default": "a"}, I, I, "default-removed"),
    ("default-removed", {**TEXT, "default": "a"}, TEXT, W, I, "default-added"),
    ("default-changed", {**TEXT, "default": "a"}, {**TEXT, "default": "b"}, W, I, None),
    ("deprecated", TEXT, {**TEXT, "deprecated": True}, I, I, "reactivated"),
    ("reactivated", {**TEXT, "deprecated": True}, TEXT, I, I, "deprecated"),
    (
        "sunset-deleted",
        {**TEXT, "deprecated": True, "x-sunset": "2026-05-01"},
        {**TEXT, "deprecated": True},
        W,
        W,
        None,
    ),
    (
        "sunset-earlier",
        {**TEXT, "deprecated": True, "x-sunset": "2026-05-02"},
        {**TEXT, "deprecated": True, "x-sunset": "2026-05-01"},
        B,
        B,
        None,
    ),
    (
        "stability-decreased",
        {**TEXT, "x-stability-level": "stable"},
        {**TEXT, "x-stability-level": "beta"},
        B,
        B,
        "stability-increased",
    ),
    (
        "stability-increased",
        {**TEXT, "x-stability-level": "beta"},
        {**TEXT, "x-stability-level": "stable"},
        I,
        I,
        "stability-decreased",
    ),
]
LIST = {"type": "array", "items": TEXT}
OBJECT = {"type": "object", "properties": {"x": TEXT}}
CLOSED = {**OBJECT, "additionalProperties": False}
STRUCTURE = [
    ("unique-items-added", LIST, {**LIST, "uniqueItems": True}, B, I, "unique-items-removed"),
    ("unique-items-removed", {**LIST, "uniqueItems": True}, LIST, I, B, "unique-items-added"),
    ("additional-properties-refused", OBJECT, CLOSED, B, I, "additional-properties-allowed"),
    ("additional-properties-allowed", CLOSED, OBJECT, I, W, "additional-properties-refused"),
    (
        "additional-properties-described",
        OBJECT,
        {**OBJECT, "additionalProperties": TEXT},
        B,
        I,
        "additional-properties-free",
    ),
    (
        "additional-properties-free",
        {**OBJECT, "additionalProperties": TEXT},
        OBJECT,
        I,
        W,
        "additional-properties-described",
    ),
    (
        "pattern-property-added",
        OBJECT,
        {**OBJECT, "patternProperties": {"^a": TEXT}},
        B,
        I,
        "pattern-property-removed",
    ),
    (
        "pattern-property-removed",
        {**OBJECT, "patternProperties": {"^a": TEXT}},
        OBJECT,
        I,
        W,
        "pattern-property-added",
    ),
    ("one-of-added", {"oneOf": [CAT, DOG]}, {"oneOf": [CAT, DOG, TEXT]}, I, B, "one-of-removed"),
    ("one-of-removed", {"oneOf": [CAT, DOG, TEXT]}, {"oneOf": [CAT, DOG]}, B, I, "one-of-added"),
    ("any-of-added", {"anyOf": [CAT, DOG]}, {"anyOf": [CAT, DOG, TEXT]}, I, B, "any-of-removed"),
    ("any-of-removed", {"anyOf": [CAT, DOG, TEXT]}, {"anyOf": [CAT, DOG]}, B, I, "any-of-added"),
    ("choices-added", {}, KINDS, B, I, "choices-removed"),
    ("choices-removed", KINDS, {}, I, B, "choices-added"),
    ("became-choices", LIST, {"oneOf": [TEXT, NUMBER]}, B, B, "became-one-schema"),
    ("became-one-schema", {"oneOf": [TEXT, NUMBER]}, LIST, B, B, "became-choices"),
    ("choices-changed", {**KINDS, "anyOf": [TEXT, NUMBER]}, KINDS, W, W, "choices-changed"),
    ("discriminator-added", KINDS, told(), W, I, "discriminator-removed"),
    ("discriminator-removed", told(), KINDS, I, W, "discriminator-added"),
    ("discriminator-property-changed", told(), told(propertyName="sort"), B, B, None),
    (
        "discriminator-mapping-removed",
        told(mapping={"c": "Cat", "d": "Dog"}),
        told(mapping={"c": "Cat"}),
        B,
        I,
        "discriminator-mapping-added",
    ),
    (
        "discriminator-mapping-added",
        told(mapping={"c": "Cat"}),
        told(mapping={"c": "Cat", "d": "Dog"}),
        I,
        W,
        "discriminator-mapping-removed",
    ),
    (
        "discriminator-mapping-changed",
        told(mapping={"c": "Cat"}),
        told(mapping={"c": "Dog"}),
        B,
        B,
        None,
    ),
    ("not-added", TEXT, {**TEXT, "not": {"const": "x"}}, B, I, "not-removed"),
    ("not-removed", {**TEXT, "not": {"const": "x"}}, TEXT, I, B, "not-added"),
    (
        "not-changed",
        {**TEXT, "not": {"const": "x"}},
        {**TEXT, "not": {"const": "y"}},
        W,
        W,
        "not-changed",
    ),
    ("if-added", OBJECT, {**OBJECT, "if": {}, "then": {}}, B, I, "if-removed"),
    ("if-removed", {**OBJECT, "if": {}, "then": {}}, OBJECT, I, B, "if-added"),
    (
        "if-changed",
        {**OBJECT, "if": {}, "then": {}},
        {**OBJECT, "if": {}, "then": {"required": ["x"]}},
        W,
        W,
        "if-changed",
    ),
    ("contains-added", LIST, {**LIST, "contains": TEXT}, B, I, "contains-removed"),
    ("contains-removed", {**LIST, "contains": TEXT}, LIST, I, B, "contains-added"),
    ("property-names-added", OBJECT, {**OBJECT, "propertyNames": TEXT}, B, I, None),
    ("property-names-removed", {**OBJECT, "propertyNames": TEXT}, OBJECT, I, B, None),
    (
        "dependent-required-added",
        OBJECT,
        {**OBJECT, "dependentRequired": {"x": ["y"]}},
        B,
        I,
        "dependent-required-removed",
    ),
    (
        "dependent-required-removed",
        {**OBJECT, "dependentRequired": {"x": ["y"]}},
        OBJECT,
        I,
        B,
        "dependent-required-added",
    ),
    (
        "dependent-schema-added",
        OBJECT,
        {**OBJECT, "dependentSchemas": {"x": OBJECT}},
        B,
        I,
        "dependent-schema-removed",
    ),
    (
        "dependent-schema-removed",
        {**OBJECT, "dependentSchemas": {"x": OBJECT}},
        OBJECT,
        I,
        B,
        "dependent-schema-added",
    ),
    ("unevaluated-refused", LIST, {**LIST, "unevaluatedItems": False}, B, I, None),
    ("unevaluated-allowed", {**LIST, "unevaluatedItems": False}, LIST, I, W, None),
    ("prefix-items-added", LIST, {**LIST, "prefixItems": [TEXT]}, B, I, "prefix-items-removed"),
    ("prefix-items-removed", {**LIST, "prefixItems": [TEXT]}, LIST, I, B, "prefix-items-added"),
]


def bounds():
    """Each bound: set, moved by one, and back."""
    for keyword, stem, kind in (
        ("minimum", "min", "integer"),
        ("minLength", "min-length", "string"),
        ("minItems", "min-items", "array"),
        ("minProperties", "min-properties", "object"),
        ("minContains", "min-contains", "array"),
        ("maximum", "max", "integer"),
        ("maxLength", "max-length", "string"),
        ("maxItems", "max-items", "array"),
        ("maxProperties", "max-properties", "object"),
        ("maxContains", "max-contains", "array"),
    ):
        plain = {"type": kind}
        five, six = {**plain, keyword: 5}, {**plain, keyword: 6}
        up, down = ((B, I), (I, B)) if stem.startswith("min") else ((I, B), (B, I))
        yield f"{stem}-set", plain, five, B, I, f"{stem}-unset"
        yield f"{stem}-unset", five, plain, I, B, f"{stem}-set"
        yield f"{stem}-increased", five, six, *up, f"{stem}-decreased"
        yield f"{stem}-decreased", six, five, *down, f"{stem}-increased"


CASES = [*VALUES, *STRUCTURE, *bounds()]
NAMES = [f"{case[0]}-{number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_difference_breaks_the_one_side_and_its_mirror_does_not(case):
    stem, before, after, request, response, back = case
    old, new = inside(before), inside(after)
    assert levels(body(old), body(new)) == {f"request-property-{stem}": request}
    assert levels(answer(old), answer(new)) == {f"response-property-{stem}": response}
    if back:
        assert set(levels(body(new), body(old))) == {f"request-property-{back}"}
        mirrored = levels(answer(new), answer(old))
        assert set(mirrored) == {f"response-property-{back}"}
    if (request, response) in ((B, I), (I, B)):  # what narrows requests widens nothing, and back
        there = B in levels(body(old), body(new)).values()
        assert there is (B not in levels(answer(old), answer(new)).values())


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_stays_the_same_is_no_change(case):
    for schema in case[1:3]:
        assert changes(body(inside(schema)), body(inside(schema))) == ()
        assert changes(answer(inside(schema)), answer(inside(schema))) == ()


REQUIRED = {"type": "object", "required": ["p"], "properties": {"p": TEXT}}
OPTIONAL = inside(TEXT)
EMPTY = {"type": "object", "properties": {}}
READ, WRITE = {**TEXT, "readOnly": True}, {**TEXT, "writeOnly": True}
PROPERTIES = [
    # before, after, rules of a request, rules of a response
    (OPTIONAL, EMPTY, {"request-property-removed": W}, {"response-optional-property-removed": W}),
    (REQUIRED, EMPTY, {"request-property-removed": W}, {"response-required-property-removed": B}),
    (EMPTY, OPTIONAL, {"new-optional-request-property": I}, {"new-optional-response-property": I}),
    (EMPTY, REQUIRED, {"new-required-request-property": B}, {"new-required-response-property": I}),
    (
        OPTIONAL,
        REQUIRED,
        {"request-property-became-required": B},
        {"response-property-became-required": I},
    ),
    (
        REQUIRED,
        OPTIONAL,
        {"request-property-became-optional": I},
        {"response-property-became-optional": B},
    ),
    (
        {"type": "object", "properties": {"p": {**TEXT, "deprecated": True}}},
        EMPTY,
        {"request-property-removed": I},
        {"response-optional-property-removed": W},
    ),
    (inside(READ), EMPTY, {"request-property-removed": I}, None),
    (inside(WRITE), EMPTY, None, {"response-property-removed": I}),
    (EMPTY, {**inside(READ), "required": ["p"]}, {"new-read-only-request-property": I}, None),
    (OPTIONAL, inside(READ), {"request-property-became-read-only": W}, {}),
    (inside(READ), OPTIONAL, {"request-property-became-not-read-only": I}, {}),
    (OPTIONAL, inside(WRITE), {}, {"response-property-became-write-only": W}),
    (
        REQUIRED,
        {**inside(WRITE), "required": ["p"]},
        {},
        {"response-property-became-write-only": B},
    ),
    (inside(WRITE), OPTIONAL, {}, {"response-property-became-not-write-only": I}),
    (
        {**OPTIONAL, "additionalProperties": False},
        {**EMPTY, "additionalProperties": False},
        {"request-property-removed": B},
        {"response-optional-property-removed": W},
    ),
    (
        OPTIONAL,
        {**OPTIONAL, "required": ["q"]},
        {"request-property-required-undescribed": I},
        {"response-property-required-undescribed": I},
    ),
]


@pytest.mark.parametrize(("before", "after", "request_", "response"), PROPERTIES)
def test_properties_come_and_go(before, after, request_, response):
    if request_ is not None:
        assert levels(body(before), body(after)) == request_
    if response is not None:
        assert levels(answer(before), answer(after)) == response
    assert changes(body(after), body(after)) == changes(answer(before), answer(before)) == ()


WORDS = ("required", "optional", "read-only", "write-only")


def test_every_rule_of_schemas_has_an_example_here():
    with_levels = {case[0] for case in CASES}
    of_properties = {
        stem
        for stem in RULES
        if stem.startswith(("removed", "optional-", "required-", "write-only", "added-"))
        or stem.removeprefix("became-").removeprefix("not-") in WORDS
    }
    assert set(RULES) - with_levels - of_properties == set()


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_change_says_where_it_is_and_who_breaks(case):
    (found,) = changes(body(inside(case[1])), body(inside(case[2])))
    assert found.operation == "POST /things"
    assert found.place.startswith("#/paths/~1things/post/requestBody/content/")
    assert "request body: p" in found.message
    assert ("a client that" in found.message) is (found.level is not None and found.level != I)
    assert bool(found.fix) is (found.level != I)
