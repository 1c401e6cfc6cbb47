"""Asks whether the service lets in whom it should not: false credentials, sessions, strangers.

Input: what `_caller` reads, and refused (statuses), session {token, cookie, header, format},
refresh {method, path, body, form, token} or null. Secrets: GATESCORE_IDENTITIES and, where known,
GATESCORE_VARIABLES: with the signing key among them, expired tokens can be made.
"""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from gates.core import credentials
from gates.core.documented import Documented, Made, documented, made
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.core.refusals import Breach
from gates.core.sampling import NoSample
from gates.probes import (
    _auth_csrf,
    _auth_enumeration,
    _auth_refusals,
    _auth_session,
    _common,
    _openapi,
)
from gates.probes._auth_login import reach
from gates.probes._auth_optional import optional
from gates.probes._auth_refusals import Tried
from gates.probes._caller import DEFAULT, Caller, Exhausted, curl
from gates.shell.network import NetworkError

TOOL = "auth"
_OPEN_FIX = "Check the credentials of every request before anything else is done with it."
_STATUS_FIX = "Answer 401 where nobody is authenticated; 403 is for those who are."
_FIXES = {
    "auth.alg-none": "Name the one algorithm that is accepted when a token is verified.",
    "auth.weak-key": "Sign with a random key of at least 256 bits that is in no list.",
    "auth.public-key": "Name the one algorithm that is accepted when a token is verified.",
    "auth.expired": "Demand exp, and refuse a token after it.",
    "auth.other-audience": "Demand your own audience when a token is verified (RFC 8725, 3.9).",
    "auth.other-issuer": "Demand your own issuer when a token is verified (RFC 8725, 3.8).",
    "auth.tampered-signature": "Verify the signature of every token.",
    "auth.tampered-claims": "Verify the signature of every token.",
    "auth.wrong-key": "Verify the signature of every token.",
}


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one part of the probe found."""

    measurements: dict[str, Measurement] = {}
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def measure(given: dict[str, Any]) -> ToolReport:
    """Try everything. Raises ProbeError where there is nobody to act as."""
    caller = Caller(given, TOOL)
    document = _openapi.document(given["document"])
    operations = documented(document)
    if not any(known.headers for known in caller.identities.values()):
        detail = "no identity of the target has credentials: name them in [auth]"
        raise _common.ProbeError(detail, Reason.INCOMPLETE)
    reach(caller, given.get("health", ""))
    now = time.time()  # noqa: TID251  tokens speak of the wall clock
    keys = _auth_refusals.signing(caller, _common.variables(), now)
    # Before operations are tried that may change or end the accounts.
    sessions = (
        _session(caller, given, operations, document, now),
        _strangers(caller, given),
    )
    tried = _auth_refusals.tried(caller, given, operations, document, keys)
    believed = _optional(caller, operations, document, keys)
    shares = (
        _refusals(tried, keys, believed),
        believed,
        *sessions,
        _csrf(caller, given, tried),
    )
    return ToolReport(
        tool=TOOL,
        examined=sum(one.ruling.state is not Status.NO_DATA for one in tried),
        examined_unit="protected operations",
        measurements={k: v for share in shares for k, v in share.measurements.items()},
        findings=tuple(f for share in shares for f in share.findings),
        notes=tuple(note for share in shares for note in share.notes),
        incomplete=_hollow(tried),
        operations=tuple(_evidence(one) for one in tried),
    )


def _refusals(tried: list[Tried], keys: credentials.Keys, believed: Share) -> Share:
    told = [one for one in tried if one.ruling.state is not Status.NO_DATA]
    fine = sum(one.ruling.state is Status.PASS for one in told)
    looked = len(told) + len(believed.findings)
    counts = f"{fine} of {looked} operations, {len(tried) - len(told)} could not be tried"
    if looked:
        found = Measurement(value=100.0 * fine / looked, detail=counts)
    else:
        why = "the document protects no operation: say in it which need `security`"
        found = Measurement(value=None, why=_first(tried) if tried else why)
    findings = [
        _finding(one, breach)
        for one in tried
        for breach in (*one.ruling.breaches, *one.ruling.remarks)
    ]
    notes = [
        f"{one.op.label}: not tried: {one.ruling.detail}"
        for one in tried
        if one.ruling.state is Status.NO_DATA
    ]
    if tried and keys.own is None:
        notes.append("expired tokens: not tried, since the key of the service is not known")
    return Share(
        measurements={"auth.refused_percent": found}, findings=tuple(findings), notes=tuple(notes)
    )


def _first(tried: list[Tried]) -> str:
    one = tried[0]
    return f"none of {len(tried)} operations could be tried; {one.op.label}: {one.ruling.detail}"


def _hollow(tried: list[Tried]) -> tuple[str, ...]:
    """What was not tried, where that is so much that the rest says little."""
    gaps = [one for one in tried if one.ruling.state is Status.NO_DATA]
    if not gaps or 2 * len(gaps) <= len(tried) or len(gaps) == len(tried):
        return ()
    shown = tuple(f"{one.op.label}: {one.ruling.detail}" for one in gaps[:5])
    more = (f"{len(gaps) - 5} more operations",) if len(gaps) > 5 else ()
    return (*shown, *more)


def _optional(
    caller: Caller,
    operations: tuple[Documented, ...],
    document: dict[str, Any],
    keys: credentials.Keys,
) -> Share:
    try:
        found, notes = optional(caller, operations, document, keys, TOOL)
    except (Exhausted, NetworkError) as error:
        return Share(notes=(f"optional authentication: not tried: {error}",))
    return Share(findings=tuple(found), notes=tuple(notes))


def _session(
    caller: Caller,
    given: Mapping[str, Any],
    operations: tuple[Documented, ...],
    document: dict[str, Any],
    now: float,
) -> Share:
    names = ("auth.access_minutes", "auth.refresh_days", "auth.personal_claims")
    try:
        session = _auth_session.opened(caller, given)
        measured = _auth_session.lifetimes(session, given, now)
        claims, findings = _auth_session.claims(session, TOOL)
        readable = _readable(caller, operations, document) if given.get("refresh") else None
        renewed, more = _auth_session.refreshing(caller, given, session, readable, TOOL)
    except Exhausted as error:
        return Share(measurements=_unmeasured((*names, "auth.refresh_violations"), str(error)))
    measured |= {"auth.personal_claims": claims, "auth.refresh_violations": renewed}
    return Share(measurements=measured, findings=(*findings, *more))


def _readable(
    caller: Caller, operations: tuple[Documented, ...], document: dict[str, Any]
) -> tuple[Documented, Made] | None:
    """An operation that answers the default identity, and refuses everybody else."""
    reading = [op for op in operations if op.protected and op.operation.method == "GET"]
    for op in sorted(reading, key=lambda op: op.path.count("{"))[:5]:
        try:
            request = made(op, document)
            mine, nobodys = (
                caller.ask(
                    "GET", request.path, identity=who, headers=request.headers, operation=op.label
                ).status
                for who in (DEFAULT, None)
            )
        except (NoSample, NetworkError):
            continue
        if 200 <= mine < 300 and nobodys >= 400:
            return op, request
    return None


def _csrf(caller: Caller, given: Mapping[str, Any], tried: list[Tried]) -> Share:
    try:
        found, findings, notes = _auth_csrf.forged(caller, given, tried, TOOL)
    except (Exhausted, NetworkError) as error:
        return Share(measurements=_unmeasured((_auth_csrf.METRIC,), str(error)))
    return Share(
        measurements={_auth_csrf.METRIC: found}, findings=tuple(findings), notes=tuple(notes)
    )


def _strangers(caller: Caller, given: Mapping[str, Any]) -> Share:
    name = _auth_enumeration.METRIC
    try:
        found, findings, notes = _auth_enumeration.enumeration(caller, given, TOOL)
    except Exhausted as error:
        return Share(measurements=_unmeasured((name,), str(error)))
    return Share(measurements={name: found}, findings=tuple(findings), notes=tuple(notes))


def _unmeasured(names: tuple[str, ...], why: str) -> dict[str, Measurement]:
    return {name: Measurement(value=None, why=why) for name in names}


def _evidence(one: Tried) -> OperationEvidence:
    named = ", ".join(sorted({breach.rule for breach in one.ruling.breaches}))
    return OperationEvidence(
        operation=one.op.label,
        aspect=Aspect.AUTHENTICATION,
        state=one.ruling.state,
        count=one.sent,
        detail=named or one.ruling.detail,
    )


def _finding(one: Tried, breach: Breach) -> Finding:
    """A breach as a finding. It takes part in a percentage, so that no count can be one less."""
    label = one.op.label
    if breach.open:
        text = f"{label}: {breach.name} let anybody in ({breach.status}); allowed: 401"
        rule, severity, fix = breach.rule, Severity.CRITICAL, _FIXES.get(breach.rule, _OPEN_FIX)
    else:
        text = f"{label}: {breach.name} is answered {breach.status}; allowed: 401"
        rule, severity, fix = "auth.not-401", Severity.MEDIUM, _STATUS_FIX
    if breach in one.ruling.remarks:
        severity = Severity.LOW
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=severity,
        message=text,
        fix=fix,
        reproduce=_curl(one, breach),
        context=f"{label} {breach.rule if breach.open else breach.status} {rule}",
    )


def _curl(one: Tried, breach: Breach) -> str:
    if one.request is None:
        return ""
    token = "" if breach.rule == credentials.ANONYMOUS else "FALSE_TOKEN"
    request = one.request
    return curl(
        request.method, request.path, headers=request.headers, body=request.body, token=token
    )


if __name__ == "__main__":
    _common.run(measure)
