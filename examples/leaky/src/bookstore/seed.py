"""Fill an empty database for a demonstration: `python -m bookstore.seed`; safe to repeat."""

import os
import sqlite3
import sys
from contextlib import closing
from itertools import product

from bookstore import clock, settings
from bookstore.database import connect
from bookstore.passwords import Passwords
from bookstore.schemas import Role

COPIES = 100_000

TITLES = (
    ("George Eliot", "Middlemarch"),
    ("George Eliot", "Silas Marner"),
    ("Jane Austen", "Emma"),
    ("Jane Austen", "Persuasion"),
    ("Charles Dickens", "Bleak House"),
    ("Charles Dickens", "Great Expectations"),
    ("Mary Shelley", "Frankenstein"),
    ("Herman Melville", "Moby-Dick"),
    ("Emily Brontë", "Wuthering Heights"),
    ("Thomas Hardy", "Far from the Madding Crowd"),
    ("Elizabeth Gaskell", "North and South"),
    ("Anthony Trollope", "The Warden"),
)
EDITIONS = ("", " (annotated)", " (illustrated)", " (large print)", " (pocket edition)")

PUT_USER = """
INSERT INTO users (username, password_hash, role, created_at, updated_at)
VALUES (:username, :password_hash, :role, :now, :now)
ON CONFLICT (username) DO UPDATE SET password_hash = :password_hash, updated_at = :now
"""
PUT_BOOK = """
INSERT INTO books (isbn, title, author, price_cents, stock, created_at, updated_at)
VALUES (:isbn, :title, :author, :price_cents, :stock, :now, :now)
ON CONFLICT (isbn) DO NOTHING
"""


def books() -> list[dict[str, str | int]]:
    """The same sixty books every time."""
    return [
        {
            "isbn": f"978{number:010d}",
            "title": title + edition,
            "author": author,
            "price_cents": 499 + 100 * (number % 30),
            "stock": COPIES,
        }
        for number, ((author, title), edition) in enumerate(product(TITLES, EDITIONS), start=1)
    ]


def accounts() -> list[tuple[str, str, Role]]:
    """Name, password and role of the accounts for which the environment has a password."""
    wanted: list[tuple[str, str, Role]] = [
        ("demo", os.environ.get("BOOKSTORE_DEMO_PASSWORD", ""), "customer"),
        ("guest", os.environ.get("BOOKSTORE_GUEST_PASSWORD", ""), "customer"),
        ("admin", os.environ.get("BOOKSTORE_ADMIN_PASSWORD", ""), "admin"),
    ]
    return [account for account in wanted if account[1]]


def fill(connection: sqlite3.Connection) -> None:
    """Add what is missing, and set the passwords of the seeded accounts."""
    passwords = Passwords()
    now = clock.stamp()
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for username, password, role in accounts():
            values = {"username": username, "role": role, "now": now}
            connection.execute(PUT_USER, {**values, "password_hash": passwords.hash(password)})
        connection.executemany(PUT_BOOK, [{**book, "now": now} for book in books()])


def main() -> int:
    """2 when there is no password for the demo account."""
    if not os.environ.get("BOOKSTORE_DEMO_PASSWORD"):
        print("bookstore.seed: BOOKSTORE_DEMO_PASSWORD must be set", file=sys.stderr)
        return 2
    with closing(connect(settings.database_path())) as connection:
        fill(connection)
    print(f"seeded {len(books())} books and {len(accounts())} accounts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
