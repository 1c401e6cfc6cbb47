"""Schemas that mean the same are the same, however they are written; and circles end."""

import copy
import json
from pathlib import Path

import pytest

from gates.core.bundling import bundle
from gates.shell.documents import decoded
from tests.core.compat.made import answer, body, changes, document, inside, levels, operation

ROOT = Path(__file__).parents[3]
TEXT = {"type": "string"}
NULLABLE = [
    {"type": "string", "nullable": True},
    {"type": ["string", "null"]},
    {"type": ["null", "string"]},
    {"anyOf": [TEXT, {"type": "null"}]},
    {"oneOf": [{"type": "null"}, TEXT]},
    {"type": "string", "x-nullable": True},
    {"anyOf": [{"type": ["string", "null"]}]},
]
SAME = [
    *((one, two) for one in NULLABLE for two in NULLABLE),
    ({"const": "a"}, {"enum": ["a"]}),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}),
    (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        {"type": "number", "exclusiveMinimum": 0},
    ),
    ({"allOf": [TEXT]}, TEXT),
    ({"allOf": [TEXT, {"maxLength": 9}, {"maxLength": 7}]}, {"type": "string", "maxLength": 7}),
    (
        {"allOf": [inside(TEXT), {"required": ["p"]}]},
        {**inside(TEXT), "required": ["p"]},
    ),
    ({"type": ["integer", "number"]}, {"type": ["number", "integer"]}),
    ({"type": "string", "minLength": 0}, TEXT),
    ({"type": "string", "pattern": ".*"}, TEXT),
    ({"type": "string", "format": "password"}, TEXT),
    ({"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "a"]}),
    ({"oneOf": [TEXT, {"type": "integer"}]}, {"oneOf": [{"type": "integer"}, TEXT]}),
    ({"type": "string", "description": "x"}, {"type": "string", "title": "y"}),
    ({"type": "string", "enum": ["a", None], "nullable": True}, {"enum": ["a"], **NULLABLE[1]}),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_what_means_the_same_is_no_change(one, two):
    for place in (body, answer):
        assert changes(place(inside(one)), place(inside(two))) == ()
        assert changes(place(inside(two)), place(inside(one))) == ()


def test_a_reference_is_what_it_refers_to():
    named = document(
        body({"$ref": "#/components/schemas/Thing"})["paths"],
        components={"schemas": {"Thing": inside(TEXT)}},
    )
    renamed = json.loads(json.dumps(named).replace("Thing", "Item"))
    assert changes(named, body(inside(TEXT))) == changes(named, renamed) == ()


def test_a_change_in_a_shared_schema_is_told_for_each_operation_that_uses_it():
    def shared(schema):
        use = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
        put = {"requestBody": {"content": use}, "responses": {}}
        get = {"responses": {"200": {"description": "", "content": use}}}
        components = {"schemas": {"Thing": inside(schema)}}
        return document({"/a": {"put": put, "get": get}}, components=components)

    found = changes(shared(TEXT), shared({**TEXT, "maxLength": 5}))
    assert [(one.operation, one.rule, one.level.value) for one in found] == [
        ("PUT /a", "request-property-max-length-set", "breaking"),
        ("GET /a", "response-property-max-length-set", "info"),
    ]
    assert {one.place for one in found} == {"#/components/schemas/Thing/properties/p"}


def tree(leaf):
    node = {
        "type": "object",
        "properties": {
            "value": leaf,
            "left": {"$ref": "#/components/schemas/Node"},
            "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    }
    paths = body({"$ref": "#/components/schemas/Node"})["paths"]
    return document(paths, components={"schemas": {"Node": node}})


def test_a_schema_that_refers_to_itself_is_compared_once():
    assert changes(tree(TEXT), tree(TEXT)) == ()
    (found,) = changes(tree(TEXT), tree({"type": "integer"}))
    assert found.rule == "request-property-type-changed"


@pytest.mark.parametrize("keyword", ["allOf", "oneOf", "anyOf"])
def test_circles_through_every_keyword_end(keyword):
    """Every schema refers to all others: as many ways round as there are orders of them."""
    names = [f"S{number}" for number in range(25)]
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in names]

    def circles(leaf):
        schemas = {
            name: {**inside(leaf if name == "S7" else TEXT), keyword: copy.deepcopy(refs)}
            for name in names
        }
        return document(body(refs[0])["paths"], components={"schemas": schemas})

    assert changes(circles(TEXT), circles(TEXT)) == ()
    assert levels(circles(TEXT), circles({"type": "boolean"}))


def test_a_bare_circle_and_a_reference_to_nothing_end():
    schemas = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    circle = document(
        body({"$ref": "#/components/schemas/A"})["paths"], components={"schemas": schemas}
    )
    nowhere = body({"$ref": "#/components/schemas/None"})
    for one in (circle, nowhere):
        assert changes(one, one) == ()
        assert "breaking" in levels(one, body(TEXT)).values()


def swagger(kind, **more):
    thing = {"type": "object", "properties": {"p": {"type": kind}}}
    listed = [
        {"in": "body", "name": "b", "required": True, "schema": {"$ref": "#/definitions/T"}},
        {"in": "query", "name": "q", "type": kind, **more},
    ]
    response = {"200": {"description": "", "schema": {"$ref": "#/definitions/T"}}}
    post = {"parameters": listed, "responses": response, "produces": ["application/json"]}
    return {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "basePath": "/v1",
        "paths": {"/a": {"post": {**post, "consumes": ["application/json"]}}},
        "definitions": {"T": thing},
    }


def test_swagger_two_is_compared_alike():
    assert changes(swagger("string"), swagger("string")) == ()
    found = changes(swagger("string"), swagger("integer"))
    assert sorted(one.rule for one in found) == [
        "request-parameter-type-changed",
        "request-property-type-changed",
        "response-property-type-changed",
    ]
    assert {one.operation for one in found} == {"POST /v1/a"}


def test_a_document_that_moved_from_swagger_to_openapi_says_the_same():
    thing = {"type": "object", "properties": {"p": TEXT}}
    content = {"application/json": {"schema": thing}}
    post = {
        "parameters": [{"in": "query", "name": "q", "schema": TEXT}],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "", "content": content}},
    }
    moved = document({"/a": {"post": post}}, servers=[{"url": "https://a.example/v1"}], version="1")
    assert set(levels(swagger("string"), moved)) <= {"api-servers-changed"}
    assert set(levels(moved, swagger("string"))) <= {"api-servers-changed"}


def test_one_schema_that_becomes_a_choice_that_has_it():
    cat = {"title": "Cat", **inside(TEXT), "required": ["p"]}
    dog = {"title": "Dog", **inside({"type": "integer"}), "required": ["p"]}
    pets = {"oneOf": [cat, dog]}
    assert levels(body(cat), body(pets)) == {"request-body-one-of-added": "info"}
    assert levels(answer(cat), answer(pets)) == {"response-body-one-of-added": "breaking"}
    assert levels(body(pets), body(cat)) == {"request-body-one-of-removed": "breaking"}
    assert levels(answer(pets), answer(cat)) == {"response-body-one-of-removed": "info"}


def test_a_change_inside_of_a_choice_is_found_in_it():
    def pets(kind):
        cat = {"properties": {"kind": {"const": "cat"}, "p": {"type": kind}}, "type": "object"}
        dog = {"properties": {"kind": {"const": "dog"}, "p": TEXT}, "type": "object"}
        return body({"anyOf": [cat, dog]})

    (found,) = changes(pets("string"), pets("integer"))
    assert found.rule == "request-property-type-changed"
    assert found.place.endswith("/anyOf/0/properties/p")


@pytest.mark.parametrize(
    "junk", [{}, {"paths": None}, {"paths": {"/a": None, "b": 1}}, {"paths": {"/a": {"get": 3}}}]
)
def test_what_is_no_document_has_no_operations(junk):
    assert changes({"openapi": "3.1.0", **junk}, {"openapi": "3.1.0", **junk}) == ()


@pytest.mark.parametrize(
    "junk",
    [
        {"parameters": [None, 3, {"in": "query"}, {"name": "q"}]},
        {"parameters": {"in": "query"}},
        {"requestBody": []},
        {"requestBody": {"content": {"a/b": None}}},
        {"responses": {"200": None, "x-y": 1}},
        {"responses": []},
        {"security": {"a": []}},
        {"security": [None, {"a": None}]},
        {"callbacks": {"a": None}},
        {"x-sunset": 3, "deprecated": True},
    ],
)
def test_parts_that_are_none_are_read_over(junk):
    """The schema gate tells what is wrong with a document; here nothing may break."""
    changes(operation(**junk), operation())
    changes(operation(), operation(**junk))


@pytest.mark.parametrize(
    "junk",
    [
        {"type": 3},
        {"enum": {}},
        {"properties": []},
        {"required": "p"},
        {"items": [TEXT]},
        {"allOf": {}},
        {"oneOf": [None, 3, True]},
        {"pattern": 3},
        {"minimum": "1"},
        {"discriminator": "kind"},
        {"prefixItems": {}},
        {"dependentRequired": []},
        {"patternProperties": {"a": None}},
        {"$ref": 3},
        True,
        False,
        None,
        3,
    ],
)
def test_schemas_that_are_none_are_read_over(junk):
    for one, two in ((junk, TEXT), (TEXT, junk), (junk, junk)):
        changes(body(inside(one)), body(inside(two)))


EXAMPLES = sorted((ROOT / "examples").glob("*/openapi.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_a_document_against_itself_has_no_changes(path):
    found = decoded(path.read_bytes(), path.name)
    assert isinstance(found, dict)
    whole = bundle(found, path.name, lambda _: None).document
    assert changes(whole, copy.deepcopy(whole)) == ()
