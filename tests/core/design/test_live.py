"""Real answers: failures as success, fields that are not named, readings that differ."""

from collections.abc import Callable

import pytest

from gates.core.design import live
from gates.core.design.live import Asked, names, without_one
from gates.core.design.model import Api, Settings, settings_of
from gates.core.design.routing import routes, segments
from gates.core.design.rules import LIVE, PROBED, RULES, violations
from gates.core.design.states import changes
from gates.core.openapi import JSON

Make = Callable[..., Api]


def asked(api: Make, status: int, body: str, wrong: str = "", path: str = "/v1/books") -> Asked:
    (op,) = api({path: {"post": {}}}).operations
    return Asked(op=op, status=status, body=body, wrong=wrong)


@pytest.mark.parametrize(
    ("status", "body", "wrong", "rules"),
    [
        (200, '{"success": false}', "", ["error-as-success"]),
        (200, '{"error": {"code": "x"}}', "title", ["error-as-success"]),
        (200, '{"id": 7}', "", []),
        (404, '{"success": false}', "", []),
        (200, "no JSON", "", []),
        (422, '{"field": "body.title"}', "title", []),
        (422, '{"message": "invalid"}', "title", ["validation-field"]),
        (400, '{"pointer": "/title"}', "title", []),
        (400, "Title is required", "title", []),
        (409, '{"message": "invalid"}', "title", []),  # speaks of something else
        (401, '{"message": "invalid"}', "title", []),
        (418, '{"field": "title"}', "title", ["validation-code"]),
        (500, "{}", "title", []),  # the contract's business
    ],
)
def test_answers(api: Make, status: int, body: str, wrong: str, rules: list[str]) -> None:
    one = asked(api, status, body, wrong)
    assert [found.rule for found in live.breaches(one, Settings())] == rules
    assert live.breaches(one, Settings(off=frozenset(rules))) == []


@pytest.mark.parametrize(
    ("validation", "status", "broken"),
    [("422", 400, True), ("422", 422, False), ("400", 422, True), ("either", 400, False)],
)
def test_the_status_of_invalid_input(api: Make, validation: str, status: int, broken: bool) -> None:
    one = asked(api, status, '{"field": "title"}', "title")
    found = live.validation_code(one, settings_of({"validation": validation}))
    assert (found is not None) is broken


def test_graphql_answers_failures_with_200(api: Make) -> None:
    one = asked(api, 200, '{"errors": [{"message": "no"}]}', path="/graphql")
    assert live.error_as_success(one) is None


@pytest.mark.parametrize(
    ("body", "field", "named"),
    [
        ("firstName is missing", "first_name", True),
        ("First name is missing", "first_name", True),
        ('{"loc": ["body", "first_name"]}', "firstName", True),
        ("invalid", "title", False),
        ("the id is missing", "id", True),
        ("invalid", "id", False),  # in the word, and no name of a field
    ],
)
def test_names_of_fields(body: str, field: str, named: bool) -> None:
    assert names(body, field) is named


def test_a_body_without_one_field(api: Make) -> None:
    schema: JSON = {
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string"}, "pages": {"type": "integer"}},
    }
    said: JSON = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    (op,) = api({"/v1/books": {"post": said}}).operations
    assert without_one(op, {}) == ({"pages": 1}, "title")
    (op,) = api({"/v1/books": {"post": {}}}).operations
    assert without_one(op, {}) is None


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"stock": 5}, {"stock": 4}, ("/stock",)),
        ({"stock": 5, "updated_at": 1}, {"stock": 5, "updated_at": 2}, ()),
        ({"views": 5, "etag": "a", "version": 1}, {"views": 6, "etag": "b", "version": 2}, ()),
        ([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}], ()),  # no order was promised
        ([{"id": 1}], [{"id": 1}, {"id": 2}], ("/#",)),
        ({"items": [{"id": 1, "n": 1}]}, {"items": [{"id": 1, "n": 2}]}, ("/items/*/n",)),
        ({"a": 1}, {}, ("/a",)),
        (1, 2, ("/",)),
    ],
)
def test_what_differs_between_readings(before: JSON, after: JSON, found: tuple[str, ...]) -> None:
    assert changes(before, after) == found


@pytest.mark.parametrize(
    ("method", "path", "label"),
    [
        ("GET", "/v1/books/7?x=1", "GET /v1/books/{id}"),
        ("GET", "/v1/books/best", "GET /v1/books/best"),
        ("PUT", "/v1/books/7", "undocumented method"),
        ("GET", "/v1/books/7/x", "undocumented path"),
        ("GET", "/v1/booksX7", "undocumented path"),
    ],
)
def test_which_operation_a_request_was_for(api: Make, method: str, path: str, label: str) -> None:
    known = api({"/v1/books/{id}": {"get": {}}, "/v1/books/best": {"get": {}}})
    assert routes(known.operations).label(method, path) == label


def test_parts_of_a_path() -> None:
    assert segments("/v1/a%20b/?x=/y") == ("v1", "a b")


def test_each_rule_can_be_switched_off(api: Make) -> None:
    """And a rule that does not exist cannot."""
    paths: dict[str, dict[str, JSON]] = {"/getBook": {"get": {"responses": {"200": {}}}}}
    every = {one.rule for one in violations(api(paths))}
    assert {"path-noun", "path-case", "path-version", "error-envelope"} == every
    assert every <= RULES.keys()
    for rule in every:
        left = {one.rule for one in violations(api(paths, off=[rule]))}
        assert left == every - {rule}
    assert violations(api(paths, off=[*RULES, *LIVE, *PROBED])) == ()
    with pytest.raises(ValueError, match="off names path-nouns; allowed: .*path-noun"):
        violations(api(paths, off=["path-nouns"]))


@pytest.mark.parametrize("given", [{"success": "wrapped"}, {"validation": 418}, {"off": "all"}])
def test_options_that_the_policy_cannot_have(given: dict[str, JSON]) -> None:
    with pytest.raises(ValueError, match="allowed: "):
        settings_of(given)
