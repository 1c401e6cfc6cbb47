"""Guesses passwords until the login refuses to listen, then goes on in spite of it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gates.core import limits
from gates.core.model import Finding, Measurement, Severity
from gates.probes._auth_login import Words, log_in, words, wrong
from gates.probes._caller import DEFAULT, Caller, curl
from gates.shell.network import NetworkError, Response

MOST = 12  # the attempt that stands for "not throttled by the 11th"
INSISTING = 2
_UNTHROTTLED = "Refuse logins of a name, or from an address, after five wrong passwords."
_ENFORCE = "Answer 429 with Retry-After until the window is over, whatever is sent."


class Throttling(msgspec.Struct, frozen=True, kw_only=True):
    """What the login did. `first` is the attempt that was refused, 0 if none was."""

    label: str = ""
    first: int = 0
    measurements: dict[str, Measurement] = {}
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def throttling(caller: Caller, codes: frozenset[int], now: float, tool: str) -> Throttling:
    """Whether wrong passwords are throttled, and whether the throttle says how long, and holds."""
    login = words(caller.identities.get(DEFAULT))
    if login is None:
        return _unknown("nobody logs in with a name and a password: [auth.login]")
    try:
        return _guess(caller, login, codes, now, tool)
    except NetworkError as error:
        return _unknown(f"{login.label}: no answer: {error.kind}")


def _guess(
    caller: Caller, login: Words, codes: frozenset[int], now: float, tool: str
) -> Throttling:
    seen: list[int] = []
    for number in range(1, MOST + 1):
        answer = log_in(caller, login, password=wrong(login.password))
        seen.append(answer.status)
        if answer.status in codes:
            return _refused(caller, login, codes, answer, number, now, tool)
        if 200 <= answer.status < 300:
            return _unknown(f"{login.label}: a wrong password was let in")
    if all(status >= 500 or status == 404 for status in seen):
        return _unknown(f"{login.label}: every attempt was answered {seen[0]}")
    wanted = ", ".join(str(code) for code in sorted(codes))
    text = f"{login.label}: {MOST} wrong passwords, none answered {wanted}"
    finding = _finding(tool, login, "rate-limit.login-unthrottled", text, "", _UNTHROTTLED)
    why = f"no attempt of {MOST} was throttled"
    return Throttling(
        label=login.label,
        measurements={
            "throttle.login_attempts": Measurement(value=float(MOST), detail=why),
            "throttle.no_retry_after": Measurement(value=None, why=why),
        },
        findings=(finding,),
    )


def _refused(
    caller: Caller,
    login: Words,
    codes: frozenset[int],
    answer: Response,
    first: int,
    now: float,
    tool: str,
) -> Throttling:
    metric = "throttle.no_retry_after"
    findings = []
    said = answer.header("Retry-After")
    if limits.retry_after_s(said, now) is None:
        found = "one that makes no sense" if said else "none"
        text = f"{login.label}: {answer.status} with Retry-After: found {found}; allowed: seconds"
        rule = "rate-limit.no-retry-after"
        findings.append(_finding(tool, login, rule, f"{text} or a date", metric, _ENFORCE))
    statuses = [
        log_in(caller, login, password=wrong(login.password)).status for _ in range(INSISTING)
    ]
    for rule, text in _insisted(statuses, codes):
        text = f"{login.label}: {text}"
        findings.append(_finding(tool, login, rule, text, metric, _ENFORCE))
    right = log_in(caller, login).status
    note = "refused" if right in codes else f"answered {right}"
    detail = f"attempt {first} was answered {answer.status}"
    return Throttling(
        label=login.label,
        first=first,
        measurements={
            "throttle.login_attempts": Measurement(value=float(first), detail=detail),
            metric: Measurement(
                value=float(len(findings)), detail=f"Retry-After: {said or 'none'}"
            ),
        },
        findings=tuple(findings),
        notes=(f"{login.label}: while throttled, the right password is {note}",),
    )


def _insisted(statuses: list[int], codes: frozenset[int]) -> list[tuple[str, str]]:
    """What went wrong when the refusal was ignored."""
    if any(status >= 500 for status in statuses):
        return [("rate-limit.login-crashes", "an attempt in spite of the refusal is answered 5xx")]
    if not all(status in codes for status in statuses):
        text = "attempts right after a refusal are listened to again"
        return [("rate-limit.not-enforced", text)]
    return []


def _unknown(why: str) -> Throttling:
    names = ("throttle.login_attempts", "throttle.no_retry_after")
    return Throttling(measurements={name: Measurement(value=None, why=why) for name in names})


def _finding(tool: str, login: Words, rule: str, message: str, metric: str, fix: str) -> Finding:
    body: Mapping[str, Any] = {name: f"${name.upper()}" for name in login.body}
    command = curl(
        login.method,
        login.path,
        headers=(("Content-Type", "application/json"),),
        body=msgspec.json.encode(body),
    )
    return Finding(
        tool=tool,
        rule=rule,
        severity=Severity.HIGH,
        message=message,
        fix=fix,
        reproduce=f"for i in $(seq {MOST}); do {command}; done",
        context=f"{login.label} {rule}",
        metric=metric,
    )
