"""Finds the scorecards that were kept, and reads of them only when and how they ended."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from gates.core import validity
from gates.core.model import RunInfo, TargetState, Verdict
from gates.shell import store

NAME = "scorecard.json"
PLACES = ("", "*/", "runs/*/", ".gatescore/runs/*/")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The few members of a scorecard that tell how fresh it is."""

    target: TargetState
    verdict: Verdict
    complete: bool
    partial: bool
    valid_until: str
    decisive_level: int
    run: RunInfo


class Beat(msgspec.Struct, frozen=True):
    """A scorecard and its file."""

    file: Path
    card: Card


class Found(msgspec.Struct, frozen=True):
    """Every scorecard at a path, and the files that could not be read, each with why."""

    beats: tuple[Beat, ...]
    unread: tuple[tuple[Path, str], ...]


def find(path: Path) -> Found:
    """Read the scorecards of a file, a run's folder or a folder of runs."""
    files = [path] if path.is_file() else sorted({f for at in PLACES for f in path.glob(at + NAME)})
    beats, unread = [], []
    for file in files:
        try:
            beats.append(Beat(file, store.read_json(file, Card)))
        except store.StorageError as error:
            unread.append((file, str(error).removeprefix(f"{file}: ")))
    return Found(tuple(beats), tuple(unread))


def newest(beats: Iterable[Beat], target: str, level: int = 1) -> Beat | None:
    """The newest scorecard of a run that ended and planned every gate up to `level`.

    Of one target, if named.
    """
    counted = [
        beat
        for beat in beats
        if beat.card.complete
        and not beat.card.partial
        and beat.card.decisive_level >= level
        and target in ("", beat.card.target.name)
    ]
    return max(counted, key=lambda beat: (began(beat.card), str(beat.file)), default=None)


def began(card: Card) -> datetime:
    """When its run began; the beginning of all times where it does not say."""
    return validity.moment(card.run.started_at) or datetime.min.replace(tzinfo=UTC)


def silence(card: Card, most: timedelta | None, now: datetime) -> str:
    """Why a scorecard counts no more; empty if it counts. Without `most` it says so itself."""
    if validity.moment(card.run.started_at) is None:
        return "it does not say when its run began"
    if most is not None:
        return validity.too_old(began(card), now, most)
    future = validity.too_old(began(card), now, timedelta.max)
    return future or validity.stale(card.valid_until or "none", now)
