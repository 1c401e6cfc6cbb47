"""What changed from one run of a service to the next: verdicts, gates, findings."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from gates.core.model import Finding, Scorecard
from reports.diff import change
from reports.recorded import Recorded
from reports.site_lanes import anchor

MOST_TURNS = 20
MOST_STEPS = 10
MOST_FINDINGS = 5
HELD = frozenset({"PASS", "WARN"})
UNHELD = frozenset({"FAIL", "ERROR", "PENDING", "NOT_RUN"})
Cards = Mapping[str, Scorecard | str]  # by the digest of a run; a text says why there is none


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """From one whole run to the next. Findings are None where a scorecard is gone, and `why`."""

    run: Recorded
    before: Recorded
    anchor: str
    broke: tuple[str, ...]
    held: tuple[str, ...]
    new: tuple[Finding, ...] | None = None
    fixed: tuple[Finding, ...] | None = None
    why: str = ""

    @property
    def is_none(self) -> bool:
        """Whether there is nothing to tell."""
        same = self.run.verdict == self.before.verdict
        return same and not (self.broke or self.held or self.new or self.fixed)


def turns(runs: Sequence[Recorded]) -> tuple[Step, ...]:
    """The last changes of the verdict, the newest first."""
    pairs = [pair for pair in pairwise(runs) if pair[0].verdict != pair[1].verdict]
    return tuple(step(*pair) for pair in reversed(pairs[-MOST_TURNS:]))


def steps(runs: Sequence[Recorded], cards: Cards) -> Iterator[Step]:
    """What the last runs brought, the newest first, with findings where there are scorecards."""
    for before, run in reversed(list(pairwise(runs[-MOST_STEPS - 1 :]))):
        found = step(before, run)
        first, second = (cards.get(one.digest, "") for one in (before, run))
        match first, second:
            case Scorecard(), Scorecard():
                told = change(first, second)
                yield msgspec.structs.replace(found, new=told.new, fixed=told.fixed)
            case _:
                why = next((one for one in (second, first) if isinstance(one, str) and one), "")
                yield msgspec.structs.replace(found, why=why)


def step(before: Recorded, run: Recorded) -> Step:
    """The gates that came or ceased to hold."""
    return Step(
        run=run,
        before=before,
        anchor=anchor(run),
        broke=tuple(gate for gate, was in turned(before, run) if was in HELD),
        held=tuple(gate for gate, was in turned(before, run) if was in UNHELD),
    )


def turned(before: Recorded, run: Recorded) -> Iterator[tuple[str, str]]:
    """The gates that held before and do not now, or the other way round, with what they were."""
    for gate, status in run.gates.items():
        was = before.gates.get(gate, "")
        if (was in HELD and status in UNHELD) or (was in UNHELD and status in HELD):
            yield gate, was
