"""Runs that were promised and did not come: gaps in what runs by a schedule, and clocks ahead."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import msgspec

from gates.core.validity import SKEW
from reports.recorded import Recorded

NIGHTLY = "nightly"
BY_HAND = frozenset({"", "local", "ci"})  # runs of somebody's change: nobody promised them
FEWEST = 7  # runs before another profile than `nightly` is taken for one with a schedule
LEAST = timedelta(hours=1)  # no schedule is closer
EVEN = 0.25  # of the usual distance: as far as one may be from it
MOSTLY = 0.8  # of the distances are even where there is a schedule
LONG = 14  # runs: a branch that is silent for longer than that has ended, where others go on

Series = Sequence[Recorded]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which `missing` runs ought to have begun; `until` is empty up to now."""

    since: str
    until: str
    missing: int
    told: str
    branch: str = ""
    profile: str = NIGHTLY


def gaps(runs: Sequence[Recorded], now: datetime) -> Iterator[Gap]:
    """Where runs of a schedule are missing: much longer between two than is usual.

    The runs are told apart by branch and profile. Those of the profile `nightly` have a schedule;
    of others, but for `local` and `ci`, those that come as evenly as one.
    """
    found = scheduled([run for run in runs if run.started_at and not is_ahead(run, now)])
    newest = max((series[-1].began for series, _ in found), default=now)
    for series, usual in found:
        name = f" on {series[0].branch}" if len(found) > 1 and series[0].branch else ""
        for earlier, later in pairwise(series):
            if missing := overdue(later.began - earlier.began, usual):
                yield gap(earlier, later.started_at, missing, name)
        missing = overdue(now - series[-1].began, usual)
        ended = missing > LONG and newest - series[-1].began > usual * LONG
        if missing and not ended:
            yield gap(series[-1], "", missing, name)


def scheduled(runs: Iterable[Recorded]) -> list[tuple[Series, timedelta]]:
    """The runs that have a schedule, by branch and profile, with their usual distance."""
    every: dict[tuple[str, str], list[Recorded]] = {}
    for run in runs:
        if run.profile not in BY_HAND:
            every.setdefault((run.branch, run.profile), []).append(run)
    found: list[tuple[Series, timedelta]] = []
    for (_, profile), series in sorted(every.items()):
        usual = usual_distance([run.began for run in series])
        if usual is not None and (profile == NIGHTLY or is_even(series, usual)):
            found.append((series, usual))
    return found


def is_even(series: Series, usual: timedelta) -> bool:
    """Whether runs come as evenly as a schedule makes them."""
    distances = [later.began - earlier.began for earlier, later in pairwise(series)]
    even = sum(abs(one - usual) <= usual * EVEN for one in distances)
    return len(series) >= FEWEST and usual >= LEAST and even >= MOSTLY * len(distances)


def gap(earlier: Recorded, until: str, missing: int, name: str = "") -> Gap:
    """One gap in words; `name` says of which branch it is, where there are several."""
    begun = f"{missing} {earlier.profile} run{'s' * (missing != 1)}{name} missing"
    end = f"and {until}" if until else "and now"
    return Gap(
        since=earlier.started_at,
        until=until,
        missing=missing,
        told=f"{begun} between {earlier.started_at} {end}",
        branch=earlier.branch,
        profile=earlier.profile,
    )


def usual_distance(times: Sequence[datetime]) -> timedelta | None:
    """The median time between two runs; None of fewer than four runs, or where it is none."""
    seconds = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    if len(seconds) < 3:
        return None
    usual = timedelta(seconds=median(seconds))
    return usual if usual > timedelta(0) else None


def overdue(distance: timedelta, usual: timedelta) -> int:
    """How many runs are missing in a stretch of time: one where it is half as long again."""
    return max(0, round(distance / usual) - 1)


def is_ahead(run: Recorded, now: datetime) -> bool:
    """Whether a run says that it began in the future: its clock, or ours, is wrong."""
    return run.began - now > SKEW


def ahead(runs: Iterable[Recorded], now: datetime) -> tuple[str, ...]:
    """What is to be said of runs of the future."""
    return tuple(
        f"{run.started_at} {run.run} is of the future: is the clock of its machine right?"
        for run in runs
        if is_ahead(run, now)
    )
