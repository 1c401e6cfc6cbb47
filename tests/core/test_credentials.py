"""Which headers let somebody in, and the false ones that are sent in their place."""

import base64
from typing import Any

import pytest

from gates.core import credentials
from gates.core.credentials import Keys

BEARER = {"type": "http", "scheme": "bearer"}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "sid"}
QUERY = {"type": "apiKey", "in": "query", "name": "key"}
KNOWN: dict[str, dict[str, Any]] = {"b": BEARER, "k": KEY, "c": COOKIE, "q": QUERY}


def test_schemes_of_both_formats_with_references() -> None:
    new = {
        "components": {
            "securitySchemes": {"a": {"$ref": "#/components/securitySchemes/b"}, "b": BEARER}
        }
    }
    assert credentials.schemes(new) == {"a": BEARER, "b": BEARER}
    assert credentials.schemes({"securityDefinitions": {"k": KEY}}) == {"k": KEY}
    assert credentials.schemes({}) == {}


@pytest.mark.parametrize(
    ("security", "headers", "used"),
    [
        ((("b",),), {"Authorization": "Bearer x", "X-Tenant": "1"}, ("Authorization",)),
        ((("b",), ("k",)), {"x-key": "1"}, ("x-key",)),
        ((("b", "k"),), {"Authorization": "x", "X-Key": "1"}, ("Authorization", "X-Key")),
        ((("c",),), {"Cookie": "sid=1"}, ("Cookie",)),
        ((("q",),), {"Authorization": "x"}, ("Authorization",)),
        ((("unknown",),), {"Authorization": "x", "X-Tenant": "1"}, ("Authorization",)),
        ((("c",),), {"X-Session-Token": "1", "Accept": "x"}, ("X-Session-Token",)),
    ],
)
def test_the_headers_that_an_operation_asks_for(
    security: tuple[tuple[str, ...], ...], headers: dict[str, str], used: tuple[str, ...]
) -> None:
    alternatives = tuple(frozenset(one) for one in security)
    assert credentials.needed(alternatives, KNOWN, headers) == used


def test_without_credentials_other_headers_stay_and_other_credentials_go() -> None:
    headers = {"Authorization": "Bearer opaque-token", "X-Key": "1234", "X-Tenant": "7"}
    first, *rest = credentials.attempts(headers, ("Authorization",), Keys(), KNOWN)
    assert (first.rule, first.headers) == (credentials.ANONYMOUS, {"X-Tenant": "7"})
    assert rest
    for one in rest:
        assert set(one.headers) == {"X-Tenant", "Authorization"}
        assert one.headers["Authorization"] != headers["Authorization"]
        assert one.headers["Authorization"].startswith("Bearer ")


def test_two_credentials_that_belong_together_are_falsified_one_at_a_time() -> None:
    headers = {"Authorization": "Bearer opaque-token", "X-Key": "12345678"}
    _, *rest = credentials.attempts(headers, ("Authorization", "X-Key"), Keys(), KNOWN)
    for one in rest:
        changed = {name for name in headers if one.headers[name] != headers[name]}
        assert len(changed) == 1


@pytest.mark.parametrize("value", ["a", "0123456789abcdef", "QqQqQq", "x" * 200])
def test_a_changed_token_is_another_one_in_any_case(value: str) -> None:
    for one in credentials.falsified("X-Key", value, Keys()):
        assert one.value.lower() != value.lower() or len(value) == 1


def test_a_wrong_password_of_basic_keeps_the_user() -> None:
    value = "Basic " + base64.b64encode(b"ada:lovelace").decode()
    wrong, stranger = credentials.falsified("authorization", value, Keys())
    pair = base64.b64decode(wrong.value.removeprefix("Basic ")).decode()
    assert pair.startswith("ada:")
    assert pair != "ada:lovelace"
    assert base64.b64decode(stranger.value.removeprefix("Basic ")).endswith(b":lovelace")


def test_every_cookie_is_falsified() -> None:
    for one in credentials.falsified("Cookie", "theme=dark; sid=0123456789", Keys()):
        pairs = dict(part.split("=", 1) for part in one.value.split("; "))
        assert set(pairs) == {"theme", "sid"}
        assert pairs["sid"] != "0123456789"


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"Authorization": "Bearer abc"}, "abc"),
        ({"Authorization": "Basic abc"}, ""),
        # pragma: allowlist nextline secret
        ({"Cookie": "a=1; t=eyJhbGciOiJIUzI1NiJ9.e30.AAAA"}, "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"),
        # pragma: allowlist nextline secret
        ({"X-Token": "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"}, "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"),
        ({}, ""),
    ],
)
def test_the_token_among_headers(headers: dict[str, str], token: str) -> None:
    assert credentials.bearer(headers) == token
