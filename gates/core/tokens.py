"""JSON Web Tokens without their key: read, changed, re-signed with guesses, and looked into.

Sources: RFC 7515 and RFC 7519 for the form, RFC 8725 for what has to be refused.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from gates.core.openapi import JSON

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
# Keys of tutorials and defaults. All are tried on the signature alone: that costs no request.
_WORDS = (
    "secret password changeme key test admin default jwt token 1234 12345 123456 12345678 "
    "123456789 qwerty letmein dev development jwt-secret jwt_secret jwtsecret mysecret my- "
    "secret mysecretkey my-secret-key my_secret_key secretkey secret-key secret_key "
    "supersecret super-secret super-secret-key your-secret-key your_secret_key your-256-bit- "
    "secret your-very-secret-key change-me change_me changeit example private privatekey "
    "public hmac signing-key insecure insecure-secret top-secret topsecret app appsecret api "
    "api-key apikey foo bar foobar s3cr3t p@ssw0rd passw0rd Password1 none null"
)
WEAK_KEYS = (*(word.encode() for word in _WORDS.split()), b"")
SHORT_WEAK = (b"", b"secret", b"password", b"changeme", b"key")
NEVER = 5_256_000.0  # ten years in minutes: what stands for a token that never expires
_E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_HASH = re.compile(r"\$(2[abxy]?|argon2\w*|scrypt|pbkdf2[\w-]*|5|6|1|y)\$.+")
_PERSONAL = re.compile(
    r"(e_?mail|mail)(_?address)?|pass(word|wd|phrase)?|pwd|pass(word)?_?hash|hash(ed)?_?pass(word)?"
    r"|hash|phone(_?number)?|mobile|telephone|address|street|birth_?date|date_?of_?birth|dob|ssn"
    r"|iban|tax_?id"
)


class Token(msgspec.Struct, frozen=True):
    """A token as its three parts; `text` is the whole of it."""

    text: str
    header: dict[str, JSON]
    claims: dict[str, JSON]
    signature: bytes

    @property
    def algorithm(self) -> str:
        """What its header names, e.g. HS256."""
        return str(self.header.get("alg", ""))


def read(text: str) -> Token | None:
    """The token, or None where the text is none."""
    parts = text.split(".")
    if len(parts) != 3 or not all(parts[:2]):
        return None
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict) or "alg" not in header:
        return None
    return Token(text, header, claims, signature)


def verifies(token: Token, key: bytes) -> bool:
    """Whether the token is signed with this key; False for algorithms that are no HMAC."""
    made = HASHES.get(token.algorithm)
    if made is None:
        return False
    head = token.text.rpartition(".")[0].encode()
    return hmac.compare_digest(hmac.new(key, head, made).digest(), token.signature)


def signing_key(token: Token, candidates: Iterable[bytes]) -> bytes | None:
    """The first candidate that signed the token, as it is or decoded from base64 or hex."""
    for candidate in candidates:
        for key in (candidate, *_spellings(candidate)):
            if verifies(token, key):
                return key
    return None


def signed(
    token: Token, key: bytes, claims: Mapping[str, JSON] | None = None, algorithm: str = ""
) -> str:
    """The token with some other claims, signed with `key` by HMAC."""
    name = algorithm or (token.algorithm if token.algorithm in HASHES else "HS256")
    head = f"{_part({**token.header, 'alg': name})}.{_part({**token.claims, **(claims or {})})}"
    return f"{head}.{_encoded(hmac.new(key, head.encode(), HASHES[name]).digest())}"


def unsigned(token: Token, spelling: str = "none", *, keep: bool = False) -> str:
    """The token with `alg` spelled so and no signature, or with the old one."""
    rest = token.text.rpartition(".")[2] if keep else ""
    return f"{_part({**token.header, 'alg': spelling})}.{_part(token.claims)}.{rest}"


def with_other_signature(token: Token) -> str:
    """The token with one bit of its signature turned."""
    signature = token.signature or b"\0" * 32
    turned = bytes([signature[0] ^ 1]) + signature[1:]
    return f"{token.text.rpartition('.')[0]}.{_encoded(turned)}"


def with_other_claims(token: Token) -> str:
    """The token with a claim changed under its old signature."""
    head, _, signature = token.text.split(".")
    expires = token.claims.get("exp")
    later = expires + 60 if isinstance(expires, int | float) else 4_102_444_800
    return f"{head}.{_part({**token.claims, 'exp': later})}.{signature}"


def expired(token: Token, key: bytes, now: float) -> str:
    """The token as it would be a day after its end: issued two days ago, over since yesterday."""
    claims: dict[str, JSON] = {"iat": int(now) - 172_800, "exp": int(now) - 86_400}
    if "nbf" in token.claims:
        claims["nbf"] = claims["iat"]
    return signed(token, key, claims)


def lifetime_s(claims: Mapping[str, JSON], now: float) -> float | None:
    """Seconds from issue to end, from now where no issue is named; None: it never expires."""
    end, begin = claims.get("exp"), claims.get("iat", claims.get("nbf", now))
    if isinstance(end, bool) or not isinstance(end, int | float):
        return None
    return float(end) - (float(begin) if isinstance(begin, int | float) else now)


def personal(claims: JSON, path: str = "") -> Iterator[str]:
    """Paths of the claims that name a person, a password or a hash; never their values."""
    match claims:
        case dict():
            for name, value in claims.items():
                where = f"{path}.{name}" if path else str(name)
                if _PERSONAL.fullmatch(_snake(str(name))) and _said(value):
                    yield where
                else:
                    yield from personal(value, where)
        case list():
            for value in claims:
                yield from personal(value, f"{path}[]")
        case str() if _E_MAIL.fullmatch(claims) or _HASH.fullmatch(claims):
            yield path


def public_keys(answer: Any) -> tuple[bytes, ...]:
    """RSA keys of a JWK set as they stand in key files: what a confused verifier takes as secret.

    Source: RFC 8017 A.1.1 and RFC 5280 4.1 for the form of the key.
    """
    listed = answer.get("keys") if isinstance(answer, dict) else None
    found: list[bytes] = []
    for one in listed if isinstance(listed, list) else ():
        try:
            numbers = [_decoded(one[name]) for name in ("n", "e")]
        except (KeyError, TypeError, ValueError):
            continue
        text = _pem(numbers)
        found += [text, text.rstrip(b"\n")]
    return tuple(found)


def _pem(numbers: list[bytes]) -> bytes:
    integers = b"".join(_der(2, (b"\0" if n[:1] >= b"\x80" else b"") + n) for n in numbers)
    rsa = bytes.fromhex("300d06092a864886f70d0101010500")  # AlgorithmIdentifier of rsaEncryption
    der = _der(0x30, rsa + _der(3, b"\0" + _der(0x30, integers)))
    body = base64.b64encode(der)
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    begin, end = b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----"
    return b"\n".join((begin, *lines, end, b""))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _spellings(key: bytes) -> Iterator[bytes]:
    text = key.strip()
    if len(text) < 8:
        return
    padded = text + b"=" * (-len(text) % 4)
    for decode in (base64.b64decode, base64.urlsafe_b64decode):
        with suppress(ValueError):
            yield decode(padded)
    with suppress(ValueError):
        yield bytes.fromhex(text.decode())


def _said(value: JSON) -> bool:
    return isinstance(value, str | list | dict) and bool(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]", "_", name.rpartition("/")[2]).lower()


def _part(value: Mapping[str, JSON]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("no base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
