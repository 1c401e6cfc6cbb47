"""Asks each list again and again: a service that never says "slow down" can be emptied."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gates.core import limits
from gates.core.documented import Documented, Made, made
from gates.core.model import Finding, Measurement, Severity, Status
from gates.core.sampling import NoSample
from gates.probes._auth_login import ranked
from gates.probes._caller import Caller, Exhausted, curl
from gates.shell.network import NetworkError, Response

METRIC = "throttle.lists_unthrottled"
MOST_BURSTS = 5
_FIX = "Limit how often a list is read, answer 429 with Retry-After, and document it."
_AUTH = "AUTHORIZATION"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one list; `count` requests were sent to it."""

    op: Documented
    state: Status
    detail: str
    count: int = 0
    request: Made | None = None


def lists(
    caller: Caller,
    operations: Iterable[Documented],
    document: Mapping[str, Any],
    codes: frozenset[int],
    held: frozenset[str],
    *,
    burst: int,
) -> list[Listed]:
    """Every list: by its document, its headers, a limit that was counted, or a burst."""
    found: list[Listed] = []
    bursts = 0
    for op in [op for op in operations if limits.is_list(op, dict(document))]:
        known = _known(op, codes, held)
        if known is None and bursts >= MOST_BURSTS:
            known = Listed(op=op, state=Status.NO_DATA, detail=f"{bursts} lists were tried before")
        if known is None:
            known = _asked(caller, op, document, codes, burst, before=bursts > 0)
            bursts += known.count > 1
        found.append(known)
    return found


def measured(found: list[Listed]) -> Measurement:
    """How many lists are not throttled; unknown where nothing could be told of any."""
    told = [one for one in found if one.state is not Status.NO_DATA]
    if found and not told:
        return Measurement(value=None, why=f"{found[0].op.label}: {found[0].detail}")
    bad = sum(one.state is Status.FAIL for one in told)
    detail = f"{len(told)} of {len(found)} list operations told"
    return Measurement(value=float(bad), detail=detail)


def finding(tool: str, one: Listed) -> Finding:
    """A list without a throttle as a finding."""
    request = one.request
    command = ""
    if request:
        command = curl(request.method, request.path, headers=request.headers, token=_AUTH)
    return Finding(
        tool=tool,
        rule="rate-limit.list-unthrottled",
        severity=Severity.LOW,
        message=f"{one.op.label}: {one.detail}",
        fix=_FIX,
        reproduce=f"for i in $(seq {one.count}); do {command}; done" if command else "",
        context=f"{one.op.label} unthrottled",
        metric=METRIC,
    )


def _known(op: Documented, codes: frozenset[int], held: frozenset[str]) -> Listed | None:
    if op.label in held:
        return Listed(op=op, state=Status.PASS, detail="its declared limit holds")
    if limits.documents_refusal(op, codes):
        return Listed(op=op, state=Status.PASS, detail="documented")
    return None


def _asked(
    caller: Caller,
    op: Documented,
    document: Mapping[str, Any],
    codes: frozenset[int],
    burst: int,
    *,
    before: bool,
) -> Listed:
    try:
        request = made(op, dict(document))
        sender, answer = _sender(caller, op, request)
    except (NoSample, NetworkError, Exhausted) as error:
        return Listed(op=op, state=Status.NO_DATA, detail=f"not asked: {error}")
    if limits.names_limit(answer.headers):
        return Listed(op=op, state=Status.PASS, detail="its answers name a limit", count=1)
    if answer.status in codes:
        return _at_once(op, before=before)
    if not 200 <= answer.status < 300:
        detail = f"it answers {answer.status}: nothing to throttle was seen"
        return Listed(op=op, state=Status.NO_DATA, detail=detail)
    if caller.left < burst:
        detail = f"{burst} requests would show it, {caller.left} may be sent"
        return Listed(op=op, state=Status.NO_DATA, detail=detail)
    return _burst(caller, op, request, sender, codes, burst)


def _at_once(op: Documented, *, before: bool) -> Listed:
    """Refused at the first request: by a limit shared with a list before, or for another reason."""
    if before:
        detail = "refused by a limit that it shares with another list"
        return Listed(op=op, state=Status.PASS, detail=detail)
    detail = "the first request was refused: something before it had used the limit up"
    return Listed(op=op, state=Status.NO_DATA, detail=detail)


def _burst(
    caller: Caller,
    op: Documented,
    request: Made,
    sender: str | None,
    codes: frozenset[int],
    burst: int,
) -> Listed:
    for number in range(1, burst):
        try:
            answer = _ask(caller, op, request, sender)
        except (NetworkError, Exhausted) as error:
            return Listed(op=op, state=Status.NO_DATA, detail=f"not asked often enough: {error}")
        if answer.status in codes:
            detail = f"throttled after {number} requests"
            return Listed(op=op, state=Status.PASS, detail=detail, count=number + 1)
    detail = f"{burst} requests at once, none was refused"
    return Listed(op=op, state=Status.FAIL, detail=detail, count=burst, request=request)


def _sender(caller: Caller, op: Documented, request: Made) -> tuple[str | None, Response]:
    """The first identity that is served, with its answer; else the last that was asked."""
    names: list[str | None] = [*ranked(caller), None] if not op.protected else [*ranked(caller)]
    answer, sender = None, None
    for sender in names or [None]:
        answer = _ask(caller, op, request, sender)
        if 200 <= answer.status < 300:
            break
    if answer is None:
        raise Exhausted("nobody to ask as")
    return sender, answer


def _ask(caller: Caller, op: Documented, request: Made, sender: str | None) -> Response:
    return caller.ask(
        request.method,
        request.path,
        identity=sender,
        headers=request.headers,
        operation=op.label,
    )
