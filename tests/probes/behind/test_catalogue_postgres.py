"""The catalogue of a real PostgreSQL, with one defect of each kind and what looks like one."""

from collections.abc import Callable

import pytest

from gates.core.catalogue import violations
from gates.probes import _catalogues
from gates.probes._databases import DatabaseError, Kind, Place, place

KEY = "database.url"
GOOD = """
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL,
                    created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id),
                     made_by_user_id bigint, created_at timestamptz);
CREATE INDEX ON orders (user_id, created_at);
CREATE TABLE lines (order_id bigint REFERENCES orders, number int, PRIMARY KEY (order_id, number));
CREATE TABLE favourites (user_id bigint REFERENCES users, order_id bigint REFERENCES orders,
                         PRIMARY KEY (user_id, order_id));
CREATE INDEX ON favourites USING hash (order_id);
CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);
CREATE INDEX ON notes (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE events (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE VIEW newest AS SELECT * FROM orders;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM orders;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (user_id = 1);
CREATE EXTENSION pg_stat_statements;
CREATE TABLE inside (n int);
ALTER EXTENSION pg_stat_statements ADD TABLE inside;
"""
BAD = (
    ("CREATE TABLE visits (page text)", "no-primary-key", "visits"),
    ("CREATE SCHEMA logs; CREATE TABLE logs.visits (n int)", "no-primary-key", "logs.visits"),
    (
        "CREATE TABLE bills (id int PRIMARY KEY, order_id bigint)",
        "no-foreign-key",
        "bills",
    ),
    (
        "CREATE TABLE bills (id int PRIMARY KEY, order_id bigint REFERENCES orders)",
        "foreign-key-index",
        "bills",
    ),
    (
        "CREATE TABLE bills (id int PRIMARY KEY, order_id bigint REFERENCES orders, paid bool);"
        "CREATE INDEX ON bills (order_id) WHERE paid",
        "foreign-key-index",
        "bills",
    ),
    (
        "CREATE TABLE bills (id int PRIMARY KEY, order_id bigint REFERENCES orders);"
        "CREATE INDEX ON bills USING brin (order_id); CREATE INDEX ON bills ((order_id + 1))",
        "foreign-key-index",
        "bills",
    ),
    (
        "CREATE TABLE bills (id int PRIMARY KEY, a bigint, b int, FOREIGN KEY (a, b) REFERENCES"
        " lines (order_id, number)); CREATE INDEX ON bills (a) INCLUDE (b)",
        "foreign-key-index",
        "bills",
    ),
    ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "row-security", "users"),
    ("CREATE POLICY own ON users USING (true)", "row-security", "users"),
    ("ALTER TABLE users DROP COLUMN created_at", "no-timestamp", "users"),
)


def found(address: str) -> list[tuple[str, str]]:
    tables = _catalogues.tables(Place(kind=Kind.POSTGRESQL, address=address), KEY)
    seen = violations(tables, ("created_at", "updated_at"))
    return [(one.rule.partition(".")[2], one.table) for one in seen]


def test_a_good_schema_breaks_no_rule(database: Callable[[str], str]) -> None:
    assert found(database(GOOD)) == []


@pytest.mark.parametrize(("planted", "rule", "table"), BAD, ids=lambda value: str(value)[:30])
def test_a_defect_is_found_alone(
    database: Callable[[str], str], planted: str, rule: str, table: str
) -> None:
    assert found(database(GOOD + planted)) == [(rule, table)]


@pytest.mark.parametrize(
    "changed",
    [
        "ALTER TABLE users ADD COLUMN more text",
        "ALTER TABLE users ALTER COLUMN email DROP NOT NULL",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(9)",
        "ALTER TABLE users ALTER COLUMN created_at DROP DEFAULT",
        "ALTER TABLE users ADD CHECK (id > 0)",
        "CREATE INDEX ON users (email)",
        "CREATE VIEW all_users AS SELECT * FROM users",
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "DROP POLICY own ON orders",
        "CREATE TABLE more (id int)",
    ],
)
def test_every_change_of_the_schema_is_seen(database: Callable[[str], str], changed: str) -> None:
    import psycopg

    where = Place(kind=Kind.POSTGRESQL, address=database(GOOD))
    before = _catalogues.facts(where, KEY)
    assert _catalogues.facts(where, KEY) == before
    with psycopg.connect(where.address, autocommit=True) as own:
        own.execute(changed.encode())
    assert _catalogues.facts(where, KEY)[0] != before[0]


def test_rows_are_seen(database: Callable[[str], str]) -> None:
    import psycopg

    where = Place(kind=Kind.POSTGRESQL, address=database(GOOD))
    before = _catalogues.facts(where, KEY)
    with psycopg.connect(where.address, autocommit=True) as own:
        own.execute("INSERT INTO users (email) VALUES ('a@example.com')")
    after = _catalogues.facts(where, KEY)
    assert after[0] == before[0]
    assert after[1] != before[1]


@pytest.mark.parametrize("host", ["192.0.2.7", "db.example.com"])
def test_other_machines_are_never_asked_p62(host: str) -> None:
    with pytest.raises(DatabaseError, match="is not this machine"):
        _catalogues.tables(place(f"postgresql://shop@{host}/shop", {}, KEY), KEY)
