"""JSON lines with one finding each: the simplest report that a tool of one's own can write.

A finding: `rule` and `message`, and where known `severity`, `path`, `line`, `url`, `fix`. A line
without `rule` is a summary: `{"examined": 12, "unit": "files", "incomplete": ["…"]}`; it may come
once for each part of the work, and it is how a clean run differs from one that never came so far.
"""

import io
from collections.abc import Iterator
from typing import Annotated

import msgspec

from gates.core.model import Finding, Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import limits, places, strict_json, texts
from gates.tools.formats.found import Found, Gathering
from gates.tools.formats.strict_json import JSON, Count

LAST_LINE = 10**9
FINDING_KEYS = frozenset({"message", "severity", "path", "line"})
_UNKNOWN = "a severity that nobody knows was read as the worst"


class Item(msgspec.Struct, frozen=True):
    """One finding. Without a severity it counts as medium, as a warning does in SARIF."""

    rule: Annotated[str, msgspec.Meta(min_length=1)]
    message: str
    severity: str = Severity.MEDIUM.value
    path: str = ""
    line: int = 0
    url: str = ""
    fix: str = ""


class Summary(msgspec.Struct, frozen=True):
    """What was looked at, and what could not be."""

    examined: Count
    unit: str = "files"
    incomplete: tuple[str, ...] = ()
    version: str = ""


def read(data: bytes | None, tree: places.Tree, *, tool: str, what: str) -> Found:
    """Read a report; `tool` is the name that its findings get. Raises ParseError."""
    gathering, summaries = Gathering(), []
    for value in _documents(data, what):
        match value:
            case {"rule": _}:
                item = strict_json.shaped(value, Item, what=what)
                gathering.add(_finding(item, tree, tool, gathering))
            case {"examined": _, **rest} if not FINDING_KEYS & rest.keys():
                summaries.append(strict_json.shaped(value, Summary, what=what))
            case _:
                word = 'schema: a line is neither a finding (with "rule") nor a summary'
                detail = f'{word} (with "examined") ({what})'
                raise ParseError(Reason.UNREADABLE_RESULT, detail)
    return Found(
        counts={severity: gathering.counts[severity] for severity in Severity},
        findings=gathering.findings(),
        examined=sum(one.examined for one in summaries) if summaries else None,
        unit=summaries[0].unit[:40] if summaries else "files",
        version=", ".join(dict.fromkeys(one.version[:100] for one in summaries if one.version)),
        incomplete=tuple(texts.bounded(text, 300) for s in summaries for text in s.incomplete),
        notes=gathering.told(),
    )


def _documents(data: bytes | None, what: str) -> Iterator[JSON]:
    """The lines one after the other: decoded together they would be many times as large."""
    expected = limits.expect(data, what=what)
    for number, line in enumerate(io.BytesIO(expected), start=1):
        if line.strip():
            yield strict_json.decode(line, what=f"{what}, line {number}")


def _finding(item: Item, tree: places.Tree, tool: str, gathering: Gathering) -> Finding:
    place = places.of_path(item.path, tree) if item.path else places.Place("")
    severity = _SEVERITIES.get(item.severity.lower())
    if severity is None:
        gathering.notes[_UNKNOWN] += 1
    if not 0 <= item.line <= LAST_LINE:
        gathering.notes["a line number that cannot be was read as unknown"] += 1
    message = item.message or item.rule
    if place.outside:
        gathering.notes[f"{places.OUTSIDE}: a finding that is in no file of the target"] += 1
        message = f"{message} ({places.OUTSIDE}: {texts.visible(place.path[:500])})"
    return Finding(
        tool=tool,
        rule=texts.bounded(item.rule, 300),
        severity=severity or Severity.CRITICAL,
        message=texts.bounded(message),
        path="" if place.outside else place.path,
        line=item.line if 0 <= item.line <= LAST_LINE else 0,
        url=item.url if item.url.startswith(("https://", "http://")) else "",
        fix=texts.bounded(item.fix, 500),
        label=places.OUTSIDE if place.outside else "",
    )


_SEVERITIES = {severity.value: severity for severity in Severity}
