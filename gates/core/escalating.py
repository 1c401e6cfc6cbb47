"""Escalation: to which level a failure, a blocker or a risk has risen, by how long it lasts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from gates.core.model import Finding, GateResult, GateStatus, Scorecard
from gates.core.wording import first_line

OVER_HOURS = ((48.0, 3), (24.0, 2))  # more hours than these: that level
LOWEST = 1
RISKS = "risks"
_SINCE = re.compile(r"\bsince (\d{4}-\d{2}-\d{2})\b")
BLOCKED = (GateStatus.ERROR, GateStatus.NOT_RUN, GateStatus.PENDING)


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody has to hear of: `since` is RFC 3339, `contact` "" if nobody is named.

    A gate fails since the first of the runs without one between in which it held, as far as the
    history knew them when the run began.
    """

    kind: str  # gate, blocker or risk
    subject: str
    reason: str
    level: int
    since: str
    contact: str


def escalations(card: Scorecard) -> tuple[Escalation, ...]:
    """All of them, the highest level first."""
    found = (*of_gates(card), *of_risks(card))
    return tuple(sorted(found, key=lambda one: -one.level))


def of_gates(card: Scorecard) -> Iterator[Escalation]:
    """Every gate that failed, and every blocking one that could not be judged."""
    for gate in card.gates:
        if gate.status is GateStatus.FAIL or (gate.blocking and gate.status in BLOCKED):
            kind = "gate" if gate.status is GateStatus.FAIL else "blocker"
            since = card.run.unheld_since.get(gate.id, card.run.started_at)
            yield escalation(kind, gate.id, reason(gate), since, card)


def of_risks(card: Scorecard) -> Iterator[Escalation]:
    """Every risk of the register that somebody has to see to."""
    for one in risks(card.gates):
        opened = _SINCE.search(one.message)
        since = f"{opened[1]}T00:00:00Z" if opened else card.run.started_at
        yield escalation("risk", one.message.partition(",")[0], one.message, since, card)


def risks(gates: Iterable[GateResult]) -> Iterator[Finding]:
    """The findings of the register of risks that are not excused."""
    for gate in gates:
        if gate.id == RISKS:
            yield from (one for one in gate.findings if not one.excused)


def reason(gate: GateResult) -> str:
    """Why a gate is as it is, in one line."""
    return first_line(gate.detail) or gate.status.value


def escalation(kind: str, subject: str, why: str, since: str, card: Scorecard) -> Escalation:
    """One escalation, at the level of its age when the run ended."""
    level = level_of(hours(since, card.run.ended_at or card.run.started_at))
    contact = contact_of(level, card.contacts)
    return Escalation(
        kind=kind, subject=subject, reason=why, level=level, since=since, contact=contact
    )


def level_of(age: float) -> int:
    """The level of something that has lasted so many hours."""
    return next((level for over, level in OVER_HOURS if age > over), LOWEST)


def hours(since: str, until: str) -> float:
    """The hours between two moments; 0 where one of them is not known."""
    try:
        first, last = (datetime.fromisoformat(text) for text in (since, until))
    except ValueError:
        return 0.0
    first, last = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (first, last))
    return (last - first).total_seconds() / 3600


def contact_of(level: int, contacts: Mapping[str, str]) -> str:
    """Who hears of a level: whoever is named for it, else for the nearest one below."""
    named = (contacts.get(str(one), "") for one in range(level, 0, -1))
    return next((one for one in named if one), "")
