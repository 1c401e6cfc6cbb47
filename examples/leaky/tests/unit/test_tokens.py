"""Access tokens: only our own, unaltered and unexpired ones are read."""

import secrets
from datetime import timedelta

import jwt

from bookstore import clock, tokens

KEY = secrets.token_urlsafe(48)
MINUTES = timedelta(minutes=15)


def test_round_trip() -> None:
    assert tokens.read_access(KEY, tokens.issue_access(KEY, 7, clock.now(), MINUTES)) == 7


def test_claims_say_nothing_personal() -> None:
    token = tokens.issue_access(KEY, 7, clock.now(), MINUTES)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"sub", "iss", "aud", "email", "jti", "iat", "exp"}
    assert claims["exp"] - claims["iat"] == 900


def test_expired() -> None:
    token = tokens.issue_access(KEY, 7, clock.now() - timedelta(minutes=16), MINUTES)
    assert tokens.read_access(KEY, token) is None


def test_other_key() -> None:
    token = tokens.issue_access(secrets.token_urlsafe(48), 7, clock.now(), MINUTES)
    assert tokens.read_access(KEY, token) is None
