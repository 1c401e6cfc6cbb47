"""The runs of a service in time, a row for each branch and profile, with the gaps between them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from reports.history_nights import Gap
from reports.history_text import counted
from reports.recorded import Recorded

MOST_LANES = 6
MOST_MARKS = 38
GREEN = frozenset({"PASS", "WARN"})
NOT_ENDED, PARTIAL, MISSING = "NOT_ENDED", "PARTIAL", "MISSING"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A run, or one that is missing. `at` is its time, `told` all that is said of it."""

    state: str
    at: str
    told: str
    anchor: str = ""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """The last runs of one branch and profile, oldest first; `earlier` are not shown."""

    branch: str
    profile: str
    told: str
    marks: tuple[Mark, ...]
    earlier: int


def lanes(runs: Sequence[Recorded], gaps: Iterable[Gap], main: str) -> tuple[tuple[Lane, ...], int]:
    """The rows, those of the main branch first, then the newest; and how many are left out."""
    every: dict[tuple[str, str], list[Recorded]] = {}
    for run in runs:
        every.setdefault((run.branch, run.profile), []).append(run)
    keys = sorted(every, key=lambda key: every[key][-1].started_at, reverse=True)
    keys.sort(key=lambda key: key[0] != main)
    missing = list(gaps)
    made = (lane(key, every[key], missing) for key in keys[:MOST_LANES])
    return tuple(made), max(0, len(keys) - MOST_LANES)


def lane(key: tuple[str, str], runs: Sequence[Recorded], gaps: Iterable[Gap]) -> Lane:
    """One row."""
    branch, profile = key
    shown = runs[-MOST_MARKS:]
    own = [
        gap for gap in gaps if (gap.branch, gap.profile) == key and gap.since >= shown[0].started_at
    ]
    marks = [mark(run) for run in shown] + [absent(gap) for gap in own]
    return Lane(
        branch=branch,
        profile=profile,
        told=", ".join(words(shown, own)),
        marks=tuple(sorted(marks, key=lambda one: one.at)),
        earlier=len(runs) - len(shown),
    )


def words(runs: Sequence[Recorded], gaps: Iterable[Gap]) -> Iterator[str]:
    """What a row shows, in words."""
    states = [state(run) for run in runs]
    yield counted(len(runs), "run")
    yield f"{sum(one in GREEN for one in states)} passed"
    missing = sum(gap.missing for gap in gaps)
    bad = sum(one not in GREEN for one in states) - states.count(NOT_ENDED) - states.count(PARTIAL)
    for count, word in (
        (bad, "not passed"),
        (states.count(NOT_ENDED), "did not end"),
        (states.count(PARTIAL), "of chosen gates"),
        (missing, "missing"),
    ):
        if count:
            yield f"{count} {word}"


def state(run: Recorded) -> str:
    """What a run came to: its verdict, unless it did not end or was of chosen gates."""
    if not run.complete:
        return NOT_ENDED
    return PARTIAL if run.partial else run.verdict


def mark(run: Recorded) -> Mark:
    """A run as a mark."""
    word = state(run).replace("_", " ").lower() if state(run) in (NOT_ENDED, PARTIAL) else ""
    told = f"{run.started_at} {word or run.verdict} {run.run}"
    return Mark(state=state(run), at=run.started_at, told=told, anchor=anchor(run))


def absent(gap: Gap) -> Mark:
    """A gap as a mark, behind the run before it."""
    return Mark(state=MISSING, at=f"{gap.since}~", told=gap.told)


def anchor(run: Recorded) -> str:
    """Where the run is in the list of runs."""
    named = f"{run.run}\0{run.digest}".encode("utf-8", "surrogatepass")
    return f"run-{hashlib.sha256(named).hexdigest()[:16]}"
