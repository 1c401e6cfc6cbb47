"""A real PostgreSQL of ours on loopback, for as long as a test needs it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import free_port


def lacking(what: str) -> None:
    """No test is left out where it counts."""
    if os.environ.get("CI"):
        pytest.fail(f"there is no {what} here")
    pytest.skip(f"there is no {what} here")


def program(name: str) -> str:
    """A program of PostgreSQL: Debian keeps them off the search path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(beside[-1]) if beside else shutil.which(name) or ""


@contextmanager
def server(*settings: str) -> Iterator[str]:
    """The address of a server without a database's name; user shop may do everything."""
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
    said = " ".join(f"-c {setting}" for setting in settings)
    control = (program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"))
    run(*control, "-o", f"-p {number} -k {folder} -h 127.0.0.1 -F {said}", "start")
    try:
        yield f"postgresql://shop@127.0.0.1:{number}"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)
