"""Each rule about operations and documents as wholes: what brings it, and what does not."""

import pytest

from gates.core.compat.changes import Level, worst
from gates.core.compat.compare import compare
from tests.core.compat.made import answer, body, changes, document, levels, operation, parameter

B, W, I = "breaking", "warning", "info"  # noqa: E741
TEXT = {"type": "string"}
GET = {"responses": {"200": {"description": ""}}}
OLD = {**GET, "deprecated": True}
TWO = document({"/a": {"get": GET, "delete": GET}})
ONE = document({"/a": {"get": GET}})


def gone(said, path_left=True):
    other = {"get": GET} if path_left else {}
    return document({"/a": {**other, "delete": {**GET, **said}}})


LEFT = document({"/a": {"get": GET}})
NOTHING = document({})


def head(**headers):
    return operation(responses={"200": {"description": "", "headers": headers}})


def secured(security, **schemes):
    return document(
        {"/a": {"get": {**GET, "security": security}}},
        components={"securitySchemes": schemes},
    )


BEARER = {"type": "http", "scheme": "bearer"}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
JSON, XML = ({f"application/{kind}": {"schema": TEXT}} for kind in ("json", "xml"))


def takes(content, **more):
    return operation(requestBody={"content": content, **more})


def gives(content, status="200"):
    return operation(responses={status: {"description": "", "content": content}})


def stays(**said):
    return document({"/a": {"get": {**GET, **said}}})


def query(**said):
    return parameter({"type": "array", "items": TEXT}, **said)


