"""Reads the sign-offs of a target: who has signed this commit, who has to, and what is refused.

A sign-off is a file `gatescore/signoffs/ANYTHING.toml` with role, person, commit and date.
"""

import datetime
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.probes import _common
from gates.probes._common import ProbeError

FOLDER = "gatescore/signoffs"
UNKNOWN = "unknown"
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: `subject` is the commit that has to be signed, or "unknown"."""

    tree: str
    roles: tuple[str, ...]
    subject: str


class SignOff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of one file."""

    role: str
    person: str
    commit: str
    date: datetime.date


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One file: what it says, or in words why it is refused and what to do."""

    path: str
    signed: SignOff | None = None
    rule: str = ""
    problem: str = ""
    fix: str = ""


def measure(given: dict[str, Any]) -> ToolReport:
    """Return the report of the sign-off probe. Raises ProbeError."""
    try:
        asked = msgspec.convert(given, Given)
    except msgspec.ValidationError as error:
        raise ProbeError(f"input: {error}", Reason.ADAPTER_BUG) from error
    read = judged(tuple(_read(Path(asked.tree), name) for name in _names(asked.tree)), asked)
    present = {one.signed.role for one in read if one.signed is not None and not one.rule}
    missing = tuple(role for role in asked.roles if role not in present)
    return ToolReport(
        tool="signoff",
        examined=len(asked.roles),
        examined_unit="roles",
        measurements={
            "signoff.missing_roles": _count(len(missing), asked),
            "signoff.refused": _count(sum(bool(one.rule) for one in read), asked),
        },
        findings=tuple(_finding(one) for one in read if one.rule),
        pending=tuple(_request(role, asked.subject) for role in missing),
    )


def judged(read: tuple[Read, ...], given: Given) -> tuple[Read, ...]:
    """Return the files with what is refused said in each: role, commit, and one role a person."""
    people: dict[str, str] = {}
    return tuple(_judged(one, given, people) for one in read)


def _judged(one: Read, given: Given, people: dict[str, str]) -> Read:
    """Judge one file; `people` maps those before it to their roles and is added to."""
    signed = one.signed
    if signed is None:
        return one
    person = " ".join(signed.person.split()).casefold()
    if signed.role not in given.roles:
        return _refused(
            one,
            "signoff-role",
            f'"{signed.role}" is no role of the policy: {", ".join(given.roles) or "it has none"}',
            "Name one of these roles, or delete the file.",
        )
    if signed.commit != given.subject:
        subject = (
            "the tree has no commit"
            if given.subject == UNKNOWN
            else f"the one to sign is {given.subject}"
        )
        return _refused(
            one,
            "signoff-commit",
            f"it signs another commit, {signed.commit}; {subject}",
            "Look at the changes since, then sign this commit in a new file and delete this one.",
        )
    if people.setdefault(person, signed.role) != signed.role:
        return _refused(
            one,
            "signoff-person",
            f"{signed.person} has signed as {people[person]} already: one person, one role",
            f"Let somebody else sign as {signed.role}.",
        )
    return one


def _names(tree: str) -> tuple[str, ...]:
    folder = _common.inside(Path(tree), FOLDER)
    return tuple(sorted(f"{FOLDER}/{path.name}" for path in folder.glob("*.toml")))


def _read(tree: Path, path: str) -> Read:
    one = Read(path=path)
    try:
        text = _common.read_text(tree, path) or ""
        signed = msgspec.convert(tomllib.loads(text), SignOff)
        problem = next(_empty(signed), "")
    except (ProbeError, ValueError, RecursionError) as error:  # of TOML and of the shape too
        problem = str(error)
    if problem:
        return _refused(
            one,
            "signoff-malformed",
            f"it cannot be read: {problem}",
            'Write role = "…", person = "…", commit = "40 hex digits" and date = 2026-01-31.',
        )
    return msgspec.structs.replace(one, signed=signed)


def _empty(signed: SignOff) -> Iterator[str]:
    if not signed.person.strip():
        yield "person is empty"
    if not _COMMIT.fullmatch(signed.commit):
        yield f'commit = "{signed.commit[:80]}": expected all 40 hex digits, in lower case'


def _refused(one: Read, rule: str, problem: str, fix: str) -> Read:
    return msgspec.structs.replace(one, rule=rule, problem=problem, fix=fix)


def _count(value: int, given: Given) -> Measurement:
    if not given.roles:
        return Measurement(value=None, why="the policy names no roles that have to sign")
    return Measurement(value=value)


def _finding(one: Read) -> Finding:
    return Finding(
        tool="signoff",
        rule=one.rule,
        severity=Severity.HIGH,
        message=f"{one.path}: {one.problem}",
        path=one.path,
        fix=one.fix,
        context=f"{one.rule} {one.problem}",
    )


def _request(role: str, subject: str) -> str:
    if subject == UNKNOWN:
        return f"{role} has to sign, but there is no commit yet: commit the target first"
    return f"{role} has to sign commit {subject} in {FOLDER}/{role}.toml"


if __name__ == "__main__":
    _common.run(measure)
