"""Makes accounts whose passwords we know, strong and weak ones."""

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity
from gates.probes._auth_login import post, words
from gates.probes._caller import DEFAULT, Caller, curl
from gates.shell.network import NetworkError, Response

METRIC = "passwords.weak_accepted"
# Each breaks one rule and keeps the others.
WEAK = {
    "short": "Gk7!xq",
    "without capitals": "gk7-quiet-lantern-42",
    "without small letters": "GK7-QUIET-LANTERN-42",
    "without digits": "Gk-Quiet-Lantern-Roof",
    "common": "Password123!",
}
NAMED = "equal to the name"
_FIX = "Refuse passwords that are short, common, or of one kind of characters, where one is set."


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose password is known: never to be shown."""

    name: str
    password: str


def canaries(caller: Caller, said: Mapping[str, Any] | None) -> tuple[tuple[Account, ...], str]:
    """Two accounts with one password, and one with a longer one; else a known identity.

    With a sentence that says why nobody could be registered, "" if it worked.
    """
    if not said:
        return _known(caller), ""
    password = strong()
    longer = password + "-" + secrets.token_hex(11) + "aA1"
    made: list[Account] = []
    for one in (password, password, longer):
        account = Account(name=fresh_name(), password=one)
        try:
            answer = register(caller, said, account.name, one)
        except NetworkError as error:
            return tuple(made) or _known(caller), f"no answer: {error.kind}"
        if 200 <= answer.status < 400:
            made.append(account)
        elif not made:
            return _known(caller), f"a strong password was answered {answer.status}"
    return tuple(made), ""


def strong() -> str:
    """A password that keeps every usual rule: 16 characters."""
    return f"Gk7-{secrets.token_hex(5)}Qz"


def fresh_name() -> str:
    """A name that nobody has, of letters and digits alone."""
    return f"gatescore{secrets.token_hex(4)}"


def register(caller: Caller, said: Mapping[str, Any], name: str, password: str) -> Response:
    """The answer to one registration. Raises NetworkError."""
    fields = {
        key: text.replace("{name}", name).replace("{password}", password)
        for key, text in said["body"].items()
    }
    return post(caller, said["method"], said["path"], fields, identity=said.get("identity") or None)


def weak_accepted(
    caller: Caller, said: Mapping[str, Any] | None, refused: str, tool: str
) -> tuple[Measurement, list[Finding]]:
    """How many weak examples are accepted; only told where a strong one is."""
    if not said:
        why = "the target file does not say how an account is made: [auth.register]"
        return Measurement(value=None, why=why), []
    if refused:
        return Measurement(value=None, why=f"{said['method']} {said['path']}: {refused}"), []
    accepted = []
    for kind in (*WEAK, NAMED):
        name = fresh_name()
        try:
            answer = register(caller, said, name, WEAK.get(kind, name))
        except NetworkError as error:
            return Measurement(value=None, why=f"no answer: {error.kind}"), []
        if answer.status == 429 or answer.status >= 500:
            why = f"{said['method']} {said['path']}: {kind}: answered {answer.status}"
            return Measurement(value=None, why=why), []
        if 200 <= answer.status < 300:
            accepted.append(kind)
    findings = [_finding(tool, said, kind) for kind in accepted]
    named = ", ".join(accepted) or "none"
    detail = f"{len(WEAK) + 1} weak examples, accepted: {named}"
    return Measurement(value=float(len(accepted)), detail=detail), findings


def _known(caller: Caller) -> tuple[Account, ...]:
    login = words(caller.identities.get(DEFAULT))
    return (Account(name=login.user, password=login.password),) if login else ()


def _finding(tool: str, said: Mapping[str, Any], kind: str) -> Finding:
    label = f"{said['method']} {said['path']}"
    body = {
        key: text.replace("{password}", WEAK.get(kind, "{name}")).replace("{name}", "somebody7")
        for key, text in said["body"].items()
    }
    return Finding(
        tool=tool,
        rule="passwords.weak-accepted",
        severity=Severity.MEDIUM,
        message=f"{label}: a password that is {kind} is accepted",
        fix=_FIX,
        reproduce=curl(
            said["method"],
            said["path"],
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(body),
        ),
        context=f"{label} {kind}",
        metric=METRIC,
    )