CASES = [
    (TWO, ONE, {"api-removed-without-deprecation": B}, {"endpoint-added": I}),
    (ONE, NOTHING, {"api-path-removed-without-deprecation": B}, {"endpoint-added": I}),
    (gone({"deprecated": True}), LEFT, {"api-removed-with-deprecation": I}, None),
    (
        gone({"deprecated": True, "x-sunset": "2026-01-16"}),
        LEFT,
        {"api-removed-before-sunset": B},
        None,
    ),
    (
        gone({"deprecated": True, "x-sunset": "2026-01-15"}),
        LEFT,
        {"api-removed-with-deprecation": I},
        None,
    ),
    (gone({"deprecated": True, "x-sunset": "soon"}), LEFT, {"api-sunset-parse": B}, None),
    (gone({"x-stability-level": "alpha"}), LEFT, {"api-removed-without-deprecation": I}, None),
    (gone({"x-stability-level": "beta"}), LEFT, {"api-removed-without-deprecation": B}, None),
    (stays(), stays(deprecated=True), {"endpoint-deprecated": I}, {"endpoint-reactivated": I}),
    (
        stays(),
        stays(deprecated=True, **{"x-sunset": "2026-01-14"}),
        {"api-sunset-date-too-small": B},
        {"endpoint-reactivated": I},
    ),
    (
        stays(),
        stays(deprecated=True, **{"x-sunset": "tomorrow"}),
        {"api-deprecated-sunset-parse": B},
        {"endpoint-reactivated": I},
    ),
    (
        stays(deprecated=True, **{"x-sunset": "2027-01-01"}),
        stays(deprecated=True),
        {"api-sunset-deleted": B},
        {},
    ),
    (
        stays(deprecated=True, **{"x-sunset": "2027-01-01"}),
        stays(deprecated=True, **{"x-sunset": "2026-12-31"}),
        {"api-sunset-earlier": B},
        {},
    ),
    (
        stays(**{"x-stability-level": "beta"}),
        stays(**{"x-stability-level": "alpha"}),
        {"api-stability-decreased": B},
        {"api-stability-increased": I},
    ),
    (
        stays(),
        stays(**{"x-stability-level": "bogus"}),
        {"api-invalid-stability-level": B},
        {"api-invalid-stability-level": B},
    ),
    (stays(operationId="a"), stays(operationId="b"), {"api-operation-id-changed": I}, None),
    (
        operation(),
        parameter(TEXT, required=True),
        {"new-required-request-parameter": B},
        {"request-parameter-removed": W},
    ),
    (
        operation(),
        parameter(TEXT),
        {"new-optional-request-parameter": I},
        {"request-parameter-removed": W},
    ),
    (
        parameter(TEXT),
        parameter(TEXT, required=True),
        {"request-parameter-became-required": B},
        {"request-parameter-became-optional": I},
    ),
    (
        parameter(TEXT, deprecated=True),
        operation(),
        {"request-parameter-removed-with-deprecation": I},
        None,
    ),
    (
        parameter(TEXT, deprecated=True, **{"x-sunset": "2026-02-01"}),
        operation(),
        {"request-parameter-removed-before-sunset": B},
        None,
    ),
    (
        parameter(TEXT, deprecated=True, **{"x-sunset": "never"}),
        operation(),
        {"request-parameter-sunset-parse": B},
        None,
    ),
    (
        parameter(TEXT),
        parameter(TEXT, deprecated=True),
        {"request-parameter-deprecated": I},
        {"request-parameter-reactivated": I},
    ),
    (
        query(),
        query(style="form", explode=False),
        {"request-parameter-serialization-changed": B},
        {"request-parameter-serialization-changed": B},
    ),
    (parameter(TEXT), parameter(TEXT, explode=False), {}, {}),
    (
        parameter(TEXT, allowEmptyValue=True),
        parameter(TEXT),
        {"request-parameter-empty-refused": B},
        {},
    ),
    (
        parameter(TEXT, allowReserved=True),
        parameter(TEXT),
        {"request-parameter-reserved-refused": B},
        {},
    ),
    (
        parameter({**TEXT, "default": "a"}),
        parameter({**TEXT, "default": "b"}),
        {"request-parameter-default-changed": B},
        {"request-parameter-default-changed": B},
    ),
    (
        parameter(TEXT),
        parameter({**TEXT, "default": "b"}),
        {"request-parameter-default-added": W},
        {"request-parameter-default-removed": B},
    ),
    (
        parameter({"type": "integer"}),
        parameter(TEXT),
        {"request-parameter-type-generalized": I},
        {"request-parameter-type-changed": B},
    ),
    (
        operation(),
        takes(JSON, required=True),
        {"added-required-request-body": B},
        {"request-body-removed": B},
    ),
    (operation(), takes(JSON), {"added-optional-request-body": I}, {"request-body-removed": B}),
    (
        takes(JSON),
        takes(JSON, required=True),
        {"request-body-became-required": B},
        {"request-body-became-optional": I},
    ),
    (
        takes({**JSON, **XML}),
        takes(JSON),
        {"request-body-media-type-removed": B},
        {"request-body-media-type-added": I},
    ),
    (
        takes(JSON),
        takes({"*/*": {"schema": TEXT}}),
        {"request-body-media-type-added": I},
        {"request-body-media-type-removed": B},
    ),
    (
        takes({"application/json": {}}),
        takes(JSON),
        {"request-body-schema-added": B},
        {"request-body-schema-removed": I},
    ),
    (
        gives(JSON),
        gives(JSON, "201"),
        {"response-success-status-removed": B, "response-success-status-added": I},
        None,
    ),
    (gives(JSON), gives(JSON, "2XX"), {}, {}),
    (
        operation(responses={"204": {"description": ""}, "404": {"description": ""}}),
        operation(),
        {"response-non-success-status-removed": I},
        {"response-non-success-status-added": I},
    ),
    (
        gives({**JSON, **XML}),
        gives(JSON),
        {"response-media-type-removed": B},
        {"response-media-type-added": I},
    ),
    (gives(JSON), gives({"application/json; charset=utf-8": {"schema": TEXT}}), {}, {}),
    (
        gives(JSON),
        gives({"application/json": {}}),
        {"response-body-schema-removed": W},
        {"response-body-schema-added": I},
    ),
    (
        head(Link={"schema": TEXT, "required": True}),
        head(),
        {"required-response-header-removed": B},
        {"response-header-added": I},
    ),
    (
        head(Link={"schema": TEXT}),
        head(),
        {"optional-response-header-removed": W},
        {"response-header-added": I},
    ),
    (
        head(Link={"schema": TEXT, "required": True}),
        head(link={"schema": TEXT}),
        {"response-header-became-optional": B},
        {"response-header-became-required": I},
    ),
    (
        head(Link={"schema": {"type": "integer"}}),
        head(Link={"schema": TEXT}),
        {"response-header-type-changed": B},
        {"response-header-type-changed": B},
    ),
    (
        secured([]),
        secured([{"b": []}], b=BEARER),
        {"api-security-tightened": B},
        {"api-security-loosened": I},
    ),
    (
        secured([{"b": []}, {"k": []}], b=BEARER, k=KEY),
        secured([{"b": []}], b=BEARER),
        {"api-security-tightened": B},
        {"api-security-added": I},
    ),
    (
        secured([{"b": ["read"]}], b=BEARER),
        secured([{"b": ["read", "write"]}], b=BEARER),
        {"api-security-tightened": B},
        {"api-security-loosened": I},
    ),
    (secured([{"b": []}], b=BEARER), secured([{"token": []}], token=BEARER), {}, {}),
    (
        secured([], o={"type": "oauth2", "flows": {"password": {"tokenUrl": "/a", "scopes": {}}}}),
        secured([], o={"type": "oauth2", "flows": {"password": {"tokenUrl": "/b", "scopes": {}}}}),
        {"api-security-address-changed": W},
        {"api-security-address-changed": W},
    ),
    (
        document({"/a": {"get": GET}}, servers=[{"url": "https://a.example/v1"}]),
        document({"/a": {"get": GET}}, servers=[{"url": "https://b.example/v1"}]),
        {"api-servers-changed": I},
        {"api-servers-changed": I},
    ),
    (
        document({"/a": {"get": GET}}, servers=[{"url": "/v1"}]),
        document({"/a": {"get": GET}}, servers=[{"url": "/v2"}]),
        {"api-base-path-changed": W, "api-servers-changed": I},
        {"api-base-path-changed": W, "api-servers-changed": I},
    ),
    (
        document({"/a": {"get": GET}}, version="1.1.0"),
        document({"/a": {"get": GET}}, version="1.0.0"),
        {"api-version-decreased": W},
        {},
    ),
    (
        document({}, webhooks={"paid": {"post": GET}}),
        document({}),
        {"webhook-removed": B},
        {"webhook-added": I},
    ),
]


