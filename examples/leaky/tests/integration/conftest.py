"""One service for all tests: they share its data, so each makes what it counts on.

Without BOOKSTORE_URL the application runs in this process over a seeded database.
"""

import itertools
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from bookstore import migrate, seed
from bookstore.database import connect
from bookstore.main import create_app
from bookstore.settings import Settings
from tests.conftest import PASSWORDS, variable

Headers = dict[str, str]
Login = Callable[[str], Headers]

PASSWORD = f"Aa1-{secrets.token_urlsafe(12)}"
RUN = secrets.token_hex(4)
NUMBERS = itertools.count()


@dataclass(frozen=True)
class Account:
    """An account that one test has for itself."""

    id: int
    username: str


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """The running service."""
    address = os.environ.get("BOOKSTORE_URL")
    if address:
        with httpx2.Client(base_url=address, timeout=30) as real:
            yield real
    else:
        with TestClient(create_app(_seeded(tmp_path_factory.mktemp("bookstore")))) as local:
            yield local


@pytest.fixture(scope="session")
def login(client: httpx2.Client) -> Login:
    """Turns the name of a seeded account into the header of its session, one for all tests."""
    known: dict[str, Headers] = {}

    def headers(username: str) -> Headers:
        if username not in known:
            known[username] = bearer(log_in(client, username, PASSWORDS[username]))
        return known[username]

    return headers


@pytest.fixture
def account(client: httpx2.Client, login: Login) -> Account:
    """A new customer, whose password is PASSWORD."""
    body = {"username": new_name(), "password": PASSWORD, "role": "customer"}
    answer = client.post("/v1/users", json=body, headers=login("admin"))
    assert answer.status_code == 201
    return Account(answer.json()["id"], body["username"])


def new_name() -> str:
    """A name that no account has."""
    return f"reader-{RUN}-{next(NUMBERS)}"


def log_in(client: httpx2.Client, username: str, password: str) -> dict[str, str]:
    """The answer of a login that has to succeed."""
    answer = client.post("/v1/auth/login", json={"username": username, "password": password})
    assert answer.status_code == 200
    pair: dict[str, str] = answer.json()
    return pair


def bearer(pair: dict[str, str]) -> Headers:
    """The header of a session."""
    return {"Authorization": f"Bearer {pair['access_token']}"}


def new_book(client: httpx2.Client, headers: Headers, *, stock: int = 10) -> int:
    """The number of a new book at 1,000 cents."""
    answer = client.post("/v1/books", json=book(stock=stock), headers=headers)
    assert answer.status_code == 201
    number: int = answer.json()["id"]
    return number


def book(**changes: object) -> dict[str, object]:
    """A valid book with an ISBN that no other has."""
    isbn = f"{int(RUN, 16):010d}{next(NUMBERS):03d}"
    said = {"isbn": isbn, "title": f"Tales {RUN}", "author": f"Author {RUN}"}
    return {**said, "price_cents": 1000, "stock": 10, **changes}


def _seeded(folder: Path) -> Settings:
    path = folder / "bookstore.db"
    with pytest.MonkeyPatch.context() as patch, closing(connect(path, create=True)) as opened:
        for name, password in PASSWORDS.items():
            patch.setenv(variable(name), password)
        migrate.upgrade(opened, migrate.latest())
        seed.fill(opened)
    return Settings(database=path, jwt_secret=secrets.token_urlsafe(48))
