"""A real PostgreSQL and a real Redis of ours, and a service that keeps its data in SQLite."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SERVICE = Path(__file__).with_name("shop.py")


def lacking(what: str) -> None:
    """No test of this folder is left out where it counts."""
    if os.environ.get("CI"):
        pytest.fail(f"there is no {what} here")
    pytest.skip(f"there is no {what} here")


def program(name: str) -> str:
    """A program of PostgreSQL: Debian keeps them off the search path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(beside[-1]) if beside else shutil.which(name) or ""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


def listening(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(200):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("it did not start")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server of ours without a database's name; user shop may make databases."""
    if not program("initdb"):
        lacking("PostgreSQL")
    # Not below pytest's folder: nobody else may enter that one, and the server refuses to be root.
    folder = Path(tempfile.mkdtemp(prefix="gatescore-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(*words: str) -> None:
        done = subprocess.run(
            words, user=user, cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    data, number = str(folder / "data"), free_port()
    run(program("initdb"), "-D", data, "-A", "trust", "-U", "shop", "--no-sync")
    said = f"-p {number} -k {folder} -h 127.0.0.1 -F -c shared_preload_libraries=pg_stat_statements"
    control = (program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"))
    run(*control, "-o", said, "start")
    try:
        yield f"postgresql://shop@127.0.0.1:{number}"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


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
        lacking("Redis")
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
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> str:
        port = free_port()
        started.append(subprocess.Popen([sys.executable, str(SERVICE), str(port), *words]))
        listening(port)
        return f"http://127.0.0.1:{port}"

    yield start
    for one in started:
        one.kill()
        one.wait()
