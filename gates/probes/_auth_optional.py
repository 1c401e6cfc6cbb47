"""Operations with optional authentication: false tokens may be refused or ignored, not believed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gates.core import credentials
from gates.core.credentials import ANONYMOUS, Keys
from gates.core.documented import Documented, Made, made
from gates.core.model import Finding, Severity
from gates.core.openapi import JSON
from gates.core.sampling import NoSample
from gates.probes._auth_login import decoded
from gates.probes._caller import DEFAULT, Caller, curl
from gates.shell.network import Response

_MOST = 6
_VARIABLE = "FALSE_TOKEN"
_FIX = "Verify a token before its claims are used, where authentication is optional too."


def optional(
    caller: Caller,
    operations: tuple[Documented, ...],
    document: Mapping[str, Any],
    keys: Keys,
    tool: str,
) -> tuple[list[Finding], list[str]]:
    """Findings, and what could not be told. Only what reads is asked."""
    open_ones = [op for op in operations if op.security and not op.protected]
    known = caller.identities.get(DEFAULT)
    findings: list[Finding] = []
    notes: list[str] = []
    for op in [op for op in open_ones if op.operation.method == "GET"][:_MOST]:
        if known is None:
            break
        try:
            request = made(op, dict(document))
        except NoSample as error:
            notes.append(f"{op.label}: no request could be made: {error}")
            continue
        found, note = _believed(caller, op, request, dict(document), keys)
        if found:
            findings.append(_finding(tool, op, request, *found))
        if note:
            notes.append(note)
    return findings, notes


def _believed(
    caller: Caller, op: Documented, request: Made, document: dict[str, Any], keys: Keys
) -> tuple[tuple[str, str] | None, str]:
    """The false credential that was taken for the user, and what there is to say besides."""
    headers = caller.identities[DEFAULT].headers
    known = credentials.schemes(document)
    used = credentials.needed(tuple(one for one in op.security if one), known, headers)
    todo = [one for one in credentials.attempts(headers, used, keys, known) if one.core]
    # Between the two of the user, so that what changes with time is no mark of the user.
    first = _ask(caller, op, request, headers)
    nobody = _ask(caller, op, request, todo[0].headers)
    if not 200 <= nobody.status < 300:
        return None, f"{op.label}: answers {nobody.status} without credentials: they are optional"
    second = _ask(caller, op, request, headers)
    own = (_leaves(first) & _leaves(second)) - _leaves(nobody)
    if not own:
        return None, ""
    for attempt in todo:
        if attempt.rule == ANONYMOUS:
            continue
        answer = _ask(caller, op, request, attempt.headers)
        if 200 <= answer.status < 300 and _leaves(answer) & own:
            return (attempt.rule, attempt.name), ""
    return None, ""


def _ask(caller: Caller, op: Documented, request: Made, headers: Mapping[str, str]) -> Response:
    return caller.ask(
        request.method,
        request.path,
        identity=None,
        headers=(*request.headers, *headers.items()),
        body=request.body,
        operation=op.label,
    )


def _leaves(answer: Response) -> set[tuple[str, str]]:
    return set(_walk(decoded(answer), ""))


def _walk(value: JSON, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, part in value.items():
                yield from _walk(part, f"{path}/{name}")
        case list():
            for part in value:
                yield from _walk(part, f"{path}/-")
        case None:
            return
        case _:
            yield path, json.dumps(value)


def _finding(tool: str, op: Documented, request: Made, rule: str, name: str) -> Finding:
    return Finding(
        tool=tool,
        rule=rule,
        severity=Severity.CRITICAL,
        message=f"{op.label}: {name} is taken for the user, where authentication is optional",
        fix=_FIX,
        reproduce=curl(request.method, request.path, headers=request.headers, token=_VARIABLE),
        context=f"{op.label} {rule} optional",
    )
