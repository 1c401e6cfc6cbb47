"""Asks too often: wrong passwords, declared limits, lists.

Input: what `_caller` reads, and codes (statuses that mean "too often"), burst, throttles (as in
the target file), most_per_limit. Secret: GATESCORE_IDENTITIES.
"""

import time
from typing import Any

from gates.core import limits
from gates.core.documented import documented
from gates.core.limits import Limit
from gates.core.model import (
    Aspect,
    OperationEvidence,
    Status,
    ToolReport,
)
from gates.probes import _common, _openapi, _rate_limits, _rate_lists
from gates.probes._auth_login import reach
from gates.probes._caller import Caller, Exhausted
from gates.probes._rate_limits import Counted
from gates.probes._rate_lists import Listed
from gates.probes._rate_login import Throttling, throttling

TOOL = "rate_limit"
_ONE_ADDRESS = "limits per address: counted from one address; others were not tried"


def measure(given: dict[str, Any]) -> ToolReport:
    """The login first, while nothing has been used up; then limits, then lists."""
    caller = Caller(given, TOOL)
    codes = frozenset(int(code) for code in given.get("codes") or (429,))
    document = _openapi.document(given.get("document", ""))
    operations = documented(document)
    reach(caller, given.get("health", ""))
    try:
        login = throttling(caller, codes, time.time(), TOOL)  # noqa: TID251  Retry-After has dates
    except Exhausted as error:
        raise _common.ProbeError(str(error)) from None
    results = [
        _of_login(limit, login)
        if limit.operation == login.label
        else _rate_limits.counted(
            caller, limit, operations, document, codes, most=int(given.get("most_per_limit", 220))
        )
        for limit in _rate_limits.all_limits(operations, given.get("throttles") or ())
    ]
    held = frozenset(one.limit.operation for one in results if one.state is Status.PASS)
    burst = max(int(given.get("burst", 100)), 10)  # fewer show nothing
    listed = _rate_lists.lists(caller, operations, document, codes, held, burst=burst)
    return _report(caller, login, results, listed)


def _report(
    caller: Caller, login: Throttling, results: list[Counted], listed: list[Listed]
) -> ToolReport:
    broken = [
        _rate_limits.finding(TOOL, one, rule, text) for one in results for rule, text in one.broken
    ]
    open_lists = [_rate_lists.finding(TOOL, one) for one in listed if one.state is Status.FAIL]
    return ToolReport(
        tool=TOOL,
        examined=caller.sent,
        examined_unit="requests",
        measurements={
            **login.measurements,
            _rate_limits.METRIC: _rate_limits.measured(results),
            _rate_lists.METRIC: _rate_lists.measured(listed),
        },
        findings=(*login.findings, *broken, *open_lists),
        notes=(*login.notes, *_notes(results, listed)),
        operations=tuple(_evidence(login, results, listed)),
    )


def _of_login(limit: Limit, login: Throttling) -> Counted:
    """A promised limit of the login, by the wrong passwords that were let through."""
    if not login.first:
        found = login.measurements["throttle.login_attempts"]
        if found.value is None:
            return Counted(limit=limit, state=Status.NO_DATA, detail=found.why)
        if limit.limit >= found.value:
            detail = f"{found.value:.0f} wrong passwords are fewer than the limit of {limit.limit}"
            return Counted(limit=limit, state=Status.NO_DATA, detail=detail)
        allowed = int(found.value)
    else:
        allowed = login.first - 1
    detail = f"limit {limit.limit} in {limit.window_s:g} s ({limit.source})"
    if limits.holds(allowed, limit.limit):
        return Counted(limit=limit, state=Status.PASS, detail=detail)
    text = f"{allowed} wrong passwords are let through, {limit.limit} are declared"
    broken = (("rate-limit.declared", text),)
    return Counted(limit=limit, state=Status.FAIL, detail=detail, broken=broken)


def _notes(results: list[Counted], listed: list[Listed]) -> list[str]:
    notes = [
        f"{one.limit.operation}: limit of {one.limit.limit} in {one.limit.window_s:g} s not told: "
        f"{one.detail}"
        for one in results
        if one.state is Status.NO_DATA
    ]
    notes += [
        f"{one.op.label}: throttle not told: {one.detail}"
        for one in listed
        if one.state is Status.NO_DATA
    ]
    if any(one.limit.per == "address" for one in results):
        notes.append(_ONE_ADDRESS)
    return notes


def _evidence(
    login: Throttling, results: list[Counted], listed: list[Listed]
) -> list[OperationEvidence]:
    cells = {one.op.label: (one.state, one.count, one.detail) for one in listed}
    cells |= {one.limit.operation: (one.state, 0, one.detail) for one in results}
    if login.label:
        attempts = login.measurements["throttle.login_attempts"]
        state = Status.PASS if login.first and not login.findings else Status.FAIL
        before = cells.get(login.label)
        if before is None or before[0] is not Status.FAIL:
            cells[login.label] = (state, login.first, attempts.detail)
    return [
        OperationEvidence(
            operation=label, aspect=Aspect.THROTTLED, state=state, count=count, detail=detail
        )
        for label, (state, count, detail) in sorted(cells.items())
    ]


if __name__ == "__main__":
    _common.run(measure)
