"""Reports of scanners for secrets in their own formats; the values in them are never read.

gitleaks: one array, of version 8 (`RuleID`) or of 7 and before (`rule`). betterleaks 2: JSON lines,
the last of which says that the scan came to its end. detect-secrets: one object with its results by
file. Only gitleaks and detect-secrets leave a clean report without saying what they looked at.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, NoReturn

import msgspec

from gates.core.model import Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import places, strict_json
from gates.tools.formats.found import Found, Gathering, Said
from gates.tools.formats.strict_json import JSON

Name = Annotated[str, msgspec.Meta(min_length=1)]


class Leak8(msgspec.Struct, frozen=True, rename="pascal"):
    """One finding of gitleaks 8."""

    file: str
    start_line: int
    rule: Name = msgspec.field(name="RuleID")
    description: str = ""


class Leak7(msgspec.Struct, frozen=True, rename="camel"):
    """One finding of gitleaks before 8."""

    rule: Name
    file: str
    line_number: int = 0


class Held(msgspec.Struct, frozen=True):
    """One finding of detect-secrets."""

    type: Name
    line_number: int


class Scan(msgspec.Struct, frozen=True):
    """The report of detect-secrets."""

    version: str
    results: dict[str, tuple[Held, ...]]


class Spot(msgspec.Struct, frozen=True):
    """Where betterleaks found something."""

    path: str
    start_line: int = 0


class Leak(msgspec.Struct, frozen=True):
    """One finding of betterleaks 2."""

    rule_id: Name
    location: Spot
    description: str = ""


class End(msgspec.Struct, frozen=True):
    """The last line of betterleaks."""

    state: str
    num_findings: strict_json.Count
    betterleaks_version: str = ""


def gitleaks(data: bytes | None, tree: places.Tree, *, tool: str, what: str) -> Found:
    """Read a report of gitleaks. Raises ParseError."""
    value = strict_json.decode(data, what=what)
    if not isinstance(value, list):
        _refuse("schema: a report of gitleaks is an array", what)
    return _found(tool, (_of_gitleaks(one, tree, what) for one in value))


def _of_gitleaks(value: JSON, tree: places.Tree, what: str) -> Said:
    if isinstance(value, dict) and "RuleID" in value:
        new = strict_json.shaped(value, Leak8, what=what)
        return _said(new.rule, new.description, new.file, new.start_line, tree)
    old = strict_json.shaped(value, Leak7, what=what)
    return _said(old.rule, "", old.file, old.line_number, tree)


def detect_secrets(data: bytes | None, tree: places.Tree, *, tool: str, what: str) -> Found:
    """Read a report of detect-secrets. Raises ParseError."""
    scan = strict_json.decode_as(data, Scan, what=what)
    every = (
        _said(held.type, "", file, held.line_number, tree)
        for file, found in scan.results.items()
        for held in found
    )
    return msgspec.structs.replace(_found(tool, every), version=scan.version[:100])


def betterleaks(data: bytes | None, tree: places.Tree, *, tool: str, what: str) -> Found:
    """Read a report of betterleaks. Raises ParseError."""
    leaks, ends = [], []
    for value in strict_json.decode_lines(data, what=what):
        match value:
            case {"finding": leak}:
                leaks.append(strict_json.shaped(leak, Leak, what=what))
            case {"scan": end}:
                ends.append(strict_json.shaped(end, End, what=what))
            case _:
                _refuse("schema: a line is neither a finding nor the end of a scan", what)
    if len(ends) != 1 or ends[0].num_findings != len(leaks):
        _refuse(f"count mismatch: {len(leaks)} findings, and not one end that says so", what)
    lost = () if ends[0].state == "complete" else (f"the scan ended {ends[0].state[:40]}",)
    every = (
        _said(one.rule_id, one.description, one.location.path, one.location.start_line, tree)
        for one in leaks
    )
    version = ends[0].betterleaks_version[:100]
    return msgspec.structs.replace(_found(tool, every), incomplete=lost, version=version)


READERS: dict[str, Callable[..., Found]] = {
    "betterleaks": betterleaks,
    "detect-secrets": detect_secrets,
    "gitleaks": gitleaks,
}


def _said(rule: str, description: str, path: str, line: int, tree: places.Tree) -> Said:
    return Said(
        rule=rule,
        message=description or f"{rule}: its value is not shown",
        severity=Severity.HIGH,
        place=places.of_path(path, tree),
        line=line,
    )


def _found(tool: str, every: Iterable[Said]) -> Found:
    gathering = Gathering(tool)
    for said in every:
        gathering.add(gathering.finding(said))
    return Found(
        counts={severity: gathering.counts[severity] for severity in Severity},
        findings=gathering.findings(),
        notes=gathering.told(),
    )


def _refuse(word: str, what: str) -> NoReturn:
    raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({what})")
