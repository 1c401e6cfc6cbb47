"""Growing: every table gets the rows that are wanted, and keeps what it has."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bookstore import grow, migrate
from bookstore.database import connect

TABLES = ("users", "books", "orders", "order_lines", "order_keys", "refresh_tokens")


def _rows(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as opened:
        return {opened.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def test_every_table_grows_to_what_is_wanted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "grown.db"
    monkeypatch.setenv("BOOKSTORE_DATABASE", str(path))
    migrate.main(["up"])
    for wanted, found in ((10, 10), (100, 100), (50, 100)):
        assert grow.main(["--rows", str(wanted)]) == 0
        assert _rows(path) == {found}
    assert "every table has 50 rows or more" in capsys.readouterr().out


def test_the_planner_knows_how_much_there_is(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "grown.db", create=True)) as opened:
        migrate.upgrade(opened, migrate.latest())
        grow.grow(opened, 1000)
        counted = opened.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'orders_by_user'")
        assert counted.fetchone()[0] == "1000 200 1"
