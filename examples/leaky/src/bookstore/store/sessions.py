"""Refresh tokens in the database: each is used once, and a second use ends its whole family."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookstore import clock, tokens

INSERT = """
INSERT INTO refresh_tokens (token_hash, user_id, family, created_at, expires_at)
VALUES (:token_hash, :user_id, :family, :now, :expires_at)
"""


@dataclass(frozen=True)
class Session:
    """The account that a refresh token belongs to, and the login it descends from."""

    user_id: int
    family: str


def begin(connection: sqlite3.Connection, user_id: int) -> Session:
    """A new family; tokens of this account that have expired are cleared away."""
    connection.execute(
        "DELETE FROM refresh_tokens WHERE user_id = ? AND expires_at < ?", (user_id, clock.stamp())
    )
    return Session(user_id, secrets.token_hex(8))


def issue(
    connection: sqlite3.Connection, session: Session, now: datetime, lifetime: timedelta
) -> str:
    """A refresh token of this family."""
    token = tokens.new_refresh()
    values = {
        "token_hash": tokens.digest(token),
        "user_id": session.user_id,
        "family": session.family,
        "now": clock.stamp(now),
        "expires_at": clock.stamp(now + lifetime),
    }
    connection.execute(INSERT, values)
    return token


def redeem(connection: sqlite3.Connection, token: str, now: datetime) -> Session | None:
    """Use a token up. None if it is unknown, expired, or was used before."""
    row = _find(connection, token)
    if row is None or row["expires_at"] <= clock.stamp(now):
        return None
    connection.execute(
        "UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ?",
        (clock.stamp(now), row["token_hash"]),
    )
    return Session(row["user_id"], row["family"])


def revoke(connection: sqlite3.Connection, token: str) -> Session | None:
    """End the family of this token; a token that is unknown (None) is as good as revoked."""
    row = _find(connection, token)
    if row is None:
        return None
    _end_family(connection, row["family"])
    return Session(row["user_id"], row["family"])


def _find(connection: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = connection.execute(
        "SELECT * FROM refresh_tokens WHERE token_hash = ?", (tokens.digest(token),)
    ).fetchone()
    return found


def _end_family(connection: sqlite3.Connection, family: str) -> None:
    connection.execute("DELETE FROM refresh_tokens WHERE family = ?", (family,))
