"""What happened over the runs of a target: what never ended, what is flaky, or red."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import msgspec

from gates.core.validity import SKEW
from gates.core.validity import told as span
from reports.recorded import OPEN, Recorded

GREEN = frozenset({"PASS", "WARN"})
HELD, BROKE = GREEN, frozenset({"FAIL", "ERROR"})
UNKNOWN = "unknown"  # the revision of what is in no repository
GOING = "has not ended yet"
STILL = timedelta(hours=6)  # whatever began so lately may still go on


class Unended(msgspec.Struct, frozen=True, kw_only=True):
    """A run that did not come to its end."""

    run: str
    started_at: str
    told: str


class Flaky(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that came to both answers on one commit; `flips` counts the changes from run to run.

    `statuses` are those of the runs of that commit, oldest first.
    """

    gate: str
    revision: str
    flips: int
    statuses: tuple[str, ...]
    told: str


class Red(msgspec.Struct, frozen=True, kw_only=True):
    """From the first run that did not pass to the one that did; it lasts where `until` is empty."""

    branch: str
    since: str
    until: str
    seconds: float | None
    runs: int


def unended(runs: Iterable[Recorded], now: datetime) -> Iterator[Unended]:
    """The runs that were killed or stopped, and those that perhaps still go on."""
    for run in runs:
        if run.complete:
            continue
        if run.ended_at:
            text = f"stopped at {run.ended_at} before every gate had ended"
        elif run.digest.startswith(OPEN) and -SKEW < now - run.began < STILL:
            text = GOING
        else:
            text = "never ended: it was killed, or its machine was"
        yield Unended(run=run.run, started_at=run.started_at, told=text)


def flaky(runs: Iterable[Recorded]) -> tuple[Flaky, ...]:
    """The gates that hold and break at one commit under one policy and profile."""
    alike: dict[tuple[str, str, str], list[Recorded]] = {}
    for run in runs:
        if not run.dirty and run.revision not in ("", UNKNOWN):
            alike.setdefault((run.revision, run.policy, run.profile), []).append(run)
    found = [
        one
        for same in alike.values()
        for gate in differing(same)
        if (one := flipping(gate, same)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (-one.flips, one.gate)))


def differing(runs: Sequence[Recorded]) -> set[str]:
    """The gates that did not come to one status in all runs."""
    first = runs[0].gates.items()
    return {gate for run in runs[1:] for gate, _ in first ^ run.gates.items()}


def flipping(gate: str, runs: Sequence[Recorded]) -> Flaky | None:
    """A gate in the runs of one commit, None where it always came to the same."""
    statuses = tuple(run.gates[gate] for run in runs if run.gates.get(gate) in HELD | BROKE)
    revision = runs[0].revision
    flips = sum((a in HELD) is not (b in HELD) for a, b in pairwise(statuses))
    if not flips:
        return None
    shown = ", ".join(statuses[:8]) + (" …" if len(statuses) > 8 else "")
    text = f"{gate} changed {times(flips)} at {revision[:12]} where nothing else did: {shown}"
    return Flaky(gate=gate, revision=revision, flips=flips, statuses=statuses, told=text)


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


def reds(runs: Iterable[Recorded]) -> tuple[Red, ...]:
    """The stretches in which whole runs of a branch did not pass, in the order of their begin."""
    open_ones: dict[str, list[Recorded]] = {}
    found = []
    for run in (run for run in runs if run.counts):
        if run.verdict not in GREEN:
            open_ones.setdefault(run.branch, []).append(run)
        elif run.branch in open_ones:
            found.append(red(open_ones.pop(run.branch), run))
    found += [red(stretch, None) for stretch in open_ones.values()]
    return tuple(sorted(found, key=lambda one: one.since))


def red(stretch: Sequence[Recorded], green: Recorded | None) -> Red:
    """One stretch, ended by the run that passed, if there is one."""
    first = stretch[0]
    return Red(
        branch=first.branch,
        since=first.started_at,
        until=green.started_at if green else "",
        seconds=(green.began - first.began).total_seconds() if green else None,
        runs=len(stretch),
    )


def to_green(found: Sequence[Red]) -> str:
    """How long it takes until a target passes again, in a sentence; empty if it always did."""
    ended = [one.seconds for one in found if one.seconds is not None]
    parts = []
    if ended:
        usual = span(timedelta(seconds=median(ended)))
        parts.append(f"median {usual} over {len(ended)} time{'s' * (len(ended) != 1)}")
    for one in found:
        if one.seconds is None:
            on = f" on {one.branch}" if one.branch else ""
            parts.append(f"not green{on} since {one.since} ({one.runs} run{'s' * (one.runs != 1)})")
    return "; ".join(parts)
