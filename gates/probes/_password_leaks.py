"""Looks for passwords, hashes, secrets and other users' tokens in every answer of success."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from gates.core.credentials import bearer
from gates.core.documented import Documented, made
from gates.core.exchanges import Exchange
from gates.core.leaks import NAMED, Canary, Leak, canaries_of, leaks
from gates.core.model import Finding, Severity
from gates.core.sampling import NoSample
from gates.probes._auth_login import ranked, words
from gates.probes._auth_values import found_values
from gates.probes._caller import Caller, Exhausted
from gates.shell.network import NetworkError

METRIC = "passwords.leaks"
_TOKENS = re.compile(r"token|session|jwt|key", re.IGNORECASE)
_LOGIN = re.compile(
    r"log-?in|sign-?in|sign-?up|token|refresh|register|registration|sessions?\b|oauth|auth\b", re.I
)
_ID = re.compile(r"/(\d+|[0-9a-f]{8,}|[0-9a-fA-F-]{36})(?=/|$)")
_MOST_IDENTITIES = 3
_FIX = "Answer with a shape of its own that has no such field, instead of what the store holds."


class Seen(msgspec.Struct, frozen=True, order=True):
    """One leak and the operation whose answer holds it."""

    label: str
    leak: Leak


def own_requests(
    caller: Caller, operations: tuple[Documented, ...], document: dict[str, Any]
) -> int:
    """Read everything that can be read, as each identity: the answers are on record."""
    names = ranked(caller)[:_MOST_IDENTITIES]
    values = found_values(caller, operations, document, names[0]) if names else {}
    sent = 0
    for op in [op for op in operations if op.operation.method == "GET"]:
        senders: list[str | None] = [*names] or [None]
        for name in senders:
            try:
                request = made(op, document, values.get(op.path))
                caller.ask(
                    "GET", request.path, identity=name, headers=request.headers, operation=op.label
                )
            except (NoSample, NetworkError):
                continue
            except Exhausted:
                return sent
            sent += 1
    return sent


def secrets_known(caller: Caller, variables: Mapping[str, str]) -> Iterator[Canary]:
    """Values that no answer may hold: passwords, secrets of the service, tokens of identities."""
    yield from canaries_of(variables, "the variable")
    for name, known in sorted(caller.identities.items()):
        login = words(known)
        if login and login.password != login.user:
            yield Canary(login.password, f"the password of the identity {name}")
        tokens = {bearer(known.headers), *_tokens(known.answer)} - {""}
        for token in sorted(tokens):
            yield Canary(token, f"a token of the identity {name}", name)


def found(
    exchanges: Iterable[Exchange],
    canaries: tuple[Canary, ...],
    operations: tuple[Documented, ...],
    caller: Caller,
    logins: frozenset[str],
) -> tuple[list[Seen], int]:
    """The leaks of all success answers, each once for its operation; and how many were read."""
    seen: set[Seen] = set()
    looked = 0
    patterns = [(_pattern(op.path), op) for op in operations]
    for one in exchanges:
        if not 200 <= one.status < 300 or not one.body:
            continue
        looked += 1
        path = one.path.partition("?")[0]
        own = _sender(one, caller)
        told = [c for c in canaries if not (c.owner and _sent(one, c.value))]
        login = path in logins or bool(_LOGIN.search(path))
        label = one.operation or _label(one.method, path, patterns)
        for leak in leaks(one.method, one.body, told, identity=own, login=login):
            seen.add(Seen(label, leak))
    return _once(seen), looked


def _once(seen: set[Seen]) -> list[Seen]:
    """One leak a field: what its name says before what its value was recognised as."""
    chosen: dict[tuple[str, str], Seen] = {}
    for one in sorted(seen, key=lambda one: (one.leak.what not in NAMED, one)):
        chosen.setdefault((one.label, one.leak.field), one)
    return sorted(chosen.values())


def finding(tool: str, one: Seen) -> Finding:
    """A leak as a finding: the field and what it is, never the value."""
    return Finding(
        tool=tool,
        rule="passwords.leak",
        severity=Severity.CRITICAL,
        message=f"{one.label}: the field {one.leak.field} of an answer holds {one.leak.what}",
        fix=_FIX,
        context=f"{one.label} {one.leak.field} {one.leak.what}",
        metric=METRIC,
    )


def _tokens(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        for name, part in answer.items():
            if isinstance(part, str) and _TOKENS.search(str(name)):
                yield part
            elif isinstance(part, dict):
                yield from _tokens(part)


def _sender(one: Exchange, caller: Caller) -> str:
    """Whose request it was, also where a probe had put the headers together itself."""
    if one.identity:
        return one.identity
    sent = {value for _, value in one.request_headers}
    for name, known in caller.identities.items():
        if sent & set(known.headers.values()):
            return name
    return ""


def _sent(one: Exchange, value: str) -> bool:
    return any(value in text for _, text in one.request_headers) or value in one.request_body


def _pattern(path: str) -> re.Pattern[str]:
    parts = (
        "[^/]+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^}]*\})", path)
    )
    return re.compile("".join(parts))


def _label(method: str, path: str, patterns: list[tuple[re.Pattern[str], Documented]]) -> str:
    matching = [op for pattern, op in patterns if pattern.fullmatch(path)]
    # A path that is written out wins over one with parameters.
    for op in sorted(matching, key=lambda op: op.path.count("{")):
        if op.operation.method == method:
            return op.label
    return f"{method} {_ID.sub('/{id}', path)}"
