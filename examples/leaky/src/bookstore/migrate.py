"""Move the schema: `python -m bookstore.migrate up` or `down`, each with an optional `--to N`."""

import argparse
import functools
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from bookstore import clock, settings
from bookstore.database import connect

LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    applied_at TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True)
class Migration:
    """One numbered step and the way back."""

    version: int
    name: str
    up: str
    down: str


@functools.cache
def available() -> tuple[Migration, ...]:
    """Every migration shipped with the package, oldest first."""
    folder = resources.files("bookstore") / "migrations"
    ups = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".up.sql"))
    return tuple(_read(folder, name.removesuffix(".up.sql")) for name in ups)


def latest() -> int:
    """The schema version that this code needs."""
    return available()[-1].version


def current(connection: sqlite3.Connection) -> int:
    """The schema version of a database; 0 when nothing was ever applied."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'")
    if known.fetchone() is None:
        return 0
    found = connection.execute("SELECT coalesce(max(version), 0) FROM schema_migrations")
    return int(found.fetchone()[0])


def upgrade(connection: sqlite3.Connection, target: int) -> list[str]:
    """Apply what is missing up to `target`; the names of what was applied."""
    connection.execute(LEDGER)
    steps = [step for step in available() if current(connection) < step.version <= target]
    for step in steps:
        _run(connection, step.up)
        connection.execute(
            "INSERT INTO schema_migrations VALUES (?, ?)", (step.version, clock.stamp())
        )
        connection.execute("COMMIT")
    return [step.name for step in steps]


def downgrade(connection: sqlite3.Connection, target: int) -> list[str]:
    """Revert everything above `target`, newest first; the names of what was reverted."""
    steps = [step for step in reversed(available()) if target < step.version <= current(connection)]
    for step in steps:
        _run(connection, step.down)
        connection.execute("DELETE FROM schema_migrations WHERE version = ?", (step.version,))
        connection.execute("COMMIT")
    return [step.name for step in steps]


def main(arguments: list[str] | None = None) -> int:
    """The command line; prints one line per migration that ran."""
    parser = argparse.ArgumentParser(prog="python -m bookstore.migrate", description=__doc__)
    parser.add_argument("direction", choices=["up", "down"])
    parser.add_argument("--to", type=int, help="schema version to reach (down: one step back)")
    options = parser.parse_args(arguments)
    with closing(connect(settings.database_path(), create=True)) as connection:
        if options.direction == "up":
            done = upgrade(connection, latest() if options.to is None else options.to)
        else:
            back = max(current(connection) - 1, 0) if options.to is None else options.to
            done = downgrade(connection, back)
    for name in done:
        print(f"{options.direction} {name}")
    return 0


def _read(folder: Traversable, name: str) -> Migration:
    return Migration(
        version=int(name.split("_")[0]),
        name=name,
        up=(folder / f"{name}.up.sql").read_text(encoding="utf-8"),
        down=(folder / f"{name}.down.sql").read_text(encoding="utf-8"),
    )


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Leave the transaction open, so that the ledger changes together with the schema."""
    try:
        connection.executescript("BEGIN IMMEDIATE;\n" + script)
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise


if __name__ == "__main__":
    sys.exit(main())
