"""Secrets as they are found, and what of them may leave the program: never the value."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from gates.core.model import Finding, Severity

METRIC = "secrets.found"
FIX = "Revoke it first, then remove it and read it from the environment."
PAST = "Revoke it: who has the repository has it, whatever is removed now."
# The name that a value is given: `KEY = "`, `"key": "`, `key => '` …
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,39})[\"']?\s*(?:=>|:=|=|:)\s*[rbuf]?[\"'(\[{]*$")
_WORD_END, _WORD_START = re.compile(r"[^\s\"'`]+$"), re.compile(r"[^\s\"'`]+")
_KEY = "PRIVATE KEY"
_DIGITS = 3  # a name with more of them may be part of a secret


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """One secret in one file. `value`, all of it, stays here: it tells two secrets apart."""

    rule: str
    title: str
    path: str
    line: int
    value: str = ""
    named: str = ""  # the name it is assigned to
    commit: str = ""  # 12 digits, of a version in the history


def name_before(line: str, value: str) -> str:
    """The name to which this line assigns the value, "" where it is none or may tell of it."""
    start = line.find(value) if value else -1
    found = _NAME.search(line[:start]) if start > 0 else None
    name = found[1] if found else ""
    return name if sum(letter.isdigit() for letter in name) <= _DIGITS else ""


def whole(lines: list[str], number: int, value: str) -> str:
    """All of a secret of which a detector told `value`, on the line `number` (1-based).

    Some tell the prefix of a token alone. Of a key of many lines they tell the first.
    """
    if not value or not 1 <= number <= len(lines):
        return value
    line = lines[number - 1]
    if _KEY in line:
        return "\n".join(lines[number - 1 : number + 2])
    start = line.find(value)
    if start < 0:
        return value
    before, after = _WORD_END.search(line[:start]), _WORD_START.match(line[start + len(value) :])
    return (before[0] if before else "") + value + (after[0] if after else "")


def finding(tool: str, find: Find) -> Finding:
    """What is reported. The context is no text of the line: a digest of it could be guessed."""
    where = f"in the history, commit {find.commit}" if find.commit else "in the tree"
    return Finding(
        tool=tool,
        rule=find.rule,
        severity=Severity.CRITICAL,
        message=f"{find.title}: a secret {where} (the value is not shown)",
        path=f"{find.commit}:{find.path}" if find.commit else find.path,
        line=find.line,
        context=f"{find.rule} {find.named}",
        fix=PAST if find.commit else FIX,
        metric=METRIC,
    )


def findings(tool: str, finds: Iterable[Find]) -> tuple[Finding, ...]:
    """All findings in a stable order."""
    told = {(one.commit, one.path, one.line, one.rule): one for one in finds}
    return tuple(finding(tool, told[key]) for key in sorted(told))


def only_past(tree: Iterable[Find], history: Iterable[Find]) -> Iterator[Find]:
    """Of the history, each secret once, where it first came in, and none that the tree has."""
    seen = {(one.path, one.value) for one in tree}
    for one in history:
        if not one.value or (one.path, one.value) not in seen:
            seen.add((one.path, one.value))
            yield one
