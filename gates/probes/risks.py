"""Judges the register of risks: which are grave and nobody's, left undone, or overdue.

Input: tree, file (the register), today (RFC 3339 date), high_from (impact times probability).
"""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.risks import Judged, Level, is_high, is_said, judged
from gates.probes import _common
from gates.shell import risk_files
from gates.shell.problems import ConfigError
from gates.shell.risk_files import Register

TOOL = "risks"
UNMITIGATED = "risks.unmitigated"
OVERDUE = "risks.overdue"
HIGH = "risks.high"
SEVERITIES = {
    Level.LOW: Severity.LOW,
    Level.MEDIUM: Severity.MEDIUM,
    Level.HIGH: Severity.HIGH,
    Level.CRITICAL: Severity.CRITICAL,
}


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input."""

    tree: str
    file: str
    today: datetime.date
    high_from: int


def measure(given: dict[str, Any]) -> ToolReport:
    """Read the register and judge every risk. Raises ProbeError."""
    asked = msgspec.convert(given, Given)
    register = _register(asked)
    found = tuple(judged(one, asked.today, asked.high_from) for one in register.risks)
    return ToolReport(
        tool=TOOL,
        examined=len(found),
        examined_unit="risks",
        measurements={
            UNMITIGATED: _count([one for one in found if one.unmitigated], found),
            OVERDUE: _count([one for one in found if one.overdue], found),
            HIGH: _count([one for one in found if one.is_open and is_high(one.level)], found),
        },
        findings=tuple(_findings(found, asked.file, register)),
        notes=tuple(map(_told, _gravest_first(found))),
    )


def _register(asked: Given) -> Register:
    file = _common.inside(Path(asked.tree), asked.file)
    try:
        return risk_files.read(file, asked.file, asked.today)
    except ConfigError as error:
        raise _common.ProbeError("; ".join(map(str, error.problems))) from None


def _count(those: list[Judged], found: tuple[Judged, ...]) -> Measurement:
    open_ones = [one for one in found if one.is_open]
    exposure = sum(one.risk.impact * one.risk.probability for one in open_ones)
    detail = f"{len(open_ones)} of {len(found)} risks are open, with an exposure of {exposure}"
    named = ", ".join(one.risk.id for one in those[:5])
    return Measurement(value=float(len(those)), detail=f"{named}; {detail}" if named else detail)


def _gravest_first(found: tuple[Judged, ...]) -> list[Judged]:
    levels, urgencies = list(Level), ["", *Level]
    return sorted(
        found,
        key=lambda one: (-levels.index(one.level), -urgencies.index(one.risk.urgency), one.risk.id),
    )


def _told(one: Judged) -> str:
    """The line of a risk in the report."""
    risk = one.risk
    urgent = f", urgency {risk.urgency}" if risk.urgency else ""
    owner = risk.owner.strip() or "nobody"
    due = f", due {risk.due}" if risk.due else ""
    return (
        f"{risk.id} {risk.status}, {_grade(one)}{urgent}, opened {risk.opened}, "
        f"owner {owner}{due}: {_line(risk.description)}"
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _grade(one: Judged) -> str:
    risk = one.risk
    exposure = risk.impact * risk.probability
    return f"{one.level} (impact {risk.impact} x probability {risk.probability} = {exposure})"


def _findings(found: tuple[Judged, ...], file: str, register: Register) -> Iterator[Finding]:
    for one in found:
        line = register.lines.get(one.risk.id, 0)
        if one.unmitigated:
            unowned = is_high(one.level) and not is_said(one.risk.owner)
            rule = "risks.unowned" if unowned else "risks.unmitigated"
            why = " and ".join(one.unmitigated)
            fix = "Give it an owner and say what is done about it, or who accepts it."
            yield _finding(one, rule, why, fix, UNMITIGATED, file, line)
        if one.overdue:
            why = f"it was due on {one.risk.due}"
            fix = "Do what was planned and set its status, or plan it anew and say why."
            yield _finding(one, OVERDUE, why, fix, OVERDUE, file, line)


def _finding(
    one: Judged, rule: str, why: str, fix: str, metric: str, file: str, line: int
) -> Finding:
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=SEVERITIES[one.level],
        message=f"{one.risk.id}, {_grade(one)}: {why}: {_line(one.risk.description)}",
        path=file,
        line=line,
        fix=fix,
        context=f"{one.risk.id} {rule}",
        metric=metric,
    )


if __name__ == "__main__":
    _common.run(measure)
