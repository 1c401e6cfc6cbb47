"""The history: every run in a database, by itself or imported, and what is asked of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Scorecard
from reports import recorded as lines
from reports.history_doors import (
    MOST_BYTES,
    Door,
    HistoryError,
    is_address,
    opened,
    shown,
    vacuum,
)
from reports.history_schema import migrate
from reports.recorded import Recorded, Terms

__all__ = ["FILE", "HOME", "History", "HistoryError", "line_of"]

HOME = ".gatescore"
FILE = "history.db"
_COLUMNS = (
    "run, digest, target, revision, dirty, branch, policy, profile, level, started_at, ended_at,"
    " complete, partial, verdict, score, gates, measured, place"
)
_KEEP = f"""INSERT INTO gatescore_runs ({_COLUMNS}, terms) VALUES (
    :run, :digest, :target, :revision, :dirty, :branch, :policy, :profile, :level, :started_at,
    :ended_at, :complete, :partial, :verdict, :score, :gates, :measured, :place, :terms
) ON CONFLICT (run, digest) DO NOTHING"""  # noqa: S608  # nosec B608
_KNOWN = "SELECT 1 FROM gatescore_runs WHERE run = :run AND digest = :digest"
_LESS = """DELETE FROM gatescore_runs WHERE run = :run AND target = :target
    AND started_at = :started_at AND complete = 0 AND digest <> :digest AND digest LIKE :less"""
_MORE = """SELECT 1 FROM gatescore_runs WHERE run = :run AND target = :target
    AND started_at = :started_at AND complete = 1"""
_TERMS = """INSERT INTO gatescore_terms (digest, content) VALUES (:digest, :content)
    ON CONFLICT (digest) DO NOTHING"""


class History:
    """A history at a place: the path of a SQLite file, or `postgresql://…`."""

    def __init__(self, place: str, most_bytes: int | None = MOST_BYTES) -> None:
        self.place = place
        self._most_bytes = most_bytes

    def __str__(self) -> str:
        return shown(self.place)

    def keep(self, run: Recorded, terms: Terms | None = None) -> bool:
        """Add a run; False where it was there. It takes the place of what was known of it before.

        Raises HistoryError.
        """
        return self.keep_all([(run, terms or {})])[0]

    def keep_all(self, runs: Iterable[tuple[Recorded, Terms]]) -> list[bool]:
        """Add runs, all or none; whether each was new. Raises HistoryError."""
        with self._writing() as door:
            return [kept(door, run, terms) for run, terms in runs]

    def targets(self) -> tuple[str, ...]:
        """The names of all targets, that of the newest run first. Raises HistoryError."""
        sql = "SELECT target, MAX(started_at) AS newest FROM gatescore_runs GROUP BY target"
        with self._reading() as door:
            rows = door.ask(f"{sql} ORDER BY newest DESC") if door else ()
        return tuple(row[0] for row in rows)

    def runs(self, target: str, last: int | None = None) -> tuple[Recorded, ...]:
        """The last runs of a target, oldest first; all without `last`. Raises HistoryError."""
        sql = (
            f"SELECT {_COLUMNS} FROM gatescore_runs WHERE target = :target"  # noqa: S608  # nosec B608
            " ORDER BY started_at DESC, run DESC, digest"
        )
        limit = "" if last is None else f" LIMIT {int(last)}"
        with self._reading() as door:
            rows = door.ask(sql + limit, {"target": target}) if door else ()
        return tuple(read(row) for row in reversed(rows))

    def terms(self, run: Recorded) -> Terms:
        """What the criteria of a run were called and demanded. Raises HistoryError."""
        sql = """SELECT content FROM gatescore_terms WHERE digest IN
            (SELECT terms FROM gatescore_runs WHERE run = :run AND digest = :digest)"""
        with self._reading() as door:
            rows = door.ask(sql, {"run": run.run, "digest": run.digest}) if door else ()
        return decoded(rows[0][0], Terms) if rows else {}

    def forget(self, runs: Iterable[Recorded]) -> int:
        """Remove runs; returns how many were there. Raises HistoryError."""
        gone = "DELETE FROM gatescore_runs WHERE run = :run AND digest = :digest"
        unused = """DELETE FROM gatescore_terms WHERE digest NOT IN
            (SELECT terms FROM gatescore_runs)"""
        count = 0
        with self._writing() as door:
            for run in runs:
                named = {"run": run.run, "digest": run.digest}
                count += len(door.ask(_KNOWN, named))
                door.ask(gone, named)
            door.ask(unused)
        return count

    def shrink(self) -> None:
        """Give the space of what was removed back to the disk. Raises HistoryError."""
        if not is_address(self.place) and Path(self.place).exists():
            vacuum(Path(self.place))

    @contextmanager
    def _writing(self) -> Iterator[Door]:
        if not is_address(self.place):
            make_home(Path(self.place))
        with opened(self.place, write=True, most_bytes=self._most_bytes) as door:
            self._migrate(door)
            yield door

    @contextmanager
    def _reading(self) -> Iterator[Door | None]:
        if not is_address(self.place) and not Path(self.place).exists():
            yield None
            return
        with opened(self.place, most_bytes=self._most_bytes) as door:
            self._migrate(door)
            yield door

    def _migrate(self, door: Door) -> None:
        try:
            migrate(door)
        except HistoryError as error:
            raise HistoryError(f"{self}: {error}") from error


def kept(door: Door, run: Recorded, terms: Terms) -> bool:
    """Add a run within a transaction; False where it, or its end, was there already."""
    named = {"run": run.run, "digest": run.digest}
    about = {"target": run.target, "started_at": run.started_at}
    if door.ask(_KNOWN, named) or (not run.complete and door.ask(_MORE, {**about, "run": run.run})):
        return False
    # What was written when it began goes; of a scorecard that ended, also what was left half way.
    less = "%" if run.complete else f"{lines.OPEN}%"
    door.ask(_LESS, {**named, **about, "less": less})
    content = msgspec.json.encode(terms, order="sorted").decode()
    digest = lines.digest_of(content.encode()) if terms else ""
    if terms:
        door.ask(_TERMS, {"digest": digest, "content": content})
    door.ask(_KEEP, {**row(run), "terms": digest})
    return True


def row(run: Recorded) -> dict[str, str | int | float | None]:
    """A run as the values of its columns."""
    plain = msgspec.structs.asdict(run)
    plain["measured"] = msgspec.json.encode(plain.pop("values")).decode()
    plain["gates"] = msgspec.json.encode(plain["gates"]).decode()
    return {name: int(one) if isinstance(one, bool) else one for name, one in plain.items()}


def read(columns: Sequence[Any]) -> Recorded:
    """A run of the values of its columns. Raises HistoryError: they are none of ours."""
    plain = dict(zip(_COLUMNS.replace(" ", "").split(","), columns, strict=True))
    plain["values"] = decoded(plain.pop("measured"), dict[str, float])
    plain["gates"] = decoded(plain["gates"], dict[str, str])
    for name in ("dirty", "complete", "partial"):
        plain[name] = bool(plain[name])
    try:
        return msgspec.convert(plain, Recorded)
    except msgspec.ValidationError as error:
        raise HistoryError(f"a run of the history cannot be read: {error}") from error


def decoded(text: Any, kind: Any) -> Any:
    """A value that is kept as JSON. Raises HistoryError."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, TypeError, UnicodeDecodeError) as error:
        raise HistoryError(f"a run of the history cannot be read: {error}") from error


def line_of(card: Scorecard, *, branch: str = "", place: str = "") -> tuple[Recorded, Terms]:
    """A scorecard as the history keeps it."""
    return lines.recorded(card, branch=branch, place=place), lines.terms(card)


def make_home(file: Path) -> None:
    """The folder of the file, hidden from git where it is our own. Raises HistoryError."""
    folder = file.parent
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.name == HOME:
            (folder / ".gitignore").write_text("*\n")
    except OSError as error:
        raise HistoryError(f"{folder} cannot be made: {error.strerror or error}") from error
