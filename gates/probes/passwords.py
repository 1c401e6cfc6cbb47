"""Looks at how passwords are kept, which are accepted, and whether an answer gives one away.

Input: what `_caller` reads, and database, query, register, login_paths, costs. Secrets:
GATESCORE_IDENTITIES and GATESCORE_VARIABLES. The store is only ever read.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from gates.core import stored_passwords
from gates.core.documented import documented
from gates.core.leaks import Canary
from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.stored_passwords import Costs, Form, Kind, Stored
from gates.probes import _common, _openapi, _password_leaks
from gates.probes._auth_login import reach
from gates.probes._caller import Caller, Exhausted, recorded
from gates.probes._password_accounts import Account, canaries, weak_accepted
from gates.probes._password_store import StoreError, stored

TOOL = "passwords"
_STORAGE = ("passwords.weak_storage", "passwords.low_cost", "passwords.low_parallelism")
_FIX = "Keep passwords as Argon2id (m=65536, t=3, p=2 or more) with a salt of their own."
_ADVICE = "keep it in the PHC string format, or let the query give the salt as a second column"


def measure(given: dict[str, Any]) -> ToolReport:
    """Make accounts, read their stored forms, then read all answers. Raises ProbeError."""
    caller = Caller(given, TOOL)
    document = _openapi.document(given.get("document", ""))
    operations = documented(document)
    known = _common.variables()
    said = given.get("register")
    notes: list[str] = []
    reach(caller, given.get("health", ""))
    try:
        accounts, refused = canaries(caller, said)
        if refused:
            notes.append(f"no account could be made: {refused}")
        kept, storage, findings = _storage(given, accounts, known)
        weak, weak_ones = weak_accepted(caller, said, refused, TOOL)
        _password_leaks.own_requests(caller, operations, document)
    except Exhausted as error:
        raise _common.ProbeError(str(error)) from None
    watched = (
        *_password_leaks.secrets_known(caller, known),
        *(Canary(one.password, "a password that was set") for one in accounts),
        *(Canary(one.text, "the stored form of a password") for one in kept),
    )
    answers = recorded(given.get("recorded", ""))
    logins = frozenset(given.get("login_paths") or ())
    leaks, looked = _password_leaks.found(answers, watched, operations, caller, logins)
    return ToolReport(
        tool=TOOL,
        examined=looked + len(kept),
        examined_unit="answers and stored passwords",
        measurements={
            **storage,
            "passwords.leaks": _leaked(len(leaks), looked),
            "passwords.weak_accepted": weak,
        },
        findings=(*findings, *weak_ones, *(_password_leaks.finding(TOOL, one) for one in leaks)),
        notes=tuple(notes),
    )


def _leaked(count: int, looked: int) -> Measurement:
    if not looked:
        return Measurement(value=None, why="no answer of success was seen")
    return Measurement(value=float(count), detail=f"{looked} answers of success read")


def _storage(
    given: Mapping[str, Any], accounts: tuple[Account, ...], known: Mapping[str, str]
) -> tuple[list[Stored], dict[str, Measurement], list[Finding]]:
    """What the store holds of the accounts, the metrics of it, and their findings."""
    if not given.get("database"):
        return [], _unmeasured("the target file does not say where passwords are: [passwords]"), []
    if not accounts:
        why = "no password is known: name [auth.register], or a login with name and password"
        return [], _unmeasured(why), []
    try:
        kept = [
            Stored(text=text, password=one.password, name=one.name)
            for one in accounts
            if (text := stored(given["database"], given["query"], one.name, known))
        ]
    except StoreError as error:
        return [], _unmeasured(str(error)), []
    if not kept:
        return [], _unmeasured("passwords.query gives no row for an account that is there"), []
    costs = msgspec.convert(given.get("costs") or {}, type=Costs)
    form = _judged(kept, known, costs)
    return kept, _measured(form), list(_findings(form))


def _judged(kept: list[Stored], known: Mapping[str, str], costs: Costs) -> Form:
    form = stored_passwords.classified(kept[0], known.values(), costs)
    if form.weak or len(kept) < 2:
        return form
    longer = kept[2] if len(kept) > 2 else None
    return stored_passwords.together(kept[0], kept[1], longer) or form


def _measured(form: Form) -> dict[str, Measurement]:
    match form.kind:
        case Kind.UNKNOWN:
            return _unmeasured(f"the stored form is {form.how}: {_ADVICE}")
        case Kind.SLOW:
            return {
                _STORAGE[0]: Measurement(value=0.0, detail=form.how),
                _STORAGE[1]: Measurement(value=float(bool(form.cheap)), detail=form.how),
                _STORAGE[2]: Measurement(value=float(form.one_lane), detail=form.how),
            }
        case Kind.PLAIN | Kind.REVERSIBLE | Kind.FAST:
            detail = f"{form.kind}: {form.how}"
            return {
                **_unmeasured(detail),
                _STORAGE[0]: Measurement(value=1.0, detail=detail),
            }


def _findings(form: Form) -> list[Finding]:
    found = []
    if form.weak:
        text = f"a stored password is {form.kind}: {form.how}"
        found.append(_finding("passwords.weak-storage", Severity.CRITICAL, text, _STORAGE[0]))
    if form.cheap:
        text = f"a stored password costs too little to guess: {form.cheap}"
        found.append(_finding("passwords.low-cost", Severity.HIGH, text, _STORAGE[1]))
    if form.one_lane:
        text = "a stored password uses one lane: p=1"
        found.append(_finding("passwords.one-lane", Severity.LOW, text, _STORAGE[2]))
    return found


def _finding(rule: str, severity: Severity, message: str, metric: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=severity,
        message=message,
        fix=_FIX,
        context=f"{rule} {message}",
        metric=metric,
    )


def _unmeasured(why: str) -> dict[str, Measurement]:
    return {name: Measurement(value=None, why=why) for name in _STORAGE}


if __name__ == "__main__":
    _common.run(measure)
