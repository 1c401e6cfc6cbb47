"""Real services on loopback: programs that take a port, and their end."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def listening(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(200):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the service did not start")


@contextmanager
def starting() -> Iterator[Callable[..., str]]:
    """A function that starts a program, "{port}" among its words; its origin. All end with it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(words: Sequence[str], env: Mapping[str, str] | None = None) -> str:
        port = free_port()
        argv = [str(port) if word == "{port}" else str(word) for word in words]
        started.append(subprocess.Popen(argv, env=env))
        listening(port)
        return f"http://127.0.0.1:{port}"

    try:
        yield start
    finally:
        for one in started:
            one.kill()
            one.wait()


@contextmanager
def printing(program: Path, **env: str) -> Iterator[str]:
    """A program of Python that prints its port first; its origin."""
    with subprocess.Popen(
        [sys.executable, str(program)], env={**os.environ, **env}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()
