"""Tokens without their key: read, changed, signed with guesses."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from gates.core import tokens

KEY = b"a key that stands in no list at all"


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def made(claims: dict[str, Any], key: bytes = KEY, alg: str = "HS256") -> str:
    """A token as RFC 7515 says, made here and not by what is tested."""
    parts = ({"alg": alg, "typ": "JWT", "kid": "1"}, claims)
    head = ".".join(packed(json.dumps(part).encode()) for part in parts)
    hashes = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
    return f"{head}.{packed(hmac.new(key, head.encode(), hashes[alg]).digest())}"


def token(claims: dict[str, Any] | None = None, **more: Any) -> tokens.Token:
    found = tokens.read(made(claims or {"sub": "1", "iat": 0, "exp": 900}, **more))
    assert found
    return found


def test_the_example_of_rfc_7515_is_read_and_its_key_verifies() -> None:
    """RFC 7515, appendix A.1."""
    text = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj"
        "Xk"
    )
    # pragma: allowlist nextline secret
    key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    found = tokens.read(text)
    assert found
    assert found.claims["iss"] == "joe"
    assert tokens.signing_key(found, [b"other", key.encode()]) == base64.urlsafe_b64decode(
        key + "=="
    )


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c", "..", "e30.e30.", f"{packed(b'[]')}.e30.x", "x" * 50, "é.é.é"]
)
def test_what_is_no_token_is_none(text: str) -> None:
    assert tokens.read(text) is None


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_every_weak_key_is_found_and_no_other(alg: str) -> None:
    for key in (b"secret", b"", b"changeme"):
        assert tokens.signing_key(token(key=key, alg=alg), tokens.WEAK_KEYS) == key
    assert tokens.signing_key(token(alg=alg), tokens.WEAK_KEYS) is None


def test_false_tokens_are_false_in_one_thing_each() -> None:
    good = token()
    changed = tokens.read(tokens.with_other_signature(good))
    assert changed
    assert changed.claims == good.claims
    assert not tokens.verifies(changed, KEY)
    moved = tokens.read(tokens.with_other_claims(good))
    assert moved
    assert moved.signature == good.signature
    assert {**moved.claims, "exp": 900} == good.claims
    assert moved.claims["exp"] == 960
    unsigned = tokens.read(tokens.unsigned(good, "nOnE"))
    assert unsigned
    assert (unsigned.algorithm, unsigned.signature) == ("nOnE", b"")
    assert tokens.unsigned(good, keep=True).endswith(good.text.rpartition(".")[2])
    forged = tokens.read(tokens.signed(good, b"key", {"aud": "x"}))
    assert forged
    assert tokens.verifies(forged, b"key")
    assert forged.claims == {**good.claims, "aud": "x"}


def test_an_expired_token_is_well_signed_and_over() -> None:
    over = tokens.read(tokens.expired(token({"sub": "1", "exp": 9, "nbf": 5}), KEY, 1_000_000.0))
    assert over
    assert tokens.verifies(over, KEY)
    assert over.claims == {"sub": "1", "iat": 827_200, "exp": 913_600, "nbf": 827_200}


@pytest.mark.parametrize(
    ("claims", "seconds"),
    [
        ({"iat": 100, "exp": 1000}, 900.0),
        ({"nbf": 100, "exp": 1000}, 900.0),
        ({"exp": 1000}, 500.0),
        ({"iat": 100}, None),
        ({"iat": 100, "exp": True}, None),
        ({"iat": 100, "exp": "1000"}, None),
    ],
)
def test_lifetimes(claims: dict[str, Any], seconds: float | None) -> None:
    assert tokens.lifetime_s(claims, 500.0) == seconds


@pytest.mark.parametrize(
    ("claims", "paths"),
    [
        ({"sub": "17", "name": "Ada", "jti": "9", "role": "user", "scope": "email"}, []),
        ({"email_verified": True, "at_hash": "x", "c_hash": "y", "phone": None, "email": ""}, []),
        ({"email": "somebody"}, ["email"]),
        ({"sub": "ada@example.com"}, ["sub"]),
        (
            {"user": {"passwordHash": "x", "ids": ["b@example.com"]}},
            ["user.passwordHash", "user.ids[]"],
        ),
        ({"x": "$2b$12$abcdefghijklmnopqrstuv"}, ["x"]),
        ({"https://example.com/email": "a"}, ["https://example.com/email"]),
        ({"phone_number": "1"}, ["phone_number"]),
    ],
)
def test_personal_claims_are_named_by_their_path(claims: Any, paths: list[str]) -> None:
    assert list(tokens.personal(claims)) == paths


def test_a_published_key_becomes_the_file_that_a_verifier_would_read() -> None:
    """The numbers of RFC 7517, A.1; the file was made by `openssl rsa -pubin` from them."""
    n = (
        # pragma: allowlist nextline secret
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJ"
        # pragma: allowlist nextline secret
        "ECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW"
        # pragma: allowlist nextline secret
        "2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQ"
        # pragma: allowlist nextline secret
        "Fh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    whole, bare = tokens.public_keys({"keys": [{"kty": "RSA", "n": n, "e": "AQAB"}, {"kty": "EC"}]})
    assert whole == bare + b"\n"
    lines = whole.decode().splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    # pragma: allowlist nextline secret
    assert lines[1].startswith("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7agoebGcQSuuPiLJX")
    assert lines[-2].endswith("AQAB")
    assert tokens.public_keys({"keys": "none"}) == tokens.public_keys([]) == ()
