"""A run as the columns of its row, and back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from reports.history_doors import HistoryError, Value
from reports.recorded import Recorded

COLUMNS = (
    "run, digest, target, revision, dirty, branch, policy, profile, level, started_at, ended_at,"
    " complete, partial, verdict, score, gates, place, levels, valid_until, measured"
)
BARE = COLUMNS.replace(" measured", " '{}'")
_WORDS = msgspec.json.Decoder(dict[str, str])
_VALUES = msgspec.json.Decoder(dict[str, float])


def row(run: Recorded) -> dict[str, Value]:
    """A run as the values of its columns."""
    plain = msgspec.structs.asdict(run)
    plain["measured"] = msgspec.json.encode(plain.pop("values")).decode()
    plain["levels"] = msgspec.json.encode(plain["levels"]).decode()
    plain["gates"] = msgspec.json.encode(plain["gates"]).decode()
    return {name: int(one) if isinstance(one, bool) else one for name, one in plain.items()}


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """The columns as the database gives them."""

    run: str
    digest: str
    target: str
    revision: str
    dirty: int
    branch: str
    policy: str
    profile: str
    level: int
    started_at: str
    ended_at: str
    complete: int
    partial: int
    verdict: str
    score: float | None
    gates: str
    place: str
    levels: str
    valid_until: str
    measured: str


def read(rows: Sequence[Sequence[Any]]) -> tuple[Recorded, ...]:
    """Runs of the values of their columns. Raises HistoryError: they are none of ours."""
    try:
        return tuple(map(line, msgspec.convert(rows, list[_Row])))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(f"a run of the history cannot be read: {error}") from error


def line(row: _Row) -> Recorded:
    """One run. Raises DecodeError."""
    return Recorded(
        run=row.run,
        digest=row.digest,
        target=row.target,
        revision=row.revision,
        dirty=bool(row.dirty),
        branch=row.branch,
        policy=row.policy,
        profile=row.profile,
        level=row.level,
        started_at=row.started_at,
        ended_at=row.ended_at,
        complete=bool(row.complete),
        partial=bool(row.partial),
        verdict=row.verdict,
        score=row.score,
        gates=_WORDS.decode(row.gates),
        values=_VALUES.decode(row.measured),
        place=row.place,
        levels=_WORDS.decode(row.levels),
        valid_until=row.valid_until,
    )
