"""A fresh database per test, and clients that talk to the whole application over it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bookstore import migrate
from bookstore.database import connect
from bookstore.main import create_app
from bookstore.passwords import Passwords
from bookstore.schemas import BookData, Role
from bookstore.settings import Settings
from bookstore.store import books, users

PASSWORD = secrets.token_urlsafe(12)
HASH = Passwords().hash(PASSWORD)

Login = Callable[[str], dict[str, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty folder."""
    return Settings(database=tmp_path / "bookstore.db", jwt_secret=secrets.token_urlsafe(48))


@pytest.fixture
def database(settings: Settings) -> Path:
    """A migrated database with two customers, an administrator and three books."""
    accounts: tuple[tuple[str, Role], ...] = (
        ("ann", "customer"),
        ("bob", "customer"),
        ("root", "admin"),
    )
    with closing(connect(settings.database)) as connection:
        migrate.upgrade(connection, migrate.latest())
        for name, role in accounts:
            users.add(connection, name, HASH, role)
        for number, title in enumerate(("Emma", "Middlemarch", "Persuasion"), start=1):
            books.add(
                connection,
                BookData(
                    isbn=f"{9780000000000 + number}",
                    title=title,
                    author="George Eliot" if title == "Middlemarch" else "Jane Austen",
                    price_cents=1000 * (4 - number),
                    stock=10,
                ),
            )
    return settings.database


@pytest.fixture
def app(settings: Settings, database: Path) -> FastAPI:
    """The application over the migrated database."""
    assert database.exists()
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """The running application."""
    with TestClient(app) as running:
        yield running


@pytest.fixture
def login(client: TestClient) -> Login:
    """Turns a name into the header of a logged-in account."""

    def headers(username: str) -> dict[str, str]:
        answer = client.post("/v1/auth/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return headers
