"""One run as the history keeps it: a line of figures, made of its scorecard."""

import hashlib
from datetime import UTC, datetime

import msgspec

from gates.core.model import CriterionResult, Scorecard

LATER = frozenset({"levels", "valid_until"})
OPEN = "open:"  # begins the digest of a run whose scorecard was not there yet


class Term(msgspec.Struct, frozen=True, array_like=True):
    """What a criterion is called and demands: its gate, condition, unit and title."""

    gate: str
    passes: str
    unit: str
    title: str


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `gates` has the status by gate, `values` the number by criterion.

    `digest` is `sha256:…` of these figures and of the policy, the same wherever a scorecard is
    read, or begins with `open:` while the run goes on. Times are RFC 3339 in UTC; `ended_at` is
    empty, and `complete` false, of a run that never ended. `levels` has the verdict by level;
    neither it nor what follows is part of the digest.
    """

    run: str
    digest: str
    target: str
    revision: str
    dirty: bool = False
    branch: str = ""
    policy: str = ""
    profile: str = ""
    level: int = 0
    started_at: str = ""
    ended_at: str = ""
    complete: bool = False
    partial: bool = False
    verdict: str = "INCONCLUSIVE"
    score: float | None = None
    gates: dict[str, str] = {}
    values: dict[str, float] = {}
    place: str = ""  # the folder of the run, as it was then
    levels: dict[str, str] = {}
    valid_until: str = ""

    @property
    def counts(self) -> bool:
        """Whether it planned every gate and came to its end."""
        return self.complete and not self.partial

    @property
    def began(self) -> datetime:
        """When it began; the beginning of all times where it does not say."""
        return at(self.started_at) or datetime.min.replace(tzinfo=UTC)

    @property
    def seconds(self) -> float | None:
        """How long it took; None of one that never ended, or whose clock was set back."""
        first, last = at(self.started_at), at(self.ended_at)
        return (last - first).total_seconds() if first and last and last >= first else None


def at(text: str) -> datetime | None:
    """The time that a text spells; None without one, or without its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


Terms = dict[str, Term]


def recorded(card: Scorecard, *, branch: str = "", place: str = "") -> Recorded:
    """The line of a scorecard, under the digest of what it says."""
    line = Recorded(
        run=card.run.id,
        digest=card.policy.digest,
        target=card.target.name,
        revision=card.target.revision,
        dirty=card.target.dirty,
        policy=card.policy.name,
        profile=card.run.profile,
        level=card.decisive_level,
        started_at=card.run.started_at,
        ended_at=card.run.ended_at,
        complete=card.complete,
        partial=card.partial,
        verdict=card.verdict.value,
        score=None if card.score is None else float(card.score),
        gates={gate.id: gate.status.value for gate in card.gates},
        values={one.id: float(one.value) for one in criteria(card) if one.value is not None},
    )
    return msgspec.structs.replace(
        line,
        digest=digest_of(msgspec.json.encode(figures(line), order="sorted")),
        branch=told(branch),
        place=told(place),
        levels={str(one.level): one.verdict.value for one in card.levels},
        valid_until=card.valid_until,
    )


def figures(line: Recorded) -> dict[str, object]:
    """What the digest is of: the members that the first lines had, so that it stays the same."""
    return {key: one for key, one in msgspec.structs.asdict(line).items() if key not in LATER}


def told(name: str) -> str:
    """A name of this machine as text that every database holds: bytes that are none as escapes."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "")


def terms(card: Scorecard) -> Terms:
    """What the criteria of a scorecard are called and demand."""
    return {
        one.id: Term(gate.id, one.passes, one.unit, one.title)
        for gate in card.gates
        for one in gate.criteria
    }


def criteria(card: Scorecard) -> tuple[CriterionResult, ...]:
    """Every criterion of every gate."""
    return tuple(one for gate in card.gates for one in gate.criteria)


def digest_of(data: bytes) -> str:
    """`sha256:…` of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
