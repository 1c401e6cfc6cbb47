"""Lists: pages, sizes, sorting, filters; and what one answer tells of the greatest page."""

from collections.abc import Callable

import pytest

from gates.core.design import lists, sizes
from gates.core.design.model import Api
from gates.core.design.sizes import HUGE, Held, told
from gates.core.openapi import JSON

Make = Callable[..., Api]
OBJECTS: JSON = {"type": "array", "items": {"type": "object"}}
LIMIT: dict[str, JSON] = {"type": "integer", "default": 20, "maximum": 100}


def query(name: str, **schema: JSON) -> JSON:
    return {"name": name, "in": "query", "schema": schema or {"type": "string"}}


def listed(*parameters: JSON, schema: JSON = OBJECTS) -> dict[str, JSON]:
    body: JSON = {"200": {"content": {"application/json": {"schema": schema}}}}
    return {"get": {"parameters": list(parameters), "responses": body}}


GOOD = (query("limit", **LIMIT), query("offset"), query("sort"), query("status"))


def rules(api: Api) -> set[str]:
    every = (lists.pages, lists.defaults, lists.maxima, lists.sorts, lists.filters)
    return {one.rule for rule in every for one in rule(api)}


@pytest.mark.parametrize(
    ("parameters", "broken"),
    [
        (GOOD, set()),
        ((), {"list-pages", "list-sort", "list-filter"}),
        ((GOOD[0], *GOOD[2:]), {"list-pages"}),  # a size, and no way to the next page
        ((query("limit", type="integer"), *GOOD[1:]), {"list-default", "list-maximum"}),
        ((query("limit", default=20), *GOOD[1:]), {"list-maximum"}),
        ((query("limit", maximum=100), *GOOD[1:]), {"list-default"}),
        ((query("per_page", **LIMIT), query("page"), query("order_by"), query("q")), set()),
        (
            (query("pageSize", **LIMIT), query("pageToken"), query("orderBy"), query("filter")),
            set(),
        ),
        ((query("page[size]", **LIMIT), query("page[number]"), *GOOD[2:]), set()),
        ((query("$top", **LIMIT), query("$skip"), query("$orderby"), query("$filter")), set()),
        ((query("_limit", **LIMIT), query("_token"), query("_sort"), *GOOD[3:]), set()),
        ((*GOOD[:2], GOOD[3]), {"list-sort"}),
        (GOOD[:3], {"list-filter"}),
        ((*GOOD[:3], query("fields")), {"list-filter"}),  # a view of the entries, no choice of them
    ],
)
def test_parameters_of_lists(api: Make, parameters: tuple[JSON, ...], broken: set[str]) -> None:
    assert rules(api({"/v1/books": listed(*parameters)})) == broken


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},  # a list of words
        {**OBJECTS, "maxItems": 50},  # type: ignore[dict-item]
        {"type": "object", "properties": {"title": {}}},
        {"type": "object", "properties": {"tags": OBJECTS}},
    ],
)
def test_what_is_no_list_without_a_bound(api: Make, schema: JSON) -> None:
    assert rules(api({"/v1/books": listed(schema=schema)})) == set()


@pytest.mark.parametrize(
    ("path", "schema", "pointer"),
    [
        ("/v1/books", OBJECTS, ""),
        ("/v1/books", {"properties": {"items": OBJECTS, "total": {}}}, "/items"),
        ("/v1/books", {"properties": {"data": OBJECTS}}, "/data"),
        ("/v1/order-lines", {"properties": {"order_lines": OBJECTS}}, "/order_lines"),
    ],
)
def test_where_the_list_is(api: Make, path: str, schema: JSON, pointer: str) -> None:
    (one,) = lists.listings(api({path: listed(schema=schema)}))
    assert one.pointer == pointer


@pytest.mark.parametrize(
    ("schema", "maximum"),
    [
        ({"maximum": 100}, 100),
        ({"exclusiveMaximum": 101}, 100),
        ({"enum": [10, 50]}, 50),
        ({"anyOf": [{"type": "integer", "maximum": 30}, {"type": "null"}]}, 30),
        ({}, None),
    ],
)
def test_the_maximum(api: Make, schema: dict[str, JSON], maximum: int | None) -> None:
    (one,) = lists.listings(api({"/v1/books": listed(query("limit", **schema))}))
    assert one.maximum == maximum


def entries(n: int) -> JSON:
    return [{"id": number} for number in range(n)]


@pytest.mark.parametrize(
    ("status", "body", "maximum", "held"),
    [
        (422, None, 100, Held.YES),
        (400, None, None, Held.YES),
        (401, None, 100, Held.UNKNOWN),
        (404, None, 100, Held.UNKNOWN),
        (429, None, 100, Held.UNKNOWN),
        (500, None, 100, Held.UNKNOWN),
        (200, {"items": entries(101)}, 100, Held.NO),
        (200, {"items": entries(100), "total": 250}, 100, Held.YES),
        (200, {"items": entries(100), "total": 100}, 100, Held.UNKNOWN),
        (200, {"items": entries(3)}, 100, Held.UNKNOWN),
        (200, {"items": entries(3), "limit": 100}, 100, Held.YES),
        (200, {"items": entries(3), "limit": 101}, 100, Held.NO),
        (200, {"items": entries(3), "meta": {"per_page": 101}}, 100, Held.NO),
        (200, {"items": entries(3), "count": 3}, 100, Held.UNKNOWN),
        (200, {"content": entries(3), "first": True, "size": 100}, 100, Held.YES),
        (200, {"items": entries(3), "has_more": True}, 100, Held.YES),
        (200, {"items": entries(3), "has_more": False}, 100, Held.UNKNOWN),
        (200, {"items": entries(3), "next": "/v1/books?page=2"}, 100, Held.YES),
        (200, entries(1001), None, Held.NO),
        (200, entries(1000), None, Held.UNKNOWN),
        (200, {"items": entries(3), "limit": HUGE}, None, Held.NO),
        (200, {"items": entries(3), "limit": 50}, None, Held.YES),
        (200, {"title": "Emma"}, 100, Held.UNKNOWN),
    ],
)
def test_what_an_answer_tells(status: int, body: JSON, maximum: int | None, held: Held) -> None:
    assert told(status, body, {}, "/items", maximum).held is held


@pytest.mark.parametrize(
    ("headers", "held"),
    [
        ({"x-total-count": "250"}, Held.YES),
        ({"x-total-count": "3"}, Held.UNKNOWN),
        ({"link": '</v1/books?page=2>; rel="next"'}, Held.YES),
        ({"link": '</v1/books?page=1>; rel="first"'}, Held.UNKNOWN),
    ],
)
def test_what_headers_tell(headers: dict[str, str], held: Held) -> None:
    assert told(200, entries(3), headers, "", 100).held is held


def test_what_is_asked_for() -> None:
    assert sizes.asked_size(100) == 101
    assert sizes.asked_size(None) == HUGE
