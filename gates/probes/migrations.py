"""Tries migrations where nothing can be lost: up on an empty database, down, and up again.

Input: service and database (as in the target file), tree, python, node. The environment of the
commands comes in GATESCORE_START. An SQLite file lies in a state folder of this trial's own; in a
PostgreSQL an empty database is made for it, and dropped afterwards.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from gates.core.capacity import Database
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.redact import Redactor
from gates.core.target import Service
from gates.probes import _catalogues, _common, _databases
from gates.probes._databases import DatabaseError, Kind
from gates.probes._scratch_database import scratch
from gates.probes.startup import Surroundings, surroundings
from gates.shell.aftermath import LOG
from gates.shell.cancellation import Cancellation
from gates.shell.readiness import ServiceError
from gates.shell.service import Place, placed, reserved_port, run_step

TOOL = "migrations"
METRIC = "database.migration_failures"
UP, DOWN, AGAIN = "database.migration-up", "database.migration-down", "database.migration-again"
IDLE, CHANGED = "database.migration-idle", "database.migration-changed"
KEY = "database.url"
STATE = "{state}"
SHOWN = 3  # differences of a schema
Schema = tuple[frozenset[str], frozenset[str]]  # facts, rows
_FIXES = {
    UP: "Make the migrations run on an empty database: that is how every new copy begins.",
    DOWN: "Mend the way back of the last migration: it is needed when a deployment fails.",
    IDLE: "Write what takes the last migration back.",
    AGAIN: "Let the way back remove all that the migration made, so that it can run once more.",
    CHANGED: "Let the way back remove and restore exactly what the migration changed.",
}


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input."""

    service: Service
    database: Database
    tree: str
    python: str
    node: str = ""


class Flaw(msgspec.Struct, frozen=True):
    """What went wrong."""

    rule: str
    words: str


class Unjudged(Exception):
    """It could not be tried; the text says why."""


def measure(given: dict[str, Any]) -> ToolReport:
    """Try them. Raises ProbeError."""
    task = msgspec.convert(given, Given, strict=False)
    around = surroundings(os.environ)
    redactor = Redactor(around.variables.values())
    if why := unasked(task):
        return _common.unjudged(TOOL, [METRIC], why)
    try:
        with tempfile.TemporaryDirectory(prefix="migrations-", dir=Path.cwd()) as folder:
            flaws = _tried(task, around, Path(folder))
    except (DatabaseError, Unjudged) as error:
        return _common.unjudged(TOOL, [METRIC], redactor.text(str(error)))
    except ServiceError as error:
        raise _common.ProbeError(redactor.text(error.detail), error.reason) from error
    return ToolReport(
        tool=TOOL,
        examined=3,
        examined_unit="migration steps",
        measurements={METRIC: Measurement(value=float(len(flaws)))},
        findings=tuple(_finding(flaw, redactor) for flaw in flaws),
    )


def unasked(task: Given) -> str:
    """Why nothing is tried, "" where it is."""
    service, url = task.service, task.database.url
    if not service.migrate:
        return "the target file names no command that migrates: service.migrate"
    if not service.migrate_down:
        return "the target file names no way back: service.migrate_down"
    if not service.start:
        return "the service was running already: its database is not ours to migrate"
    if not url:
        return "the schema cannot be compared: the target file names no database.url"
    if not url.lower().startswith(("postgres", "${")) and STATE not in url:
        return "database.url has no {state}: migrations are not tried on a database that stays"
    return ""


def _tried(task: Given, around: Surroundings, folder: Path) -> list[Flaw]:
    with reserved_port(0) as port:
        env = {**around.env, **around.variables}
        ours = placed(task.service, Path(task.tree), task.python, env, folder, port, task.node)
        with _emptied(task.database.url, ours, around) as (place, where):
            return tried(place, lambda: _catalogues.facts(where, KEY))


@contextmanager
def _emptied(
    url: str, ours: Place, around: Surroundings
) -> Iterator[tuple[Place, _databases.Place]]:
    """The place in which the commands run, and the empty database that they find there."""
    said = url.replace(STATE, ours.values["state"])
    for upstream in ours.service.upstreams:
        said = said.replace(f"{{upstream.{upstream.name}}}", upstream.address)
    where = _databases.place(said, around.variables, KEY)
    match where.kind:
        case Kind.SQLITE:
            yield ours, where
        case Kind.POSTGRESQL:
            names = {*ours.service.env, *around.variables}
            own = {name: value for name, value in ours.env.items() if name in names}
            with scratch(where, own, KEY) as made:
                led = msgspec.structs.replace(ours, env={**ours.env, **made.env})
                yield led, made.place


def tried(place: Place, read: Callable[[], Schema]) -> list[Flaw]:
    """Up, down, up. Raises Unjudged where the commands use another database than `read` sees."""
    if said := _failed("migrate", place.service.migrate, place):
        return [Flaw(UP, f"up on an empty database fails: {said}")]
    first = read()
    if not first[0]:
        raise Unjudged(f"{KEY} names a database in which service.migrate makes no table")
    if said := _failed("migrate_down", place.service.migrate_down, place):
        return [Flaw(DOWN, f"down fails: {said}")]
    if read() == first:
        return [Flaw(IDLE, "down takes nothing back: schema and rows are as before")]
    if said := _failed("migrate", place.service.migrate, place):
        return [Flaw(AGAIN, f"up fails after down: {said}")]
    last = read()
    if last[0] != first[0]:
        return [
            Flaw(CHANGED, f"the schema after down and up is another: {_difference(first, last)}")
        ]
    return []


def _failed(name: str, argv: tuple[str, ...], place: Place) -> str:
    """How a step failed, "" if it did not. Raises ServiceError if it was cancelled."""
    try:
        run_step(name, argv, place, Cancellation())
    except ServiceError as error:
        if error.reason is Reason.CANCELLED:
            raise
        return _told(error.detail, place)
    return ""


def _told(detail: str, place: Place) -> str:
    """The words without the log, and without folders that are others in every run."""
    said = detail.partition(LOG)[0]
    for folder, name in ((place.values["state"], STATE), (str(place.tree), ".")):
        said = said.replace(folder, name)
    return said


def _difference(first: Schema, last: Schema) -> str:
    lost = [f"without {fact}" for fact in sorted(first[0] - last[0])]
    more = [f"with {fact}" for fact in sorted(last[0] - first[0])]
    return "; ".join((*lost[:SHOWN], *more[:SHOWN]))


def _finding(flaw: Flaw, redactor: Redactor) -> Finding:
    return Finding(
        tool=TOOL,
        rule=flaw.rule,
        severity=Severity.HIGH if flaw.rule == UP else Severity.MEDIUM,
        message=redactor.text(flaw.words),
        fix=_FIXES[flaw.rule],
        context=flaw.rule,
        metric=METRIC,
    )


if __name__ == "__main__":
    _common.run(measure)
