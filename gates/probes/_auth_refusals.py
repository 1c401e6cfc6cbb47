"""Sends every operation that the document protects credentials that it has to refuse."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gates.core import credentials, refusals, tokens
from gates.core.credentials import Attempt, Keys
from gates.core.documented import Documented, Made, made
from gates.core.model import Status
from gates.core.openapi import JSON
from gates.core.refusals import Got, Ruling
from gates.core.sampling import NoSample
from gates.probes._auth_login import log_in, ranked, session_headers, words
from gates.probes._auth_values import found_values
from gates.probes._caller import Caller, Exhausted
from gates.shell.network import NetworkError, Response

_ORDER = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_ENDING = re.compile(r"log-?out|sign-?out|revoke|sessions?$|deactivate|/me$", re.IGNORECASE)
_LONGEST_WAIT_S = 2.0
_TRIES = 3  # sessions that may run out while one operation is tried


class RanOut(Exception):
    """No session lived as long as its operation was tried."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One operation with what came of it; `sent` false credentials, and the request itself."""

    op: Documented
    ruling: Ruling
    sent: int = 0
    request: Made | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the trials of one run share."""

    document: dict[str, Any]
    schemes: dict[str, dict[str, JSON]]
    keys: Keys
    values: dict[str, dict[str, JSON]]
    refused: frozenset[int]
    identities: list[str]


def tried(
    caller: Caller,
    given: Mapping[str, Any],
    operations: tuple[Documented, ...],
    document: dict[str, Any],
    keys: Keys,
) -> list[Tried]:
    """Every protected operation: reading first, what ends a session last."""
    protected = sorted((op for op in operations if op.protected), key=_rank)
    names = ranked(caller)
    if not protected or not names:
        return []
    plan = Plan(
        document=document,
        schemes=credentials.schemes(document),
        keys=keys,
        values=found_values(caller, operations, document, names[0]),
        refused=frozenset(given.get("refused") or refusals.REFUSED),
        identities=names,
    )
    whole: set[tuple[str, ...]] = set()
    room = len(protected) * 20 <= caller.left * 0.7
    found = []
    for op in protected:
        kinds = tuple(sorted({name for one in op.security for name in one}))
        found.append(_operation(caller, given, op, plan, whole=room or kinds not in whole))
        whole.add(kinds)
    return found


def signing(caller: Caller, variables: Mapping[str, str], now: float) -> Keys:
    """What can be known of the key: guessed, held by the service's variables, or published."""
    token = next((t for name in ranked(caller) if (t := token_of(caller, name))), None)
    if token is None:
        return Keys(now=now)
    if (weak := tokens.signing_key(token, tokens.WEAK_KEYS)) is not None:
        return Keys(own=weak, weak=True, now=now)
    own = tokens.signing_key(token, (value.encode() for value in variables.values() if value))
    public = () if token.algorithm in tokens.HASHES else _published(caller)
    return Keys(own=own, public=public, now=now)


def token_of(caller: Caller, name: str) -> tokens.Token | None:
    """The JSON Web Token of an identity, None where it has none."""
    return tokens.read(credentials.bearer(caller.identities[name].headers))


def _published(caller: Caller) -> tuple[bytes, ...]:
    try:
        answer = caller.ask("GET", "/.well-known/jwks.json", identity=None)
        return tokens.public_keys(msgspec.json.decode(answer.body))[:4]
    except (NetworkError, Exhausted, msgspec.DecodeError):
        return ()


def _rank(op: Documented) -> tuple[bool, int, str]:
    method = op.operation.method
    place = _ORDER.index(method) if method in _ORDER else len(_ORDER)
    ends = method != "GET" and bool(_ENDING.search(op.path))
    return (ends, place, op.path)


def _operation(
    caller: Caller, given: Mapping[str, Any], op: Documented, plan: Plan, *, whole: bool
) -> Tried:
    try:
        request = made(op, plan.document, plan.values.get(op.path))
    except NoSample as error:
        return _untried(op, f"no request could be made: {error}")
    try:
        control, answers = _asked(caller, given, op, request, plan, whole=whole)
    except Exhausted:
        return _untried(op, "the budget of requests or seconds was used up", request)
    except NetworkError as error:
        return _untried(op, f"no answer: {error.kind}", request)
    except RanOut:
        why = f"the session ran out {_TRIES} times before every false credential was answered"
        return _untried(op, why, request)
    ruling = refusals.ruled(control, answers, plan.refused)
    return Tried(op=op, ruling=ruling, sent=len(answers), request=request)


