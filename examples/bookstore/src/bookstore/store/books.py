"""Books in the database."""

import sqlite3
from typing import Literal

from bookstore import clock
from bookstore.paging import Slice
from bookstore.schemas import Book, BookData, BookPage

SortKey = Literal["id", "title", "price"]

# A statement for each case, not one with conditions: only so are the indexes used.
LIST: dict[SortKey, str] = {
    "id": "SELECT * FROM books ORDER BY id LIMIT :limit OFFSET :offset",
    "title": "SELECT * FROM books ORDER BY title, id LIMIT :limit OFFSET :offset",
    "price": "SELECT * FROM books ORDER BY price_cents, id LIMIT :limit OFFSET :offset",
}
# Part of a title is looked for in the index of titles, which is a tenth of the table.
LIST_MATCHING = """
SELECT * FROM books
WHERE id IN (SELECT id FROM books WHERE instr(lower(title), lower(:q)) > 0)
ORDER BY CASE :sort WHEN 'title' THEN title WHEN 'price' THEN price_cents END, id
LIMIT :limit OFFSET :offset
"""
LIST_BY_AUTHOR = """
SELECT * FROM books
WHERE author = :author AND (:q IS NULL OR instr(lower(title), lower(:q)) > 0)
ORDER BY CASE :sort WHEN 'title' THEN title WHEN 'price' THEN price_cents END, id
LIMIT :limit OFFSET :offset
"""
COUNT = "SELECT count(*) FROM books"
COUNT_MATCHING = "SELECT count(*) FROM books WHERE instr(lower(title), lower(:q)) > 0"
COUNT_BY_AUTHOR = """
SELECT count(*) FROM books
WHERE author = :author AND (:q IS NULL OR instr(lower(title), lower(:q)) > 0)
"""
INSERT = """
INSERT INTO books (isbn, title, author, price_cents, stock, created_at, updated_at)
VALUES (:isbn, :title, :author, :price_cents, :stock, :now, :now)
RETURNING *
"""
REPLACE = """
UPDATE books SET isbn = :isbn, title = :title, author = :author,
    price_cents = :price_cents, stock = :stock, updated_at = :now
WHERE id = :id
RETURNING *
"""
TAKE = """
UPDATE books SET stock = stock - :quantity, updated_at = :now
WHERE id = :id AND stock >= :quantity
RETURNING price_cents
"""


def page(
    connection: sqlite3.Connection, part: Slice, *, q: str | None, author: str | None, sort: SortKey
) -> BookPage:
    """A slice of the books whose title contains `q` and whose author is `author`."""
    wanted = {"q": q, "author": author, "sort": sort, "limit": part.limit, "offset": part.offset}
    if author is not None:
        listing, counting = LIST_BY_AUTHOR, COUNT_BY_AUTHOR
    elif q is not None:
        listing, counting = LIST_MATCHING, COUNT_MATCHING
    else:
        listing, counting = LIST[sort], COUNT
    rows = connection.execute(listing, wanted).fetchall()
    total = connection.execute(counting, wanted).fetchone()[0]
    return BookPage(
        items=[_book(row) for row in rows], total=total, limit=part.limit, offset=part.offset
    )


def find(connection: sqlite3.Connection, book_id: int) -> Book | None:
    """One book by its number."""
    row = connection.execute("SELECT * FROM books WHERE id = ?", (book_id,)).fetchone()
    return _book(row) if row else None


def add(connection: sqlite3.Connection, data: BookData) -> Book:
    """Store a new book; sqlite3.IntegrityError when the ISBN is taken."""
    row = connection.execute(INSERT, {**data.model_dump(), "now": clock.stamp()}).fetchone()
    return _book(row)


def replace(connection: sqlite3.Connection, book_id: int, data: BookData) -> Book | None:
    """Overwrite a book; sqlite3.IntegrityError when the ISBN belongs to another."""
    values = {**data.model_dump(), "id": book_id, "now": clock.stamp()}
    row = connection.execute(REPLACE, values).fetchone()
    return _book(row) if row else None


def remove(connection: sqlite3.Connection, book_id: int) -> bool:
    """Whether it was there; sqlite3.IntegrityError when an order refers to it."""
    return connection.execute("DELETE FROM books WHERE id = ?", (book_id,)).rowcount > 0


def take(connection: sqlite3.Connection, book_id: int, quantity: int) -> int | None:
    """Take copies off the shelf; their unit price in cents, or None if there are too few."""
    values = {"id": book_id, "quantity": quantity, "now": clock.stamp()}
    row = connection.execute(TAKE, values).fetchone()
    return int(row["price_cents"]) if row else None


def _book(row: sqlite3.Row) -> Book:
    return Book.model_validate(dict(row))
