"""Access tokens: only our own, unaltered and unexpired ones are read."""

import base64
import json
import secrets
from datetime import timedelta

import jwt
import pytest

from bookstore import clock, tokens

KEY = secrets.token_urlsafe(48)
MINUTES = timedelta(minutes=15)


def test_round_trip() -> None:
    assert tokens.read_access(KEY, tokens.issue_access(KEY, 7, clock.now(), MINUTES)) == 7


def test_claims_say_nothing_personal() -> None:
    token = tokens.issue_access(KEY, 7, clock.now(), MINUTES)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"sub", "iss", "aud", "jti", "iat", "exp"}
    assert claims["exp"] - claims["iat"] == 900


def test_expired() -> None:
    token = tokens.issue_access(KEY, 7, clock.now() - timedelta(minutes=16), MINUTES)
    assert tokens.read_access(KEY, token) is None


def test_other_key() -> None:
    token = tokens.issue_access(secrets.token_urlsafe(48), 7, clock.now(), MINUTES)
    assert tokens.read_access(KEY, token) is None


def test_unsigned() -> None:
    header, body, _ = tokens.issue_access(KEY, 7, clock.now(), MINUTES).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    assert header != none
    assert tokens.read_access(KEY, f"{none}.{body}.") is None


@pytest.mark.parametrize(
    "change", [{"sub": "seven"}, {"iss": "another"}, {"aud": "another"}, {"jti": 5}]
)
def test_foreign_claims(change: dict[str, object]) -> None:
    now = int(clock.now().timestamp())
    claims: dict[str, object] = {"sub": "7", "iss": "bookstore", "aud": "bookstore"}
    claims |= {"jti": "x", "iat": now, "exp": now + 60}
    assert tokens.read_access(KEY, jwt.encode(claims, KEY, algorithm="HS256")) == 7
    assert tokens.read_access(KEY, jwt.encode({**claims, **change}, KEY, algorithm="HS256")) is None
