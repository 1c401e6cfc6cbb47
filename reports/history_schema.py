"""The tables of a history, by version, and the way from an older version to this one."""

from collections.abc import Sequence

from reports.history_doors import Door, HistoryError

_FIRST = (
    """CREATE TABLE gatescore_terms (
        digest TEXT PRIMARY KEY,
        content TEXT NOT NULL
    )""",
    """CREATE TABLE gatescore_runs (
        run TEXT NOT NULL,
        digest TEXT NOT NULL,
        target TEXT NOT NULL,
        revision TEXT NOT NULL,
        dirty INTEGER NOT NULL,
        branch TEXT NOT NULL,
        policy TEXT NOT NULL,
        profile TEXT NOT NULL,
        level INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        complete INTEGER NOT NULL,
        partial INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        score DOUBLE PRECISION,
        gates TEXT NOT NULL,
        measured TEXT NOT NULL,
        terms TEXT NOT NULL,
        place TEXT NOT NULL,
        PRIMARY KEY (run, digest)
    )""",
    "CREATE INDEX gatescore_runs_by_time ON gatescore_runs (target, started_at)",
)
_LEVELS = (
    "ALTER TABLE gatescore_runs ADD COLUMN levels TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE gatescore_runs ADD COLUMN valid_until TEXT NOT NULL DEFAULT ''",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _LEVELS,
)  # the n-th makes version n of version n - 1


def migrate(door: Door, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the tables to the newest version. Raises HistoryError: they are newer than that."""
    newest = len(migrations)
    if version(door, newest) == newest:
        return
    door.lock()
    known = version(door, newest)  # another may have been here meanwhile
    if known == 0:
        door.ask("CREATE TABLE gatescore_history (version INTEGER NOT NULL)")
        door.ask("INSERT INTO gatescore_history (version) VALUES (0)")
    for number in range(known, newest):
        for statement in migrations[number]:
            door.ask(statement)
        door.ask("UPDATE gatescore_history SET version = :version", {"version": number + 1})


def is_current(door: Door) -> bool:
    """Whether the tables are of the newest version. Raises HistoryError: they are newer."""
    return version(door, len(MIGRATIONS)) == len(MIGRATIONS)


def version(door: Door, newest: int) -> int:
    """The version of the tables, 0 where there are none. Raises HistoryError: a newer one."""
    if "gatescore_history" not in door.tables():
        return 0
    rows = door.ask("SELECT version FROM gatescore_history")
    found = rows[0][0] if len(rows) == 1 else None
    if not isinstance(found, int) or not 1 <= found <= newest:
        raise HistoryError(
            f"the history is of version {found}, this gatescore knows {newest}: install a newer one"
        )
    return found