@pytest.mark.parametrize(("before", "after", "forward", "back"), CASES)
def test_rules_of_operations(before, after, forward, back):
    assert levels(before, after) == forward
    if back is not None:
        assert levels(after, before) == back
    assert changes(before, before) == () or "bogus" in str(before)
    assert changes(after, after) == () or "bogus" in str(after)


def test_a_callback_is_judged_the_other_way_round():
    def called(schema):
        content = {"application/json": {"schema": schema}}
        call = {"post": {"requestBody": {"content": content}, "responses": {}}}
        return operation(callbacks={"paid": {"{$request.body#/url}": call}})

    narrow, wide = {**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}
    assert levels(called(narrow), called(wide)) == {"response-body-enum-value-added": B}
    assert levels(called(wide), called(narrow)) == {"response-body-enum-value-removed": I}
    assert levels(called(wide), operation()) == {"callback-removed": B}


def test_an_operation_that_may_change_as_it_likes_breaks_nobody():
    def with_level(level, schema):
        made = body(schema)
        made["paths"]["/things"]["post"]["x-stability-level"] = level
        return made

    for level, found in (("draft", I), ("alpha", I), ("beta", B), ("stable", B)):
        changed = levels(with_level(level, TEXT), with_level(level, {"type": "boolean"}))
        assert changed == {"request-body-type-changed": found}


@pytest.mark.parametrize(
    ("base", "revision", "semver", "verdict"),
    [
        ("1.9.0", "2.0.0", True, "compatible"),
        ("1.9.0", "2.0.0", False, B),
        ("1.9.0", "1.10.0", True, B),
        ("2.0.0", "1.0.0", True, B),
        ("0.9.0", "1.0.0", True, "compatible"),
        ("0.1.0", "0.2.0", True, B),
        ("today", "tomorrow", True, B),
    ],
)
def test_a_step_of_the_major_version_excuses_what_breaks(base, revision, semver, verdict):
    before = document({"/a": {"get": GET}}, version=base)
    found = changes(before, document({}, version=revision), semver=semver)
    assert worst(found) == verdict
    assert bool(found[0].excused) is (verdict == "compatible")
    assert found[0].rule == "api-path-removed-without-deprecation"


def test_a_removal_without_notice_is_counted_whatever_the_version_says():
    before = document({"/a": {"get": GET, "post": OLD}}, version="1.0.0")
    found = compare(before, document({}, version="2.0.0"), today="2026-01-15")
    assert [one.operation for one in found.removals] == ["GET /a"]


def test_a_policy_may_set_the_level_of_a_rule():
    found = levels(TWO, ONE, levels={"api-removed-without-deprecation": Level.WARNING})
    assert found == {"api-removed-without-deprecation": W}


def test_a_path_parameter_that_was_renamed_leaves_the_path_the_same():
    def path(name, kind):
        listed = [{"name": name, "in": "path", "required": True, "schema": {"type": kind}}]
        return document({f"/a/{{{name}}}/b": {"get": {**GET, "parameters": listed}}})

    assert levels(path("id", "string"), path("name", "string")) == {"api-path-parameter-renamed": I}
    assert (
        levels(path("id", "string"), path("name", "integer"))["request-parameter-type-changed"] == B
    )


def test_answers_with_a_wider_list_break_and_with_x_extensible_enum_do_not():
    """A client that was told to expect more is not broken by more."""
    before, after = ({**TEXT, "enum": list(values)} for values in ("ab", "abc"))
    open_list = {"x-extensible-enum": ["a"]}
    assert levels(answer(before), answer(after)) == {"response-body-enum-value-added": B}
    assert levels(answer({**before, **open_list}), answer({**after, **open_list})) == {}
