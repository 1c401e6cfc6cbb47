"""A fresh database per test, and a client that talks to the application over it."""

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
from tests.conftest import PASSWORDS

ROLES: dict[str, Role] = {"demo": "customer", "guest": "customer", "admin": "admin"}
HASHES = {name: Passwords().hash(password) for name, password in PASSWORDS.items()}
BOOK = BookData(isbn="9780000000001", title="Emma", author="Jane Austen", price_cents=900, stock=10)

Login = Callable[[str], dict[str, str]]


@pytest.fixture
def database(settings: Settings) -> Path:
    """A migrated database with the three accounts and one book."""
    with closing(connect(settings.database, create=True)) as connection:
        migrate.upgrade(connection, migrate.latest())
        for name, role in ROLES.items():
            users.add(connection, name, HASHES[name], role)
        books.add(connection, BOOK)
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
        body = {"username": username, "password": PASSWORDS[username]}
        answer = client.post("/v1/auth/login", json=body)
        assert answer.status_code == 200
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return headers
