"""JSON lines with one finding each: the simplest report that a tool of one's own can write.

A finding: `rule` and `message`, and where known `severity`, `path`, `line`, `url`, `fix`. A line
without `rule` is a summary: `{"examined": 12, "unit": "files", "incomplete": ["…"]}`; it may come
once for each part of the work, and it is how a clean run differs from one that never came so far.
"""

import io
from collections.abc import Iterator
from typing import Annotated

import msgspec

from gates.core import texts
from gates.core.model import Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import limits, places, strict_json
from gates.tools.formats.found import Found, Gathering, Said
from gates.tools.formats.strict_json import JSON, Count

FINDING_KEYS = frozenset({"message", "severity", "path", "line"})


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
    gathering, summaries = Gathering(tool), []
    for value in _documents(data, what):
        match value:
            case {"rule": _}:
                item = strict_json.shaped(value, Item, what=what)
                gathering.add(gathering.finding(_said(item, tree)))
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


def _said(item: Item, tree: places.Tree) -> Said:
    return Said(
        rule=item.rule,
        message=item.message or item.rule,
        severity=_SEVERITIES.get(item.severity.lower()),
        place=places.of_path(item.path, tree) if item.path else places.Place(""),
        line=item.line,
        url=item.url,
        fix=item.fix,
    )


_SEVERITIES = {severity.value: severity for severity in Severity}
