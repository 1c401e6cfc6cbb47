"""Migrations for tests: python migrate.py up|down MODE, on $SHOP_URL or the file of $SHOP_FILE."""

import os
import sqlite3
import sys

direction, mode = sys.argv[1:]
FIRST = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)"
SECOND = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)"
DOWN = {
    "good": ["DROP TABLE notes"],
    "idle": [],
    "left": ["DELETE FROM done"],
    "other": ["DROP TABLE notes", "DELETE FROM done", "ALTER TABLE users RENAME email TO mail"],
    "rows": ["DELETE FROM done"],
}


def run(execute) -> None:
    """Do what the mode says."""
    if direction == "down":
        if mode == "no-down":
            raise SystemExit("there is no way back")
        for statement in DOWN[mode]:
            execute(statement)
        return
    if mode == "no-up":
        print(os.environ.get("SHOP_SECRET", ""), file=sys.stderr)
        print(f"no such table: users, in {os.environ.get('SHOP_FILE')}", file=sys.stderr)
        raise SystemExit(1)
    if mode == "nothing":
        return
    execute("CREATE TABLE IF NOT EXISTS done (version INTEGER PRIMARY KEY)")
    if mode == "rows":
        execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY)")
    elif "users" in tables(execute):
        execute(SECOND)
    else:
        execute(FIRST)
        execute(SECOND)
    if mode != "idle":
        execute("DELETE FROM done")
        execute("INSERT INTO done VALUES (2)")


def tables(execute) -> set[str]:
    """Names of the tables that there are."""
    names = "SELECT table_name FROM information_schema.tables"
    if "SHOP_URL" not in os.environ:
        names = "SELECT name FROM sqlite_master"
    return {row[0] for row in execute(names)}


if "SHOP_URL" in os.environ:
    import psycopg

    with psycopg.connect(os.environ["SHOP_URL"], autocommit=True) as connection:
        run(connection.execute)
else:
    connection = sqlite3.connect(os.environ["SHOP_FILE"], isolation_level=None)
    run(connection.execute)
