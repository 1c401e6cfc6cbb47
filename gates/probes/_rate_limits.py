"""Counts how many requests a declared limit lets through, and whom it counts."""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from gates.core import limits
from gates.core.documented import Documented, Made, made
from gates.core.limits import Limit
from gates.core.model import Finding, Measurement, Severity, Status
from gates.core.sampling import NoSample
from gates.probes._auth_login import ranked
from gates.probes._caller import DEFAULT, Caller, Exhausted, curl
from gates.shell.network import NetworkError

METRIC = "throttle.declared_violations"
_AGAIN_S = 5.0  # a window that short may end while it is counted: then it is counted once more
_FIX = "Count as declared, or declare what is counted."


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one limit. `broken` are its violations as rule and sentence."""

    limit: Limit
    state: Status
    detail: str
    broken: tuple[tuple[str, str], ...] = ()
    request: Made | None = None


def all_limits(
    operations: Iterable[Documented], throttles: Iterable[Mapping[str, Any]]
) -> Iterator[Limit]:
    """What the target file promises, and what the document names besides."""
    every = tuple(operations)
    named: set[str] = set()
    for one in throttles:
        label = str(one["operation"])
        op = next((o for o in every if label in (o.label, o.operation.operation_id)), None)
        named.add(op.label if op else label)
        yield Limit(
            operation=op.label if op else label,
            limit=int(one["limit"]),
            window_s=float(one["window_s"]),
            per=str(one.get("per", "address")),
            source="[[throttles]]",
        )
    for op in every:
        if op.label not in named and (found := limits.declared(op)):
            yield found


def counted(
    caller: Caller,
    limit: Limit,
    operations: Iterable[Documented],
    document: Mapping[str, Any],
    codes: frozenset[int],
    *,
    most: int,
) -> Counted:
    """Send as many requests as show whether one limit holds."""
    op = next((one for one in operations if one.label == limit.operation), None)
    if op is None:
        return _untold(limit, "the document has no such operation")
    needed = limits.enough(limit.limit)
    if needed > min(most, caller.left):
        room = min(most, caller.left)
        return _untold(limit, f"{needed} requests would show it, {room} may be sent for it")
    try:
        request = made(op, dict(document))
    except NoSample as error:
        return _untold(limit, f"no request could be made: {error}")
    try:
        return _ruled(caller, limit, op, request, codes)
    except (NetworkError, Exhausted) as error:
        return _untold(limit, f"not counted: {error}")


def measured(results: list[Counted]) -> Measurement:
    """The number of violations, unknown where no limit could be counted."""
    if not results:
        return Measurement(value=0.0, detail="no limit is declared")
    told = [one for one in results if one.state is not Status.NO_DATA]
    if not told:
        first = results[0]
        return Measurement(value=None, why=f"{first.limit.operation}: {first.detail}")
    broken = sum(len(one.broken) for one in told)
    detail = f"{len(told)} of {len(results)} limits counted"
    return Measurement(value=float(broken), detail=detail)


def finding(tool: str, one: Counted, rule: str, text: str) -> Finding:
    """A violation as a finding."""
    command = ""
    if one.request:
        request = one.request
        command = curl(
            request.method, request.path, headers=request.headers, body=request.body, token=_AUTH
        )
        command = f"for i in $(seq {limits.enough(one.limit.limit)}); do {command}; done"
    return Finding(
        tool=tool,
        rule=rule,
        severity=Severity.MEDIUM,
        message=f"{one.limit.operation}: {text}",
        fix=_FIX,
        reproduce=command,
        context=f"{one.limit.operation} {rule} {one.limit.per}",
        metric=METRIC,
    )


_AUTH = "AUTHORIZATION"


def _ruled(
    caller: Caller, limit: Limit, op: Documented, request: Made, codes: frozenset[int]
) -> Counted:
    allowed, took_s = _burst(caller, op, request, codes, limits.enough(limit.limit))
    if took_s > limit.window_s:
        why = f"{limit.limit} requests took longer than the window of {limit.window_s:g} s"
        return _untold(limit, why)
    if allowed == 0:
        return _untold(limit, "the first request was refused: something before it had used it up")
    if not limits.holds(allowed, limit.limit) and limit.window_s <= _AGAIN_S:
        time.sleep(limit.window_s)
        allowed, _ = _burst(caller, op, request, codes, limits.enough(limit.limit))
    broken = list(_off(allowed, limit))
    told = not broken and list(_whom(caller, limit, op, request, codes))
    broken += told or []
    state = Status.FAIL if broken else Status.PASS
    detail = f"limit {limit.limit} in {limit.window_s:g} s ({limit.source})"
    return Counted(limit=limit, state=state, detail=detail, broken=tuple(broken), request=request)


def _burst(
    caller: Caller, op: Documented, request: Made, codes: frozenset[int], most: int
) -> tuple[int, float]:
    """How many requests were let through before one was refused, and the seconds it took."""
    begin = time.monotonic()
    for number in range(most):
        if _status(caller, op, request, DEFAULT) in codes:
            return number, time.monotonic() - begin
    return most, time.monotonic() - begin


def _status(caller: Caller, op: Documented, request: Made, identity: str | None) -> int:
    return caller.ask(
        request.method,
        request.path,
        identity=identity,
        headers=request.headers,
        body=request.body,
        operation=op.label,
    ).status


def _off(allowed: int, limit: Limit) -> Iterator[tuple[str, str]]:
    if limits.holds(allowed, limit.limit):
        return
    how = "at least" if allowed >= limits.enough(limit.limit) else "only"
    said = f"{limit.limit} in {limit.window_s:g} s are declared ({limit.source})"
    yield "rate-limit.declared", f"{how} {allowed} requests are let through, {said}"


def _whom(
    caller: Caller, limit: Limit, op: Documented, request: Made, codes: frozenset[int]
) -> Iterator[tuple[str, str]]:
    """Whether another user from the same address is counted as declared."""
    others = [name for name in ranked(caller) if name != DEFAULT]
    if not others or limit.per not in ("user", "address"):
        return
    refused = _status(caller, op, request, others[0]) in codes
    if limit.per == "user" and refused:
        text = "another user is refused too: it does not count by user as declared"
        yield "rate-limit.not-per-user", text
    if limit.per == "address" and not refused:
        text = "another user at the same address goes on: it does not count by address as declared"
        yield "rate-limit.not-per-address", text


def _untold(limit: Limit, why: str) -> Counted:
    return Counted(limit=limit, state=Status.NO_DATA, detail=why)
