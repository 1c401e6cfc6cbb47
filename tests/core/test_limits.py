"""What a service says of its limits, and what agrees with them."""

from typing import Any

import pytest

from gates.core import limits
from gates.core.documented import documented

NOW = 1_000_000_000.0  # Sun, 09 Sep 2001 01:46:40 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        ("86400", 86_400.0),
        ("86401", None),
        ("Sun, 09 Sep 2001 01:47:40 GMT", 60.0),
        ("Sun, 09 Sep 2001 01:46:10 GMT", 0.0),  # clocks differ by a little
        ("Sun, 09 Sep 2001 01:40:00 GMT", None),
        ("soon", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert limits.retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize(
    ("allowed", "limit", "fine"),
    [
        (90, 100, True),
        (89, 100, False),
        (110, 100, True),
        (111, 100, False),
        (4, 5, True),
        (6, 5, True),
        (3, 5, False),
        (7, 5, False),
    ],
)
def test_ten_per_cent_or_one(allowed: int, limit: int, fine: bool) -> None:
    assert limits.holds(allowed, limit) is fine
    assert limits.holds(limits.enough(limit), limit) is False


def operation(said: dict[str, Any], path: str = "/a", **document: Any) -> Any:
    whole = {"openapi": "3.1.0", "paths": {path: {"get": said}}, **document}
    (found,) = documented(whole)
    return found, whole


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"x-ratelimit": {"limit": 10, "window": 60}}, (10, 60.0)),
        ({"x-rate-limit": {"requests": 5, "period": 1, "per": "user"}}, (5, 1.0)),
        ({"x-RateLimit": "100/minute"}, (100, 60.0)),
        ({"x-rate-limit": "100 requests per 5 s"}, (100, 5.0)),
        ({"x-ratelimit": "a lot"}, None),
        ({"x-ratelimit": {"limit": 10}}, None),
        ({"x-other": {"limit": 10, "window": 60}}, None),
        ({}, None),
    ],
)
def test_limits_in_the_document(said: dict[str, Any], found: tuple[int, float] | None) -> None:
    limit = limits.declared(operation(said)[0])
    assert (limit and (limit.limit, limit.window_s)) == found


ARRAY = {"type": "array", "items": {"type": "string"}}


def answering(schema: dict[str, Any]) -> dict[str, Any]:
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}


@pytest.mark.parametrize(
    ("said", "path", "found"),
    [
        (answering(ARRAY), "/a", True),
        (answering({"$ref": "#/components/schemas/Page"}), "/a", True),
        (answering({"type": "object", "properties": {"tags": ARRAY}}), "/a", False),
        ({"responses": {"200": {"schema": ARRAY}}}, "/a", True),
        ({"parameters": [{"name": "limit", "in": "query"}]}, "/a", True),
        (answering(ARRAY), "/a/{id}", False),
        (answering({"type": "object"}), "/a", False),
        ({}, "/a", False),
    ],
)
def test_lists(said: dict[str, Any], path: str, found: bool) -> None:
    page = {"type": "object", "properties": {"items": ARRAY}}
    op, document = operation(said, path, components={"schemas": {"Page": page}})
    assert limits.is_list(op, document) is found


def test_headers_that_name_a_limit() -> None:
    assert limits.names_limit([("X-RateLimit-Remaining", "3")])
    assert limits.names_limit([("ratelimit", "x")])
    assert not limits.names_limit([("X-Rate", "3"), ("Retry-After", "3")])
