"""The catalogue of a real SQLite file, with one defect of each kind and what looks like one."""

import sqlite3
from pathlib import Path

import pytest

from gates.core.catalogue import violations
from gates.probes import _catalogues
from gates.probes._databases import DatabaseError, Kind, Place, place

KEY = "database.url"
GOOD = """
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, created_at TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users, created_at TEXT);
CREATE INDEX orders_by_user ON orders (user_id, id);
CREATE TABLE lines (order_id INTEGER REFERENCES Orders (id), number INTEGER,
                    PRIMARY KEY (order_id, number)) WITHOUT ROWID;
CREATE TABLE seats (id INTEGER PRIMARY KEY, order_id INTEGER, number INTEGER,
                    price TEXT GENERATED ALWAYS AS (number * 2),
                    UNIQUE (number, order_id),
                    FOREIGN KEY (order_id, number) REFERENCES lines (order_id, number));
CREATE VIRTUAL TABLE words USING fts5 (body);
CREATE VIEW newest AS SELECT * FROM orders;
INSERT INTO users (email) VALUES ('a@example.com');
ANALYZE;
"""
BAD = (
    ("CREATE TABLE visits (page TEXT)", "no-primary-key", "visits"),
    ("CREATE TABLE bills (id INTEGER PRIMARY KEY, order_id BIGINT)", "no-foreign-key", "bills"),
    (
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders)",
        "foreign-key-index",
        "bills",
    ),
    (
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders, paid INT);"
        "CREATE INDEX a ON bills (order_id) WHERE paid; CREATE INDEX b ON bills (order_id + 1)",
        "foreign-key-index",
        "bills",
    ),
    (
        "CREATE TABLE bills (id INTEGER PRIMARY KEY REFERENCES gone (id))",
        "broken-foreign-key",
        "bills",
    ),
    ("ALTER TABLE users RENAME COLUMN created_at TO began", "no-timestamp", "users"),
)


def made(folder: Path, statements: str) -> Place:
    file = folder / "shop.db"
    connection = sqlite3.connect(file)
    connection.executescript(statements)
    connection.close()
    return Place(kind=Kind.SQLITE, address=str(file))


def found(where: Place) -> list[tuple[str, str]]:
    seen = violations(_catalogues.tables(where, KEY), ("created_at", "updated_at"))
    return [(one.rule.partition(".")[2], one.table) for one in seen]


def test_a_good_schema_breaks_no_rule(tmp_path: Path) -> None:
    assert found(made(tmp_path, GOOD)) == []


@pytest.mark.parametrize(("planted", "rule", "table"), BAD, ids=lambda value: str(value)[:30])
def test_a_defect_is_found_alone(tmp_path: Path, planted: str, rule: str, table: str) -> None:
    assert found(made(tmp_path, GOOD + planted)) == [(rule, table)]


@pytest.mark.parametrize(
    ("changed", "is_other"),
    [
        ("ALTER TABLE users ADD COLUMN more TEXT", True),
        ("CREATE INDEX more ON users (email)", True),
        ("CREATE VIEW more AS SELECT 1", True),
        ("DROP VIEW newest", True),
        ("DELETE FROM users", False),
        # A table built anew, as migrations of SQLite do: the same columns in another order.
        (
            'CREATE TABLE "new" ("created_at" TEXT,email TEXT, `id` INTEGER PRIMARY KEY'
            ' AUTOINCREMENT); DROP TABLE users; ALTER TABLE "new" RENAME TO "users";',
            False,
        ),
        (
            "CREATE TABLE new (created_at TEXT, email TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " CHECK (email <> 'a,b(')); DROP TABLE users; ALTER TABLE new RENAME TO users;",
            True,
        ),
    ],
)
def test_a_change_of_the_schema_is_seen(tmp_path: Path, changed: str, is_other: bool) -> None:
    where = made(tmp_path, GOOD)
    before = _catalogues.facts(where, KEY)
    made(tmp_path, changed)
    after = _catalogues.facts(where, KEY)
    assert (after[0] != before[0]) is is_other
    assert after != before


@pytest.mark.parametrize(
    ("url", "kind", "address"),
    [
        ("sqlite:/a/b.db", Kind.SQLITE, "/a/b.db"),
        ("sqlite:////a/b.db", Kind.SQLITE, "/a/b.db"),
        ("sqlite:b.db", Kind.SQLITE, "b.db"),
        ("sqlite:///b.db", Kind.SQLITE, "b.db"),
        ("sqlite+aiosqlite:////a/b.db", Kind.SQLITE, "/a/b.db"),
        ("file:///a/b.db", Kind.SQLITE, "/a/b.db"),
        ("/a/b.db", Kind.SQLITE, "/a/b.db"),
        ("postgresql+asyncpg://u@localhost/d", Kind.POSTGRESQL, "postgresql://u@localhost/d"),
        ("${DB}", Kind.POSTGRESQL, "postgresql://u:p@localhost/d"),
    ],
)
def test_addresses(url: str, kind: Kind, address: str) -> None:
    variables = {"DB": "postgres://u:p@localhost/d"}
    assert place(url, variables, KEY) == Place(kind=kind, address=address)


@pytest.mark.parametrize("url", ["mysql://localhost/shop", "", "${NOT_SET}"])
def test_addresses_that_cannot_be_read_are_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"allowed|is not set"):
        place(url, {}, KEY)


def test_a_file_is_opened_only_to_read(tmp_path: Path) -> None:
    from gates.probes._databases import sqlite

    where = made(tmp_path, GOOD)
    with pytest.raises(DatabaseError, match="readonly"), sqlite(where.address, KEY) as connection:
        connection.execute("DELETE FROM users")
    with pytest.raises(DatabaseError, match="no file"):
        _catalogues.tables(Place(kind=Kind.SQLITE, address=str(tmp_path / "gone.db")), KEY)
