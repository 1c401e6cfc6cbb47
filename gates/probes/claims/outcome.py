"""What became of one claim: it holds, it does not, nobody could find out, or it is only shown."""

from enum import StrEnum

import msgspec

from gates.core.model import Finding, Severity

TOOL = "claims"
LONGEST = 300  # characters of a claim that are told


class State(StrEnum):
    """States of a claim; each but the first and the last is part of one metric."""

    HOLDS = "holds"
    FALSE = "false"
    CONTRADICTED = "contradicted"
    OPEN = "unverified"
    UNMENTIONED = "unmentioned"
    MISPLACED = "misplaced"
    SUGGESTED = "suggested"


METRICS = {
    State.FALSE: "claims.false",
    State.CONTRADICTED: "claims.contradictions",
    State.OPEN: "claims.unverified",
    State.UNMENTIONED: "claims.unmentioned",
    State.MISPLACED: "claims.misplaced_files",
}
_SEVERITIES = {
    State.FALSE: Severity.HIGH,
    State.CONTRADICTED: Severity.HIGH,
    State.OPEN: Severity.LOW,
    State.UNMENTIONED: Severity.LOW,
    State.MISPLACED: Severity.LOW,
    State.SUGGESTED: Severity.INFO,
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One result. `claimed` is what the log says, `found` what there is; `source` holds `line`."""

    state: State
    rule: str
    claimed: str
    found: str
    source: str = ""
    line: int = 0
    fix: str = ""


def finding(one: Outcome) -> Finding:
    """The finding of an outcome; its text has both sides, apart at ` | observed: `."""
    claimed = _told(one.claimed)[:LONGEST]
    found = _told(one.found)
    return Finding(
        tool=TOOL,
        rule=f"claims.{one.rule}",
        severity=_SEVERITIES[one.state],
        message=f"claimed: {claimed} | observed: {found}" if claimed else found,
        path=one.source,
        line=one.line,
        fix=one.fix,
        context=f"{one.rule} {claimed}",
        metric=METRICS.get(one.state, ""),
    )


def note(one: Outcome) -> str:
    """One line of evidence for a claim that holds."""
    claimed = _told(one.claimed)[:LONGEST]
    return f"{one.source}:{one.line}: holds: {claimed} | observed: {_told(one.found)}"


def _told(text: str) -> str:
    """One line that does not look like both sides."""
    return " ".join(text.split()).replace("| observed:", "|")
