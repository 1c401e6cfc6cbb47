"""What authenticates a request, and the false credentials that a service has to refuse."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core import tokens
from gates.core.openapi import JSON, resolve

ANONYMOUS = "auth.anonymous"
NONE_SPELLINGS = ("None", "NONE", "nOnE")
WRONG_KEY = b"gatescore: a key that no service has"
_NAMES = re.compile(r"authorization|cookie|.*(api[-_]?key|token|auth|secret|session).*", re.I)


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about how tokens are signed. `own` is the key of the service, None: unknown."""

    own: bytes | None = None
    weak: bool = False  # `own` stands in the list of weak keys
    public: tuple[bytes, ...] = ()  # published keys, as a confused verifier would use them
    now: float = 0.0


class Falsified(msgspec.Struct, frozen=True, kw_only=True):
    """One false credential. `core` ones are sent to every operation, others if there is room.

    `required` False: to accept it is worth knowing, and no violation by itself.
    """

    rule: str
    name: str  # what it is, for a reader: "a token with a changed signature"
    value: str
    core: bool = False
    required: bool = True


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request's headers with a false credential, or with none."""

    rule: str
    name: str
    headers: dict[str, str]
    core: bool = True
    required: bool = True


def schemes(document: Mapping[str, Any]) -> dict[str, dict[str, JSON]]:
    """The security schemes of a document by name, references followed; of Swagger 2.0 too."""
    components = document.get("components")
    found = components.get("securitySchemes") if isinstance(components, dict) else None
    found = found or document.get("securityDefinitions") or {}
    return {
        str(name): whole
        for name, one in (found.items() if isinstance(found, dict) else ())
        if isinstance(whole := _followed(document, one), dict)
    }


def header_of(scheme: Mapping[str, JSON]) -> str:
    """The request header that carries a scheme, in lower case; "" for one that is no header."""
    if scheme.get("type") != "apiKey":
        return "authorization"
    match scheme.get("in"):
        case "header":
            return str(scheme.get("name", "")).lower()
        case "cookie":
            return "cookie"
        case _:
            return ""


def needed(
    security: tuple[frozenset[str], ...],
    known: Mapping[str, Mapping[str, JSON]],
    headers: Mapping[str, str],
) -> tuple[str, ...]:
    """The headers, among those of an identity, that authenticate it for these alternatives.

    The first alternative that the identity has all of; where the schemes say nothing that fits,
    every header that looks like a credential.
    """
    own = {name.lower(): name for name in headers}
    for alternative in security:
        wanted = [header_of(known.get(name, {"type": "http"})) for name in sorted(alternative)]
        if wanted and all(name in own for name in wanted):
            return tuple(dict.fromkeys(own[name] for name in wanted))
    return looks_secret(headers)


def looks_secret(headers: Mapping[str, str], *, every: bool = True) -> tuple[str, ...]:
    """Headers that look like credentials by their name; with `every`, all where none does."""
    found = tuple(name for name in headers if _NAMES.fullmatch(name))
    return found or (tuple(headers) if every else ())


def attempts(
    headers: Mapping[str, str],
    used: tuple[str, ...],
    keys: Keys,
    known: Mapping[str, Mapping[str, JSON]] | None = None,
) -> tuple[Attempt, ...]:
    """Without credentials first, then each header of `used` falsified while the others stay good.

    Other headers that look like credentials are left out, so that they cannot let anybody in.
    """
    secret = {*used, *looks_secret(headers)} if known is None else {*used, *_of(known, headers)}
    plain = {name: value for name, value in headers.items() if name not in secret}
    good = {**plain, **{name: headers[name] for name in used}}
    found = [Attempt(rule=ANONYMOUS, name="no credentials", headers=plain)]
    for name in used:
        found += [
            Attempt(
                rule=one.rule,
                name=one.name,
                headers={**good, name: one.value},
                core=one.core,
                required=one.required,
            )
            for one in falsified(name, headers[name], keys)
        ]
    return tuple(found)


def falsified(header: str, value: str, keys: Keys) -> tuple[Falsified, ...]:
    """The false values of one header."""
    if header.lower() == "cookie":
        return tuple(_cookies(value, keys))
    scheme, space, rest = value.partition(" ")
    if not space or header.lower() != "authorization":
        scheme, rest = "", value
    if scheme.lower() == "basic":
        return tuple(_basic(rest))
    prefix = f"{scheme} " if scheme else ""
    return tuple(
        msgspec.structs.replace(one, value=prefix + one.value) for one in _token(rest, keys)
    )


def bearer(headers: Mapping[str, str]) -> str:
    """The token among the headers of an identity, that of a cookie too; "" without one."""
    for name in ("authorization", *(n.lower() for n in headers if n.lower() != "authorization")):
        value = next((v for n, v in headers.items() if n.lower() == name), "")
        for text in re.split(r"[;\s=]+", value):
            if tokens.read(text):
                return text
    value = next((v for n, v in headers.items() if n.lower() == "authorization"), "")
    return value.partition(" ")[2] if value.lower().startswith("bearer ") else ""


def _token(value: str, keys: Keys) -> Iterator[Falsified]:
    token = tokens.read(value)
    yield from _opaque(value) if token is None else _jwt(token, keys)


