"""Requests that once broke the contract, kept as files that people review and runs replay.

A case is one JSON file: the requests in order, and what the answer to the last has to be. It
holds no credentials: `identity` names who asked.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from gates.core.contract_digest import FILTERED, Caught, Step, Take
from gates.core.redact import MARK

DEFAULT = "default"
NOT_REPLAYED = frozenset({"ST205", "ST401", "ST402", "ST901"})  # no single answer shows them
SUFFIX = ".json"


class Expected(StrEnum):
    """What the answer has to be."""

    NO_SERVER_ERROR = "no-server-error"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    DOCUMENTED = "documented"
    GONE = "gone"
    FOUND = "found"


EXPECTED_OF = {
    "ST101": Expected.NO_SERVER_ERROR,
    "ST102": Expected.NO_SERVER_ERROR,
    "ST201": Expected.REFUSED,
    "ST203": Expected.REFUSED,
    "ST204": Expected.REFUSED,
    "ST202": Expected.ACCEPTED,
    "ST301": Expected.GONE,
    "ST302": Expected.FOUND,
}
REJECTIONS = (400, 405, 406, 411, 415, 422)  # other refusals may be a rule of the business


class CaseError(Exception):
    """A file is no case: the text says what is wrong."""


class Ask(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One request. `body` is text; `body_base64` stands for bytes that are none."""

    operation: str
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    body_base64: str = ""
    credentials: tuple[str, ...] = ()  # headers that authenticated it, by name alone
    takes: tuple[Take, ...] = ()

    @property
    def data(self) -> bytes:
        """The bytes of the body."""
        return base64.b64decode(self.body_base64) if self.body_base64 else self.body.encode()

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Case(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One case. `status` is what was seen; rule, check and cause are those of the finding."""

    operation: str
    rule: str
    check: str
    cause: str
    expected: Expected
    steps: tuple[Ask, ...]
    title: str = ""
    severity: str = "critical"
    status: int = 0
    identity: str = DEFAULT
    seed: int = 0
    date: str = ""
    schema_version: int = 1


def case_of(caught: Caught, *, identity: str, seed: int, date: str) -> Case | None:
    """The case of a failure; None where replaying it would show nothing.

    That is so for rules of more than one answer, and where a secret had to be taken out.
    """
    if caught.rule in NOT_REPLAYED or not caught.steps:
        return None
    if any(MARK in text for step in caught.steps for text in _texts(step)):
        return None
    return Case(
        operation=caught.operation,
        rule=caught.rule,
        check=caught.check,
        cause=caught.cause,
        expected=EXPECTED_OF.get(caught.rule, Expected.DOCUMENTED),
        steps=tuple(_ask(step) for step in caught.steps),
        title=caught.title,
        severity=caught.severity,
        status=caught.steps[-1].status,
        identity=identity or DEFAULT,
        seed=seed,
        date=date,
    )


def name_of(case: Case) -> str:
    """The file name of a case: the same for one operation, rule and cause."""
    words = re.sub(r"[^a-z0-9]+", "-", case.operation.lower()).strip("-")[:60]
    key = "\0".join((case.operation, case.rule, case.cause)).encode("utf-8", "replace")
    digest = hashlib.sha256(key).hexdigest()[:8]
    return f"{words}-{case.rule.lower()}-{digest}{SUFFIX}"


def encode(case: Case) -> str:
    """The text of a case's file."""
    value = msgspec.to_builtins(case, order="deterministic")
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def decode(data: bytes) -> Case:
    """The case of a file. Raises CaseError."""
    try:
        case = msgspec.json.decode(data, type=Case)
        for step in case.steps:
            _ = step.data
    except (msgspec.DecodeError, ValueError) as error:
        raise CaseError(f"it is no case: {error}") from None
    if not case.steps:
        raise CaseError("it has no steps: allowed are one or more requests")
    if any(not step.path.startswith("/") for step in case.steps):
        raise CaseError('a step\'s path has to start with "/"')
    return case


def steps_of(case: Case) -> tuple[Step, ...]:
    """The requests as those of a finding, to show them."""
    return tuple(
        Step(
            operation=one.operation,
            method=one.method,
            path=one.target,
            headers=(*one.headers.items(), *((name, FILTERED) for name in one.credentials)),
            body=base64.b64encode(one.data).decode(),
        )
        for one in case.steps
    )


def broken(case: Case, status: int) -> str:
    """Why a status is not what the case expects, "" if it is; DOCUMENTED is judged elsewhere."""
    match case.expected:
        case Expected.NO_SERVER_ERROR:
            wrong = status >= 500
        case Expected.REFUSED:
            wrong = 200 <= status < 300
        case Expected.ACCEPTED:
            wrong = status in REJECTIONS
        case Expected.GONE:
            wrong = status < 400
        case Expected.FOUND:
            wrong = status == 404
        case Expected.DOCUMENTED:
            wrong = False
    return f"answered {status}; expected: {WORDS[case.expected]}" if wrong else ""


WORDS: Mapping[Expected, str] = {
    Expected.NO_SERVER_ERROR: "no status of 500 or more",
    Expected.REFUSED: "a refusal (4xx)",
    Expected.ACCEPTED: "no refusal of valid input",
    Expected.GONE: "404 or another refusal, since it was deleted",
    Expected.FOUND: "not 404, since it was made just before",
    Expected.DOCUMENTED: "an answer that the document describes",
}


def _ask(step: Step) -> Ask:
    path, _, query = step.path.partition("?")
    data = step.data
    try:
        body, raw = data.decode("utf-8"), ""
    except UnicodeDecodeError:
        body, raw = "", step.body
    return Ask(
        operation=step.operation,
        method=step.method,
        path=path,
        query=query,
        headers={name: value for name, value in step.headers if FILTERED not in value},
        body=body,
        body_base64=raw,
        credentials=tuple(name for name, value in step.headers if FILTERED in value),
        takes=step.takes,
    )


def _texts(step: Step) -> tuple[str, ...]:
    return (step.path, step.data.decode("utf-8", "replace"), *(value for _, value in step.headers))
