"""A register of risks as values: how grave each is, and what about it is left undone."""

import datetime
import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

LEAST, MOST = 1, 5  # of impact and of probability
HIGH_FROM = 12  # impact times probability, of at most 25: 3 x 4, the usual line of a 5 x 5 matrix
MEDIUM_FROM = 5
UNMITIGATED_DAYS = 2  # 48 hours; a register tells days
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NOBODY = re.compile(  # what stands where somebody or something is still to be named
    r"\W*(?:(?:n/?a|nobody|no one|noone|none|nothing|someone|somebody|tbd|tba|todo|unassigned"
    r"|unknown|unowned|to be (?:decided|defined|determined|done|named|assigned)|xxx)\b.{0,20})?\W*",
    re.IGNORECASE,
)


class Level(StrEnum):
    """How grave a risk is, or how urgent."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class RiskStatus(StrEnum):
    """What has become of a risk; only an open one is counted."""

    OPEN = "open"
    MITIGATED = "mitigated"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Risk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One risk. Days are written as 2026-01-31."""

    id: str
    """Name of the risk, such as R-001."""
    description: str
    """What may happen, and what it would do."""
    impact: int
    """How bad it would be, from 1 to 5."""
    probability: int
    """How likely it is, from 1 to 5."""
    opened: str
    """Day on which it was written down."""
    urgency: str = ""
    """How soon something has to be done: low, medium, high or critical."""
    priority: str = ""
    """How grave it is held to be; it can raise what impact times probability says, not lower it."""
    owner: str = ""
    """Who sees to it."""
    mitigation: str = ""
    """What is done about it."""
    due: str = ""
    """Day by which that is done."""
    status: RiskStatus = RiskStatus.OPEN
    """What has become of it: open, mitigated, accepted or closed."""


class RiskRegister(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file `gatescore/risks.toml`."""

    risks: tuple[Risk, ...] = ()
    """What may go wrong."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One risk with what is left undone about it, in words; open or accepted ones alone have any.

    `unmitigated` are the reasons why it counts as such; `overdue` is true after its day.
    """

    risk: Risk
    level: Level
    unmitigated: tuple[str, ...] = ()
    overdue: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may still happen and nobody has dealt with it."""
        return self.risk.status is RiskStatus.OPEN


def judged(risk: Risk, today: datetime.date, high_from: int = HIGH_FROM) -> Judged:
    """How grave a risk is on a day, and what is left undone."""
    graded = level(risk, high_from)
    late = risk.status in (RiskStatus.OPEN, RiskStatus.ACCEPTED) and is_past(risk.due, today)
    missing = tuple(undone(risk, graded, today)) if risk.status is RiskStatus.OPEN else ()
    return Judged(risk=risk, level=graded, unmitigated=missing, overdue=late)


def level(risk: Risk, high_from: int = HIGH_FROM) -> Level:
    """Impact times probability in a word; a stated priority can only raise it."""
    exposure = risk.impact * risk.probability
    graded = Level.LOW if exposure < MEDIUM_FROM else Level.MEDIUM
    graded = Level.HIGH if exposure >= high_from else graded
    stated = Level(risk.priority) if risk.priority else graded
    return max(graded, stated, key=list(Level).index)


def is_high(graded: Level) -> bool:
    """Whether a risk of this level needs an owner and a mitigation at once."""
    return graded in (Level.HIGH, Level.CRITICAL)


def is_said(text: str) -> bool:
    """Whether an owner or a mitigation is named: no blank, and no word that stands for one."""
    return not _NOBODY.fullmatch(text)


def undone(risk: Risk, graded: Level, today: datetime.date) -> Iterator[str]:
    """What an open risk lacks: a grave one at once, any other after 48 hours."""
    if is_high(graded) and not is_said(risk.owner):
        yield "nobody owns it"
    if is_said(risk.mitigation):
        return
    opened = day(risk.opened)
    if opened is not None and (today - opened).days > UNMITIGATED_DAYS:
        yield f"nothing is done about it since {risk.opened}, longer than 48 hours"
    elif is_high(graded):
        yield "nothing is done about it"


def is_past(text: str, today: datetime.date) -> bool:
    """Whether a day is over; an empty one never is."""
    found = day(text)
    return found is not None and found < today


def day(text: str) -> datetime.date | None:
    """Read `2026-01-31`; None for anything else, weeks and times of day among it."""
    try:
        return datetime.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
