"""Plans of statements, asked of a real PostgreSQL and a real SQLite."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gates.core.query_plans import Way
from gates.core.statements import normalised, said
from gates.probes._databases import DatabaseError, Kind, Place
from gates.probes._query_plans import Explained, explained

TABLES = """
CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, note TEXT);
CREATE INDEX things_by_name ON things (name);
"""
ROWS = """
INSERT INTO things SELECT n, 'n' || n, 'x' FROM generate_series(1, 2000) AS n;
ANALYZE things;
"""


def look(place: Place, sql: str) -> Explained:
    text = normalised(sql)
    return explained(place, 7, {text: sql}, {text: said(sql)})


def way(found: Explained) -> list[Way]:
    return [step.way for plan in found.seen.plans.values() for step in plan.steps]


@pytest.mark.parametrize(
    ("sql", "ways"),
    [
        ("SELECT * FROM things WHERE name = %s", [Way.LOOKED_UP]),
        ("SELECT * FROM things WHERE name = $1 AND id = $2", [Way.LOOKED_UP]),
        ("SELECT * FROM things WHERE name = %(name)s", [Way.LOOKED_UP]),
        ("SELECT * FROM things WHERE note = 'x'", [Way.SCANNED]),
        ("UPDATE things SET note = %s WHERE note = %s", [Way.SCANNED]),
        ("DELETE FROM things WHERE id = %s", [Way.LOOKED_UP]),
    ],
)
def test_plans_of_postgresql(database: Callable[[str], str], sql: str, ways: list[Way]) -> None:
    place = Place(kind=Kind.POSTGRESQL, address=database(TABLES + ROWS))
    found = look(place, sql)
    assert found.refused == {}
    assert way(found)[-1:] == ways
    assert found.seen.rows == {"things": 2000}
    assert found.seen.size == 7


def test_a_small_table_of_postgresql_is_walked_only_where_no_index_could_be_used(
    database: Callable[[str], str],
) -> None:
    few = "INSERT INTO things VALUES (1, 'a', 'b'); ANALYZE things;"
    place = Place(kind=Kind.POSTGRESQL, address=database(TABLES + few))
    assert way(look(place, "SELECT * FROM things WHERE name = %s"))[-1] is Way.LOOKED_UP
    assert way(look(place, "SELECT * FROM things WHERE note = %s")) == [Way.SCANNED]


def test_a_statement_that_cannot_be_explained_does_not_keep_the_next_from_it(
    database: Callable[[str], str],
) -> None:
    place = Place(kind=Kind.POSTGRESQL, address=database(TABLES + ROWS))
    texts = {normalised(sql): sql for sql in ("SELECT * FROM gone", "SELECT * FROM things")}
    found = explained(place, 0, texts, {text: said(sql) for text, sql in texts.items()})
    assert list(found.seen.plans) == ["SELECT * FROM things"]
    assert "gone" in found.refused["SELECT * FROM gone"]


@pytest.mark.parametrize("sql", ["DELETE FROM things", "SELECT 1; COMMIT; DELETE FROM things"])
def test_explaining_changes_nothing(database: Callable[[str], str], sql: str) -> None:
    place = Place(kind=Kind.POSTGRESQL, address=database(TABLES + ROWS))
    look(place, sql)
    with psycopg.connect(place.address) as own:
        assert own.execute("SELECT count(*) FROM things").fetchone() == (2000,)


@pytest.fixture
def file(tmp_path: Path) -> Place:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES)
        connection.execute("INSERT INTO things VALUES (1, 'a', 'b')")
    return Place(kind=Kind.SQLITE, address=str(path))


@pytest.mark.parametrize(
    ("sql", "ways"),
    [
        ("SELECT * FROM things WHERE name = ?", [Way.LOOKED_UP]),
        ("SELECT * FROM things t WHERE t.name = :name AND :name IS NOT NULL", [Way.LOOKED_UP]),
        ("SELECT * FROM things WHERE note = ?", [Way.SCANNED]),
        ("SELECT count(*) FROM things", [Way.INDEX_ALONE]),
        ("DELETE FROM things WHERE note = 'b'", [Way.SCANNED]),
        ("INSERT INTO things VALUES (?, ?, ?)", []),
        ("SELECT name FROM sqlite_master", []),
    ],
)
def test_plans_of_sqlite(file: Place, sql: str, ways: list[Way]) -> None:
    found = look(file, sql)
    assert found.refused == {}
    assert way(found) == ways


def test_a_statement_that_sqlite_does_not_know_is_told(file: Place) -> None:
    found = look(file, "SELECT * FROM gone")
    assert found.seen.plans == {}
    assert "no such table" in found.refused["SELECT * FROM gone"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no file"):
        look(Place(kind=Kind.SQLITE, address=str(tmp_path / "gone.db")), "SELECT 1")
