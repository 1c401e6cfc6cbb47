"""A real PostgreSQL and a real Redis of ours, and a service that keeps its data in SQLite."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import postgresql
from tests.servers import free_port, listening, starting

SERVICE = Path(__file__).with_name("shop.py")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server of ours without a database's name; user shop may make databases."""
    with postgresql.server("shared_preload_libraries=pg_stat_statements") as address:
        yield address


@pytest.fixture
def database(postgres: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Make a database with these statements, and tell its address."""
    import psycopg

    made: list[str] = []

    def make(statements: str = "") -> str:
        name = f"shop_{free_port()}_{len(made)}"
        with psycopg.connect(f"{postgres}/postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
        made.append(name)
        if statements:
            with psycopg.connect(f"{postgres}/{name}", autocommit=True) as own:
                own.execute(statements.encode())
        return f"{postgres}/{name}"

    yield make
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as server:
        for name in made:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """The address of a server of ours that asks for a password."""
    found = shutil.which("redis-server")
    if not found:
        postgresql.lacking("Redis")
    port = free_port()
    words = (found or "", "--port", str(port), "--bind", "127.0.0.1", "--save", "")
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [*words, "--requirepass", "open sesame", "--dir", folder], stdout=subprocess.DEVNULL
        )
        try:
            listening(port)
            yield f"redis://:open%20sesame@127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


@pytest.fixture
def shop() -> Iterator[Callable[..., str]]:
    """Start shop.py with these arguments; its origin."""
    with starting() as start:
        yield lambda *words: start((sys.executable, str(SERVICE), "{port}", *words))
