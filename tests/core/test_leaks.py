"""Which fields and values of answers are secrets, and which only look like some."""

import json
from typing import Any

import pytest

from gates.core.leaks import Canary, canaries_of, leaks

HASH = "$argon2id$v=19$m=65536,t=3,p=2$c29tZXNhbHQ$abcdefghijkl"


def found(value: Any, method: str = "GET", **more: Any) -> list[tuple[str, str]]:
    body = value if isinstance(value, str) else json.dumps(value)
    return [(one.field, one.what) for one in leaks(method, body, more.pop("canaries", ()), **more)]


@pytest.mark.parametrize(
    "value",
    [
        {"password": None, "password_hash": "", "has_password": True, "secret": False},
        {"password_changed_at": "2026-01-01", "token_type": "bearer", "next_token": "abcdef"},
        # pragma: allowlist nextline secret
        {"password": "********", "api_key": "sk-****1234", "secret": "[REDACTED]"},
        # pragma: allowlist nextline secret
        {"hash": "9f86d081884c7d659a2feaa0", "commit": {"hash": "abcdef123456"}},
        {"token": "abcdefghijkl"},  # one's own, not in a list
        {"items": [{"csrf_token": "abcdefghijk", "page_token": "abcdefg"}]},
        # pragma: allowlist nextline secret
        {"openapi": "3.1.0", "example": {"password": "hunter2-hunter2"}},
        {"password": {"type": "string"}},
        {"password": "string"},  # pragma: allowlist secret
        "not json: password=hunter2",
        [],
    ],
)
def test_what_is_no_leak(value: Any) -> None:
    assert found(value) == []


@pytest.mark.parametrize(
    ("value", "method", "expected"),
    [
        # pragma: allowlist nextline secret
        ({"password": "hunter2x"}, "POST", [("password", "a password or its hash")]),
        # pragma: allowlist nextline secret
        ({"passwordHash": "q7" * 10}, "GET", [("passwordHash", "a password or its hash")]),
        ({"any": {"name": HASH}}, "POST", [("any.name", "a password hash")]),
        ({"clientSecret": "abcdefgh"}, "GET", [("clientSecret", "a secret")]),
        ({"clientSecret": "abcdefgh"}, "POST", []),  # shown once, when it is made
        (
            [{"api_key": "abcdefgh"}, {"api_key": "ijklmnop"}],
            "GET",
            [("[].api_key", "tokens in a list")],
        ),
        (HASH, "GET", []),
    ],
)
def test_fields_by_their_names(value: Any, method: str, expected: list[tuple[str, str]]) -> None:
    assert found(value, method) == expected


def test_known_values_are_found_under_any_name() -> None:
    canaries = (Canary("kanari-123456", "the password"), Canary("tok-987654321", "a token", "ada"))
    value = {"note": "it is kanari-123456", "deep": [{"x": "tok-987654321"}]}
    both = [("deep[].x", "a token"), ("note", "the password")]
    assert found(value, canaries=canaries, identity="bob") == both
    assert found(value, canaries=canaries, identity="ada") == both[1:]
    assert found(value, canaries=canaries, identity="bob", login=True) == both[1:]
    assert found("text with kanari-123456", canaries=canaries) == [("body", "the password")]


def test_values_that_may_be_there_by_chance_are_not_looked_for() -> None:
    words = (Canary("password", "x"), Canary("a1b2c3", "x"), Canary("production", "x"))
    assert found({"note": "your password a1b2c3 production"}, canaries=words) == []


def test_variables_are_secret_by_their_names() -> None:
    values = {"JWT_SECRET": "0123456789", "LANG": "en_US.UTF-8", "API_KEY": "short"}
    assert canaries_of(values, "the variable") == (Canary("0123456789", "the variable JWT_SECRET"),)