def _asked(
    caller: Caller,
    given: Mapping[str, Any],
    op: Documented,
    request: Made,
    plan: Plan,
    *,
    whole: bool,
) -> tuple[int, list[Got]]:
    """The status for valid credentials, and the answers to false ones made of them.

    Where the session had run out meanwhile, false credentials made of it would be refused for
    their age alone: then they are made anew, and sent again. Raise RanOut if no session lasts.
    """
    sender = plan.identities[0]
    for _ in range(_TRIES):
        headers = caller.identities[sender].headers
        used = credentials.needed(op.security, plan.schemes, headers)
        todo = credentials.attempts(headers, used, plan.keys, plan.schemes)
        answers = list(_answers(caller, op, request, [a for a in todo if whole or a.core]))
        control = _control(caller, given, op, request, plan)
        if caller.identities[sender].headers == headers:
            return control, answers
    raise RanOut


def _untried(op: Documented, why: str, request: Made | None = None) -> Tried:
    return Tried(op=op, ruling=Ruling(state=Status.NO_DATA, detail=why), request=request)


def _answers(caller: Caller, op: Documented, request: Made, todo: list[Attempt]) -> Iterator[Got]:
    """The answers; nothing more of a kind that was let in, nothing at all if nobody is asked."""
    let_in: set[str] = set()
    for one in todo:
        if one.rule in let_in or credentials.ANONYMOUS in let_in:
            continue
        answer = _patiently(caller, op, request, one.headers)
        if 200 <= answer.status < 300:
            let_in.add(one.rule)
        yield Got(rule=one.rule, name=one.name, status=answer.status, required=one.required)


def _patiently(
    caller: Caller,
    op: Documented,
    request: Made,
    headers: Mapping[str, str],
) -> Response:
    """The answer, asked for once more where the service wants a short pause."""
    lines = _merged(request, headers)
    answer = _sent(caller, op, request, lines)
    wait = answer.header("Retry-After") or ""
    if answer.status == 429 and wait.isdecimal() and int(wait) <= _LONGEST_WAIT_S:
        time.sleep(int(wait))
        answer = _sent(caller, op, request, lines)
    return answer


def _sent(
    caller: Caller, op: Documented, request: Made, lines: tuple[tuple[str, str], ...]
) -> Response:
    return caller.ask(
        request.method,
        request.path,
        identity=None,
        headers=lines,
        body=request.body,
        operation=op.label,
    )


def _merged(request: Made, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The request's own headers, where they are none of the credentials, and the credentials."""
    own = {name.lower() for name in headers}
    looks = credentials.looks_secret(dict(request.headers), every=False)
    secret = own | {name.lower() for name in looks}
    kept = tuple((n, v) for n, v in request.headers if n.lower() not in secret)
    return (*kept, *headers.items())


def _control(
    caller: Caller, given: Mapping[str, Any], op: Documented, request: Made, plan: Plan
) -> int:
    """The status for valid credentials: the best that any identity gets, after a new login too."""
    best = 0
    for name in plan.identities:
        status = _as(caller, op, request, name)
        if status in plan.refused and (fresh := _again(caller, given, name)):
            known = caller.identities[name]
            renewed = msgspec.structs.replace(known, headers={**known.headers, **fresh})
            caller.identities[name] = renewed
            status = _as(caller, op, request, name)
        if status not in plan.refused and status != 403:
            return status
        best = status if not best or status == 403 else best
    return best


def _as(caller: Caller, op: Documented, request: Made, name: str) -> int:
    return _patiently(caller, op, request, caller.identities[name].headers).status


def _again(caller: Caller, given: Mapping[str, Any], name: str) -> dict[str, str]:
    """The headers of a new session: the old one may have run out or been ended."""
    login = words(caller.identities[name])
    return session_headers(given, log_in(caller, login)) if login else {}
