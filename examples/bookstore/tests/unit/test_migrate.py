"""Migrations: up, down, up again, and nothing left behind by a broken one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bookstore import migrate, seed
from bookstore.database import connect
from bookstore.migrate import Migration


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty database."""
    with closing(connect(tmp_path / "empty.db", create=True)) as opened:
        yield opened


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {row["name"] for row in rows}


def test_up_down_up(connection: sqlite3.Connection) -> None:
    assert migrate.current(connection) == 0
    assert len(migrate.upgrade(connection, migrate.latest())) == migrate.latest()
    full = _tables(connection)
    assert migrate.upgrade(connection, migrate.latest()) == []
    migrate.downgrade(connection, 0)
    assert _tables(connection) == {"schema_migrations"}
    migrate.upgrade(connection, migrate.latest())
    assert _tables(connection) == full


def test_every_foreign_key_has_an_index(connection: sqlite3.Connection) -> None:
    migrate.upgrade(connection, migrate.latest())
    for table in _tables(connection):
        indexed = {
            row["name"]
            for index in connection.execute("SELECT * FROM pragma_index_list(?)", (table,))
            for row in connection.execute("SELECT * FROM pragma_index_info(?)", (index["name"],))
            if row["seqno"] == 0
        }
        keys = connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,))
        assert {row["from"] for row in keys} <= indexed


def test_broken_migration_changes_nothing(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Migration(1, "broken", "CREATE TABLE half (id INTEGER); CREATE TABLE", "")
    monkeypatch.setattr(migrate, "available", lambda: (broken,))
    with pytest.raises(sqlite3.Error):
        migrate.upgrade(connection, 1)
    assert _tables(connection) == {"schema_migrations"}
    assert migrate.current(connection) == 0


def test_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOOKSTORE_DATABASE", str(tmp_path / "cli.db"))
    assert migrate.main(["up"]) == 0
    assert migrate.main(["down"]) == 0
    assert migrate.main(["down", "--to", "0"]) == 0
    assert migrate.main(["up", "--to", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "up 0001_accounts",
        "up 0002_catalogue",
        "up 0003_orders",
        "up 0004_order_keys",
        "up 0005_list_indexes",
        "down 0005_list_indexes",
        "down 0004_order_keys",
        "down 0003_orders",
        "down 0002_catalogue",
        "down 0001_accounts",
        "up 0001_accounts",
    ]


def test_seed_can_be_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOOKSTORE_DATABASE", str(tmp_path / "seeded.db"))
    monkeypatch.delenv("BOOKSTORE_DEMO_PASSWORD", raising=False)
    migrate.main(["up"])
    assert seed.main() == 2
    assert "BOOKSTORE_DEMO_PASSWORD" in capsys.readouterr().err
    monkeypatch.setenv("BOOKSTORE_DEMO_PASSWORD", "x" * 12)
    assert (seed.main(), seed.main()) == (0, 0)
    with closing(connect(tmp_path / "seeded.db")) as opened:
        assert opened.execute("SELECT count(*) FROM books").fetchone()[0] == len(seed.books())
        assert opened.execute("SELECT username FROM users").fetchall()[0][0] == "demo"
