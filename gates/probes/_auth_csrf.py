"""Writes as a page of another site would: with the session's cookie, and nothing else of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from gates.core.documented import Made
from gates.core.model import Finding, Measurement, Severity
from gates.core.security_headers import FOREIGN_ORIGIN
from gates.probes._auth_login import log_in, session_headers, words
from gates.probes._auth_refusals import Tried
from gates.probes._caller import DEFAULT, Caller, Exhausted, Headers, curl
from gates.shell.network import NetworkError, Response

METRIC = "auth.csrf_violations"
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_FOREIGN: Headers = (
    ("Origin", FOREIGN_ORIGIN),
    ("Referer", f"{FOREIGN_ORIGIN}/"),
    ("Sec-Fetch-Site", "cross-site"),
)
_FIX = "Refuse writes whose Origin is not your own, or demand a token that other sites cannot read."


def has_cookie(headers: Mapping[str, str]) -> bool:
    """Whether an identity is let in by a cookie."""
    return any(name.lower() == "cookie" for name in headers)


def forged(
    caller: Caller, given: Mapping[str, Any], tried: Iterable[Tried], tool: str
) -> tuple[Measurement, list[Finding], list[str]]:
    """The metric, its findings, and the operations that could not be tried."""
    known = caller.identities.get(DEFAULT)
    cookie = {n: v for n, v in (known.headers if known else {}).items() if n.lower() == "cookie"}
    if not cookie:
        return Measurement(value=0.0, detail="no cookie session: nothing to forge"), [], []
    writes = [one for one in tried if one.op.operation.method in _WRITES]
    if not writes:
        return Measurement(value=0.0, detail="no protected operation writes"), [], []
    cookie = _renewed(caller, given) or cookie
    findings, untried, sent = [], [], 0
    for one in writes:
        verdict = _accepted(caller, one, cookie)
        if verdict is None:
            untried.append(f"CSRF, {one.op.label}: not told: it was refused for something else")
            continue
        sent += 1
        if verdict:
            findings.append(_finding(tool, one))
    if not sent:
        why = "no write could be forged: each was refused for something else"
        return Measurement(value=None, why=why), [], untried
    detail = f"{sent} of {len(writes)} writing operations tried"
    return Measurement(value=float(len(findings)), detail=detail), findings, untried


def _renewed(caller: Caller, given: Mapping[str, Any]) -> dict[str, str]:
    """The cookie of a new session: the operations tried before may have ended the old one."""
    login = words(caller.identities[DEFAULT])
    return session_headers(given, log_in(caller, login)) if login else {}


def _accepted(caller: Caller, one: Tried, cookie: Mapping[str, str]) -> bool | None:
    """Whether the forged write was done; None where its refusal says nothing of its origin."""
    if one.request is None:
        return None
    try:
        forged = _send(caller, one, one.request, cookie, _FOREIGN)
        if _done(forged):
            return True
        own = _send(caller, one, one.request, cookie, (("Origin", caller.base_url),))
    except (NetworkError, Exhausted):
        return None
    refused = forged.status in (401, 403) and own.status != 401
    return False if refused or _done(own) else None


def _send(
    caller: Caller, one: Tried, request: Made, cookie: Mapping[str, str], origin: Headers
) -> Response:
    kept = tuple(pair for pair in request.headers if pair[0].lower() == "content-type")
    return caller.ask(
        request.method,
        request.path,
        identity=None,
        headers=(*kept, *cookie.items(), *origin),
        body=request.body,
        operation=one.op.label,
    )


def _done(answer: Response) -> bool:
    """Whether an answer means that something was written; a way to the login means that not."""
    place = (answer.header("Location") or "").lower()
    return 200 <= answer.status < 400 and "login" not in place and "signin" not in place


def _finding(tool: str, one: Tried) -> Finding:
    reproduce = ""
    if (request := one.request) is not None:
        headers = (*request.headers, *_FOREIGN)
        command = curl(request.method, request.path, headers=headers, body=request.body)
        reproduce = f'{command} -H "Cookie: $COOKIE"'
    return Finding(
        tool=tool,
        rule="auth.csrf",
        severity=Severity.HIGH,
        message=f"{one.op.label}: a write from a foreign origin with the cookie alone is accepted",
        fix=_FIX,
        reproduce=reproduce,
        context=f"{one.op.label} csrf",
        metric=METRIC,
    )
