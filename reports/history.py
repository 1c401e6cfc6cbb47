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
from reports.history_rows import BARE, COLUMNS, read, row
from reports.history_schema import is_current, migrate
from reports.recorded import Recorded, Terms

__all__ = ["FILE", "HOME", "History", "HistoryError", "line_of"]

HOME = ".gatescore"
FILE = "history.db"
_NEWEST_FIRST = "ORDER BY started_at DESC, run DESC, digest"
_KEEP = f"""INSERT INTO gatescore_runs ({COLUMNS}, terms) VALUES (
    :run, :digest, :target, :revision, :dirty, :branch, :policy, :profile, :level, :started_at,
    :ended_at, :complete, :partial, :verdict, :score, :gates, :place, :levels,
    :valid_until, :measured, :terms
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

    def runs(
        self, target: str, last: int | None = None, valued: int | None = None
    ) -> tuple[Recorded, ...]:
        """The last runs of a target, oldest first; all without `last`.

        With `valued` only so many of them, the newest, have their `values`. Raises HistoryError.
        """
        with self._reading() as door:
            if door is None:
                return ()
            if valued is None:
                rows = newest(door, COLUMNS, target, last)
            else:
                bare = newest(door, BARE, target, last)
                rows = [*newest(door, COLUMNS, target, valued), *bare[valued:]]
        return read(rows[:last])[::-1]

    def terms(self, run: Recorded) -> Terms:
        """What the criteria of a run were called and demanded. Raises HistoryError."""
        sql = """SELECT content FROM gatescore_terms WHERE digest IN
            (SELECT terms FROM gatescore_runs WHERE run = :run AND digest = :digest)"""
        with self._reading() as door:
            rows = door.ask(sql, {"run": run.run, "digest": run.digest}) if door else ()
        try:
            return msgspec.json.decode(rows[0][0], type=Terms) if rows else {}
        except (msgspec.DecodeError, TypeError, UnicodeDecodeError) as error:
            raise HistoryError(f"a run of the history cannot be read: {error}") from error

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
        if is_address(self.place):
            with opened(self.place) as door:
                self._migrate(door)
                yield door
            return
        if not Path(self.place).exists():
            yield None
            return
        if not self._is_current():
            with self._writing():  # readers that write refuse each other, writers wait
                pass
        with opened(self.place, most_bytes=self._most_bytes) as door:
            yield door

    def _is_current(self) -> bool:
        with opened(self.place, most_bytes=self._most_bytes) as door, self._named():
            return is_current(door)

    def _migrate(self, door: Door) -> None:
        with self._named():
            migrate(door)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
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


def newest(door: Door, columns: str, target: str, last: int | None) -> list[Sequence[Any]]:
    """The rows of the last runs of a target, newest first."""
    limit = "" if last is None else f"LIMIT {int(last)}"
    sql = f"SELECT {columns} FROM gatescore_runs WHERE target = :target"  # noqa: S608  # nosec B608
    return list(door.ask(f"{sql} {_NEWEST_FIRST} {limit}", {"target": target}))


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
