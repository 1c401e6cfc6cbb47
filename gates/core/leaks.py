"""Which fields and values of an answer are secrets that it should not hold."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core.openapi import JSON

LEAST = 8  # characters of a value that can be looked for without finding it by chance
_PASSWORD = frozenset(
    {
        "password",
        "passwd",
        "passwort",
        "pwd",
        "passphrase",
        "password_hash",
        "hashed_password",
        "passwd_hash",
        "pwd_hash",
        "password_digest",
        "password_salt",
        "encrypted_password",
        "pass_hash",
        "hash_password",
        "password_encrypted",
        "user_password",
    }
)
_SECRET = frozenset(
    {
        "secret",
        "client_secret",
        "secret_key",
        "private_key",
        "totp_secret",
        "mfa_secret",
        "otp_secret",
        "jwt_secret",
        "signing_key",
        "encryption_key",
    }
)
_TOKEN = frozenset(
    {
        "token",
        "access_token",
        "refresh_token",
        "auth_token",
        "session_token",
        "api_key",
        "apikey",
        "reset_token",
        "password_reset_token",
        "session_id",
        "sessionid",
    }
)
_MASKED = re.compile(
    r"[*x•.#-]{3,}|.*\*{3,}.*|\[?(redacted|hidden|filtered|masked|secret)\]?|string", re.I
)
_HASH = re.compile(r"\$(2[abxy]?\$\d\d|argon2(id|i|d)|pbkdf2[\w-]*|scrypt|5|6|1|y)\$.{10,}")
_WERKZEUG = re.compile(r"(scrypt:\d+:\d+:\d+|pbkdf2:sha\d+(:\d+)?|pbkdf2_sha\d+\$\d+)\$.{10,}")


PASSWORD, HASH, SECRET, TOKENS = (
    "a password or its hash",
    "a password hash",
    "a secret",
    "tokens in a list",
)
NAMED = frozenset({PASSWORD, HASH, SECRET, TOKENS})  # what a field is by itself


class Canary(msgspec.Struct, frozen=True):
    """A secret value and what it is, for a reader. `owner` may be shown it ("" for nobody)."""

    value: str
    what: str
    owner: str = ""


class Leak(msgspec.Struct, frozen=True, order=True):
    """One leak: where in the answer, and what it is. The value itself is nowhere."""

    field: str
    what: str


def leaks(
    method: str, body: str, canaries: Iterable[Canary], *, identity: str = "", login: bool = False
) -> tuple[Leak, ...]:
    """Every leak of one success answer.

    `login` marks answers that hand out their own caller's tokens. A served OpenAPI document is no
    answer with data: it speaks of passwords, and holds none.
    """
    value = _read(body)
    if isinstance(value, dict) and ("openapi" in value or "swagger" in value):
        return ()
    found = set(_by_value(body, value, [one for one in canaries if _counts(one, identity, login)]))
    if value is not None:
        found |= {
            Leak(path, what)
            for path, name, text, listed in _leaves(value)
            if (what := _named(name, text, method, listed, login))
        }
    return tuple(sorted(found))


def canaries_of(values: Mapping[str, str], what: str) -> tuple[Canary, ...]:
    """Variables whose names say that they are secret, as canaries."""
    telling = re.compile(r"secret|key|token|passw|pwd|credential|dsn", re.IGNORECASE)
    return tuple(
        Canary(value, f"{what} {name}")
        for name, value in sorted(values.items())
        if telling.search(name) and len(value) >= LEAST
    )


def _counts(one: Canary, identity: str, login: bool) -> bool:
    """A word of plain letters would be found by chance; a token may be shown to its owner."""
    telling = len(one.value) >= LEAST and not one.value.isalpha()
    return telling and not (one.owner and (login or one.owner == identity))


def _by_value(body: str, value: JSON, canaries: list[Canary]) -> Iterator[Leak]:
    leaves = list(_leaves(value)) if value is not None else [("body", "", body, False)]
    for one in canaries:
        for path in sorted({path for path, _, text, _ in leaves if one.value in text}):
            yield Leak(path, one.what)


def _named(name: str, text: str, method: str, listed: bool, login: bool) -> str:
    """What a field is by its name, "" where it is none or its value hides it."""
    plain = _snake(name)
    if _HASH.fullmatch(text) or _WERKZEUG.fullmatch(text):
        return HASH
    if len(text) < 4 or _MASKED.fullmatch(text):
        return ""
    if plain in _PASSWORD:
        return PASSWORD
    if plain in _SECRET and method == "GET":
        return SECRET
    if plain in _TOKEN and method == "GET" and listed and not login:
        return TOKENS
    return ""


def _leaves(
    value: JSON, path: str = "", *, listed: bool = False
) -> Iterator[tuple[str, str, str, bool]]:
    """Path, name and text of every text in a value, and whether it stands within a list."""
    match value:
        case dict():
            for name, part in value.items():
                where = f"{path}.{name}" if path else str(name)
                if isinstance(part, str):
                    yield where, str(name), part, listed
                else:
                    yield from _leaves(part, where, listed=listed)
        case list():
            for part in value:
                where = f"{path}[]"
                if isinstance(part, str):
                    yield where, "", part, True
                else:
                    yield from _leaves(part, where, listed=True)
        case str():
            yield path or "body", "", value, listed
        case _:
            return


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]", "_", name).lower()


def _read(body: str) -> JSON:
    try:
        found: JSON = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found
