"""Orders in the database; each function is one part of a transaction of its caller."""

import hashlib
import json
import sqlite3
from collections import Counter
from datetime import timedelta
from typing import Literal

from bookstore import clock
from bookstore.paging import Slice
from bookstore.schemas import Order, OrderData, OrderLine, OrderPage, OrderStatus
from bookstore.store import books

SortKey = Literal["newest", "oldest"]

KEYS_LAST = timedelta(days=1)

# A statement for each case, not one with conditions: only so are the indexes used.
LIST_ALL: dict[SortKey, str] = {
    "newest": "SELECT * FROM orders ORDER BY id DESC LIMIT :limit OFFSET :offset",
    "oldest": "SELECT * FROM orders ORDER BY id LIMIT :limit OFFSET :offset",
}
LIST_OF_STATUS: dict[SortKey, str] = {
    "newest": """
        SELECT * FROM orders WHERE status = :status
        ORDER BY id DESC LIMIT :limit OFFSET :offset
    """,
    "oldest": """
        SELECT * FROM orders WHERE status = :status
        ORDER BY id LIMIT :limit OFFSET :offset
    """,
}
LIST_OWN: dict[SortKey, str] = {
    "newest": """
        SELECT * FROM orders
        WHERE user_id = :user_id AND (:status IS NULL OR status = :status)
        ORDER BY id DESC LIMIT :limit OFFSET :offset
    """,
    "oldest": """
        SELECT * FROM orders
        WHERE user_id = :user_id AND (:status IS NULL OR status = :status)
        ORDER BY id LIMIT :limit OFFSET :offset
    """,
}
COUNT_ALL = "SELECT count(*) FROM orders"
COUNT_OF_STATUS = "SELECT count(*) FROM orders WHERE status = :status"
COUNT_OWN = """
SELECT count(*) FROM orders WHERE user_id = :user_id AND (:status IS NULL OR status = :status)
"""
INSERT = """
INSERT INTO orders (user_id, status, total_cents, created_at, updated_at)
VALUES (:user_id, 'placed', :total_cents, :now, :now)
RETURNING id
"""
FIND_KEY = "SELECT digest, order_id FROM order_keys WHERE user_id = ? AND key = ?"
FORGET_KEYS = "DELETE FROM order_keys WHERE user_id = ? AND created_at < ?"
KEEP_KEY = "INSERT INTO order_keys VALUES (?, ?, ?, ?, ?)"
INSERT_LINE = "INSERT INTO order_lines VALUES (?, ?, ?, ?)"
LINES = """
SELECT * FROM order_lines WHERE order_id IN (SELECT value FROM json_each(?))
ORDER BY order_id, book_id
"""
PUT_BACK = """
UPDATE books SET stock = stock + line.quantity, updated_at = :now
FROM order_lines AS line WHERE line.order_id = :id AND line.book_id = books.id
"""


class OutOfStock(Exception):
    """Fewer copies than wanted, or no such book; carries the number of the book."""

    def __init__(self, book_id: int) -> None:
        super().__init__(f"book {book_id}")
        self.book_id = book_id


class KeyReused(Exception):
    """An Idempotency-Key came with another order than the first time."""


def page(
    connection: sqlite3.Connection,
    part: Slice,
    user_id: int | None,
    *,
    status: OrderStatus | None,
    sort: SortKey,
) -> OrderPage:
    """A slice of one account's orders, or of all orders for None."""
    if user_id is not None:
        listing, counting = LIST_OWN, COUNT_OWN
    elif status is not None:
        listing, counting = LIST_OF_STATUS, COUNT_OF_STATUS
    else:
        listing, counting = LIST_ALL, COUNT_ALL
    wanted = {"user_id": user_id, "status": status, "limit": part.limit, "offset": part.offset}
    rows = connection.execute(listing[sort], wanted).fetchall()
    total = connection.execute(counting, wanted).fetchone()[0]
    return OrderPage(
        items=_orders(connection, rows), total=total, limit=part.limit, offset=part.offset
    )


def find(connection: sqlite3.Connection, order_id: int) -> Order | None:
    """One order by its number."""
    rows = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchall()
    return next(iter(_orders(connection, rows)), None)


def place_once(
    connection: sqlite3.Connection, user_id: int, data: OrderData, key: str | None
) -> int:
    """Place the order unless this key has placed it already. Raises OutOfStock and KeyReused."""
    if key is None:
        return place(connection, user_id, data)
    digest = hashlib.sha256(data.model_dump_json().encode("utf-8")).hexdigest()
    connection.execute(FORGET_KEYS, (user_id, clock.stamp(clock.now() - KEYS_LAST)))
    known = connection.execute(FIND_KEY, (user_id, key)).fetchone()
    if known is None:
        order_id = place(connection, user_id, data)
        connection.execute(KEEP_KEY, (user_id, key, digest, order_id, clock.stamp()))
        return order_id
    if known["digest"] != digest:
        raise KeyReused
    return int(known["order_id"])


def place(connection: sqlite3.Connection, user_id: int, data: OrderData) -> int:
    """Take every line off the shelf and store the order; OutOfStock leaves it to roll back."""
    lines = [_take(connection, *wanted) for wanted in _added_up(data).items()]
    total = sum(line.quantity * line.unit_price_cents for line in lines)
    values = {"user_id": user_id, "total_cents": total, "now": clock.stamp()}
    order_id = int(connection.execute(INSERT, values).fetchone()["id"])
    connection.executemany(
        INSERT_LINE,
        [(order_id, line.book_id, line.quantity, line.unit_price_cents) for line in lines],
    )
    return order_id


def set_status(connection: sqlite3.Connection, order_id: int, status: OrderStatus) -> None:
    """Move an order on; a cancelled one gives its copies back."""
    now = clock.stamp()
    connection.execute(
        "UPDATE orders SET status = ?, updated_at = ? WHERE id = ?", (status, now, order_id)
    )
    if status == "cancelled":
        connection.execute(PUT_BACK, {"id": order_id, "now": now})


def remove(connection: sqlite3.Connection, order: Order) -> None:
    """Delete an order; one that was not cancelled before gives its copies back."""
    if order.status != "cancelled":
        connection.execute(PUT_BACK, {"id": order.id, "now": clock.stamp()})
    connection.execute("DELETE FROM orders WHERE id = ?", (order.id,))


def _added_up(data: OrderData) -> Counter[int]:
    wanted: Counter[int] = Counter()
    for line in data.lines:
        wanted[line.book_id] += line.quantity
    return wanted


def _take(connection: sqlite3.Connection, book_id: int, quantity: int) -> OrderLine:
    price = books.take(connection, book_id, quantity)
    if price is None:
        raise OutOfStock(book_id)
    return OrderLine(book_id=book_id, quantity=quantity, unit_price_cents=price)


def _orders(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[Order]:
    """Orders with their lines, in two statements however many there are."""
    lines: dict[int, list[OrderLine]] = {row["id"]: [] for row in rows}
    for line in connection.execute(LINES, (json.dumps(list(lines)),)):
        values = {key: line[key] for key in ("book_id", "quantity", "unit_price_cents")}
        lines[line["order_id"]].append(OrderLine.model_validate(values))
    return [Order.model_validate({**dict(row), "lines": lines[row["id"]]}) for row in rows]