def _opaque(value: str) -> Iterator[Falsified]:
    rule = "auth.tampered"
    yield Falsified(
        rule=rule, name="a token with a changed character", value=_changed(value), core=True
    )
    yield Falsified(rule=rule, name="a token cut in half", value=value[: max(len(value) // 2, 1)])
    yield Falsified(rule="auth.made-up", name="a made-up token", value=_made_up(value), core=True)


def _jwt(token: tokens.Token, keys: Keys) -> Iterator[Falsified]:
    yield Falsified(
        rule="auth.tampered-signature",
        name="a token with a changed signature",
        value=tokens.with_other_signature(token),
        core=True,
    )
    yield Falsified(
        rule="auth.tampered-claims",
        name="a token with a changed claim under the old signature",
        value=tokens.with_other_claims(token),
        core=True,
    )
    yield from _unsigned(token)
    if keys.own is not None:
        yield from _by_key(token, keys.own, keys)
    rule, name = "auth.wrong-key", "a token signed with another key"
    yield Falsified(rule=rule, name=name, value=tokens.signed(token, WRONG_KEY))
    # A service may know several keys, so that the one of the token does not tell of the others.
    for key in tokens.SHORT_WEAK:
        value = tokens.signed(token, key)
        name = "a token signed with a key from the list of weak keys"
        yield Falsified(rule="auth.weak-key", name=name, value=value)
    for key in keys.public:
        name = "a token signed by HS256 with the published public key"
        yield Falsified(
            rule="auth.public-key", name=name, value=tokens.signed(token, key, algorithm="HS256")
        )


def _unsigned(token: tokens.Token) -> Iterator[Falsified]:
    rule, name = "auth.alg-none", "an unsigned token (alg: none)"
    yield Falsified(rule=rule, name=name, value=tokens.unsigned(token), core=True)
    for spelling in NONE_SPELLINGS:
        value = tokens.unsigned(token, spelling)
        yield Falsified(rule=rule, name=f"an unsigned token (alg: {spelling})", value=value)
    name = "a token with alg: none and its old signature"
    yield Falsified(rule=rule, name=name, value=tokens.unsigned(token, keep=True))


def _by_key(token: tokens.Token, own: bytes, keys: Keys) -> Iterator[Falsified]:
    if keys.weak:
        # The same claims but one, so that it is another token than the one that was given out.
        value = tokens.signed(token, own, {"gatescore": True})
        name = "a token that we signed: its key is in the list of weak keys"
        yield Falsified(rule="auth.weak-key", name=name, value=value, core=True)
    value = tokens.expired(token, own, keys.now)
    yield Falsified(rule="auth.expired", name="an expired token", value=value, core=True)
    if "aud" in token.claims:
        value = tokens.signed(token, own, {"aud": "gatescore-other-audience"})
        yield Falsified(rule="auth.other-audience", name="a token for others", value=value)
    if "iss" in token.claims:
        value = tokens.signed(token, own, {"iss": "gatescore-other-issuer"})
        name = "a token that names another issuer"
        yield Falsified(rule="auth.other-issuer", name=name, value=value, required=False)


def _basic(value: str) -> Iterator[Falsified]:
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        yield from _opaque(value)
        return
    for rule, name, pair in (
        ("auth.wrong-password", "a wrong password", f"{user}:{_changed(password or 'x')}"),
        ("auth.made-up", "an unknown user", f"gatescore-nobody:{password}"),
    ):
        text = "Basic " + base64.b64encode(pair.encode()).decode()
        yield Falsified(rule=rule, name=name, value=text, core=rule == "auth.wrong-password")


def _cookies(value: str, keys: Keys) -> Iterator[Falsified]:
    """Every cookie falsified in the same way: which one is the session need not be known."""
    pairs = [part.strip().partition("=") for part in value.split(";") if part.strip()]
    variants = [tuple(_token(text, keys)) for _, _, text in pairs]
    longest = max(variants, key=len, default=())
    for place, one in enumerate(longest):
        texts = [
            _nth(found, place, text) for found, (_, _, text) in zip(variants, pairs, strict=True)
        ]
        joined = "; ".join(
            f"{name}={text}" for (name, _, _), text in zip(pairs, texts, strict=True)
        )
        yield msgspec.structs.replace(one, value=joined)


def _nth(found: tuple[Falsified, ...], place: int, text: str) -> str:
    if not found:
        return _changed(text)
    return found[min(place, len(found) - 1)].value


def _of(known: Mapping[str, Mapping[str, JSON]], headers: Mapping[str, str]) -> tuple[str, ...]:
    carried = {header_of(scheme) for scheme in known.values()}
    documented = tuple(name for name in headers if name.lower() in carried)
    return tuple(dict.fromkeys((*documented, *looks_secret(headers))))


def _changed(value: str) -> str:
    """The value with its middle character exchanged for a quite different one."""
    if not value:
        return "x"
    place = len(value) // 2
    other = "q" if value[place].lower() != "q" else "w"
    return value[:place] + other + value[place + 1 :]


def _made_up(value: str) -> str:
    text = hashlib.sha256(b"gatescore made this up").hexdigest()
    return (text * (len(value) // len(text) + 1))[: max(len(value), 8)]


def _followed(document: Mapping[str, Any], one: JSON) -> JSON:
    if isinstance(one, dict) and isinstance(one.get("$ref"), str):
        try:
            return resolve(dict(document), str(one["$ref"]))
        except LookupError:
            return None
    return one
