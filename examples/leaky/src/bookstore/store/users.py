"""Accounts in the database."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from bookstore import clock
from bookstore.paging import Slice
from bookstore.schemas import Role, User, UserChange, UserPage

SortKey = Literal["id", "username"]

FIND = "SELECT * FROM users WHERE id = ?"
LIST: dict[SortKey, str] = {
    "id": """
        SELECT id, username, password_hash, role, active, created_at, updated_at FROM users
        ORDER BY id LIMIT :limit OFFSET :offset
    """,
    "username": """
        SELECT id, username, password_hash, role, active, created_at, updated_at FROM users
        ORDER BY username LIMIT :limit OFFSET :offset
    """,
}
LIST_OF_ROLE = """
SELECT id, username, password_hash, role, active, created_at, updated_at FROM users
WHERE role = :role
ORDER BY CASE :sort WHEN 'username' THEN username END, id
LIMIT :limit OFFSET :offset
"""
COUNT = "SELECT count(*) FROM users"
COUNT_OF_ROLE = "SELECT count(*) FROM users WHERE role = :role"
INSERT = """
INSERT INTO users (username, password_hash, role, created_at, updated_at)
VALUES (:username, :password_hash, :role, :now, :now)
RETURNING id, username, password_hash, role, active, created_at, updated_at
"""
CHANGE = """
UPDATE users SET role = coalesce(:role, role), active = coalesce(:active, active),
    updated_at = :now
WHERE id = :id
RETURNING id, username, password_hash, role, active, created_at, updated_at
"""


@dataclass(frozen=True)
class Secret:
    """What a login needs to know of an account."""

    user_id: int
    password_hash: str


def page(
    connection: sqlite3.Connection, part: Slice, *, role: Role | None, sort: SortKey
) -> UserPage:
    """A slice of all accounts, or of those with this role."""
    wanted = {"role": role, "sort": sort, "limit": part.limit, "offset": part.offset}
    listing, counting = (LIST_OF_ROLE, COUNT_OF_ROLE) if role else (LIST[sort], COUNT)
    rows = connection.execute(listing, wanted).fetchall()
    total = connection.execute(counting, wanted).fetchone()[0]
    return UserPage(
        items=[_user(row) for row in rows], total=total, limit=part.limit, offset=part.offset
    )


def find(connection: sqlite3.Connection, user_id: int) -> User | None:
    """One account by its number."""
    row = connection.execute(FIND, (user_id,)).fetchone()
    return _user(row) if row else None


def secret_of(connection: sqlite3.Connection, username: str) -> Secret | None:
    """The password hash of an active account."""
    row = connection.execute(
        "SELECT id, password_hash FROM users WHERE username = ? AND active = 1", (username,)
    ).fetchone()
    return Secret(row["id"], row["password_hash"]) if row else None


def add(connection: sqlite3.Connection, username: str, password_hash: str, role: Role) -> User:
    """Store a new account; sqlite3.IntegrityError when the name is taken."""
    values = {
        "username": username,
        "password_hash": password_hash,
        "role": role,
        "now": clock.stamp(),
    }
    return _user(connection.execute(INSERT, values).fetchone())


def change(connection: sqlite3.Connection, user_id: int, wanted: UserChange) -> User | None:
    """Change role or state; whoever is deactivated also loses their sessions."""
    values = {**wanted.model_dump(), "id": user_id, "now": clock.stamp()}
    row = connection.execute(CHANGE, values).fetchone()
    if row and not row["active"]:
        connection.execute("DELETE FROM refresh_tokens WHERE user_id = ?", (user_id,))
    return _user(row) if row else None


def _user(row: sqlite3.Row) -> User:
    return User.model_validate(dict(row))
