"""What crosses between the program that loads two revisions in turn and its adapter."""

from collections.abc import Iterable, Mapping

import msgspec

from gates.core.comparing import Pair, Rules, Side, pace
from gates.core.load import Count, Counts, Scenario

TASK = "pairs.json"
RESULT = "slices.json"
MADE_UP = "scenario.json"  # what the probe `scenario` writes beside it
BASE_VARIABLE = "GATESCORE_BASE_AUTH"  # headers of the base, as GATESCORE_AUTH has the candidate's
MOST_FAILED = 0.5  # of an operation's requests: beyond, its times are no times of its work

US_PER_MS = 1000.0
US_PER_S = 1e6


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to do: `pairs` slices of `scenario` on each side, at most `most_pairs`.

    Without operations those of the scenario in the file `MADE_UP` are sent. `told` is for where
    nothing is to be sent: what the report has to say instead.
    """

    scenario: Scenario  # one slice: its rate, its duration, its operations
    base_origin: str = ""
    origin: str = ""
    pairs: int = 0
    most_pairs: int = 0
    warmup_s: float = 0.0  # of each side, before the first slice
    rules: Rules = Rules()
    same: bool = False  # both revisions have the same content
    files: Count = 0  # that were compared for it
    told: str = ""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One slice on one side, by operation: microseconds of accepted answers, and failures.

    `ends` of every request are microseconds since the slice began, ascending.
    """

    times: dict[str, tuple[Count, ...]]
    failures: dict[str, dict[str, Count]]
    ends: tuple[Count, ...]


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """The same slice on both sides, in the order in which it was sent to them."""

    base: Slice
    candidate: Slice
    base_first: bool


class Slices(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `finished` False: it was ended early and nothing of it may be judged."""

    task: Task
    finished: bool
    error: str = ""
    twins: tuple[Twin, ...] = ()
    warmup_requests: Count = 0
    scheduled: Count = 0
    handled: Count = 0
    duration_s: float = 0.0
    cpu_percent: float = 0.0  # of the generator, of one core
    lag: Counts = ()


def asked(parts: Iterable[Slice]) -> tuple[int, int]:
    """How many requests these slices had, and how many of them were accepted."""
    known = tuple(parts)
    accepted = sum(len(times) for part in known for times in part.times.values())
    return sum(len(part.ends) for part in known), accepted


def failing(parts: Iterable[Slice]) -> dict[str, str]:
    """Operations of which more than half of the requests failed, with how most of them did."""
    accepted: dict[str, int] = {}
    failures: dict[str, dict[str, int]] = {}
    for part in parts:
        for name, times in part.times.items():
            accepted[name] = accepted.get(name, 0) + len(times)
        for name, kinds in part.failures.items():
            known = failures.setdefault(name, {})
            for kind, count in kinds.items():
                known[kind] = known.get(kind, 0) + count
    return {
        name: max(sorted(kinds), key=kinds.__getitem__)
        for name, kinds in sorted(failures.items())
        if sum(kinds.values()) > MOST_FAILED * (sum(kinds.values()) + accepted.get(name, 0))
    }


def pairs(twins: Iterable[Twin]) -> tuple[Pair, ...]:
    """The slices as they are compared: what one of the sides cannot answer has no times.

    What the base cannot answer is nothing that the candidate can be slower at, or fail.
    """
    known = tuple(twins)
    unanswered = failing(twin.base for twin in known)
    untimed = {*unanswered, *failing(twin.candidate for twin in known)}
    return tuple(
        Pair(
            base=_side(twin.base, unanswered, untimed),
            candidate=_side(twin.candidate, unanswered, untimed),
        )
        for twin in known
    )


def _side(part: Slice, unanswered: Mapping[str, str], untimed: set[str]) -> Side:
    steps, span_us = pace(part.ends)
    kept = [name for name in part.times if name not in unanswered]
    accepted = sum(len(part.times[name]) for name in kept)
    failed = sum(sum(k.values()) for n, k in part.failures.items() if n not in unanswered)
    return Side(
        times=tuple(us / US_PER_MS for n in kept if n not in untimed for us in part.times[n]),
        accepted=accepted,
        ended=accepted + failed,
        steps=steps,
        span_s=span_us / US_PER_S,
    )
