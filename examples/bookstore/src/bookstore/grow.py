"""Bring every table to a number of rows, to see what becomes slower: `python -m bookstore.grow`."""

import argparse
import sqlite3
import sys
from contextlib import closing

from bookstore import clock, settings
from bookstore.database import connect

# Nobody logs in as one of them: no password has this hash.
USERS = """
INSERT INTO users (username, password_hash, role, created_at, updated_at)
SELECT 'grown-' || value, '!', 'customer', :now, :now
FROM generated WHERE value > (SELECT count(*) FROM users)
"""
BOOKS = """
INSERT INTO books (isbn, title, author, price_cents, stock, created_at, updated_at)
SELECT printf('979%010d', value), 'Collected Works, volume ' || value,
    'Author ' || (value % 50), 499 + value % 3000, 100000, :now, :now
FROM generated WHERE value > (SELECT count(*) FROM books)
"""
# Customers come back: a few accounts have most of the orders.
ORDERS = """
INSERT INTO orders (user_id, status, total_cents, created_at, updated_at)
SELECT customer.id, 'placed', 499, :now, :now
FROM generated JOIN (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM users ORDER BY id LIMIT 5
) AS customer ON customer.place = 1 + value % 5
WHERE value > (SELECT count(*) FROM orders)
"""
LINES = """
INSERT INTO order_lines (order_id, book_id, quantity, unit_price_cents)
SELECT orders.id, (SELECT min(id) FROM books), 1, 499 FROM orders
WHERE NOT EXISTS (SELECT 1 FROM order_lines WHERE order_id = orders.id)
"""
KEYS = """
INSERT INTO order_keys (user_id, key, digest, order_id, created_at)
SELECT user_id, printf('grown-%016d', id), '', id, :now FROM orders WHERE true
ON CONFLICT DO NOTHING
"""
TOKENS = """
INSERT INTO refresh_tokens (token_hash, user_id, family, created_at, expires_at)
SELECT 'grown-' || id, id, 'grown-' || id, :now, '9999' FROM users WHERE true
ON CONFLICT DO NOTHING
"""


def grow(connection: sqlite3.Connection, rows: int) -> None:
    """Add what is missing to `rows`, and let the planner count; a larger table stays as it is."""
    values = {"rows": rows, "now": clock.stamp()}
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TEMP TABLE generated (value INTEGER PRIMARY KEY)")
        connection.execute(
            "INSERT INTO generated WITH RECURSIVE n(v) AS"
            " (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < :rows) SELECT v FROM n",
            values,
        )
        for statement in (USERS, BOOKS, ORDERS, LINES, KEYS, TOKENS):
            connection.execute(statement, values)
        connection.execute("DROP TABLE generated")
    connection.execute("ANALYZE")


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bookstore.grow", description=__doc__)
    parser.add_argument("--rows", type=int, required=True, help="rows that each table shall have")
    options = parser.parse_args(arguments)
    with closing(connect(settings.database_path())) as connection:
        grow(connection, options.rows)
    print(f"every table has {options.rows} rows or more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
