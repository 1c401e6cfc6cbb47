"""Idle connections to real servers on loopback: opened, counted, used, let go."""

import asyncio
import resource
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gates.shell.idle import RESERVED_FILES, Idle, Limit, files_left
from gates.shell.network import Refused

ROOT = Path(__file__).parents[2]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Site:
    """A server that accepts `most` connections and closes the others at once."""

    def __init__(self, most: int = 10_000, *, answers: bool = True) -> None:
        self.most, self.answers, self.open = most, answers, 0
        self.seen: list[bytes] = []
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait(5)
        self.url = f"http://127.0.0.1:{self.port}"

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        made = asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=500)
        server = self.loop.run_until_complete(made)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.open >= self.most:
            writer.close()
            return
        self.open += 1
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.seen.append(head)
                if self.answers:
                    writer.write(ANSWER)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.open -= 1
            writer.close()

    def drop(self) -> None:
        """Close every connection, from the server's side."""
        done = threading.Event()

        def all_of_them() -> None:
            for writer in self.writers:
                writer.close()
            self.loop.call_later(0.05, done.set)

        self.loop.call_soon_threadsafe(all_of_them)
        assert done.wait(5)

    def end(self) -> None:
        def stop() -> None:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_later(0.05, self.loop.stop)

        self.loop.call_soon_threadsafe(stop)
        self.thread.join(5)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.end()


def test_what_is_opened_is_held_used_and_let_go(site: Site) -> None:
    with Idle(site.url, (site.url,)) as idle:
        assert idle.open(200, 5.0) == 200
        assert idle.open(100, 5.0) == 100
        assert (len(idle), idle.alive(), idle.limit) == (300, 300, Limit.NONE)
        assert idle.ask("/things?a=1", (("X-Own", "1"),), 30, 5.0) == (30, 30)
        assert site.seen[0].startswith(b"GET /things?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"X-Own: 1\r\n" in site.seen[0]
        assert len(site.seen) == 30
        idle.keep(50)
        assert (len(idle), idle.alive()) == (50, 50)
    assert len(idle) == 0


def test_what_the_service_closes_is_seen(site: Site) -> None:
    with Idle(site.url, (site.url,)) as idle:
        idle.open(40, 5.0)
        idle.ask("/", (), 40, 5.0)  # so that the server knows all of them
        site.drop()
        assert (idle.alive(), len(idle)) == (0, 0)
        assert idle.ask("/", (), 10, 1.0) == (0, 0)


def test_nobody_waits_long_for_a_service_that_does_not_answer() -> None:
    site = Site(answers=False)
    with Idle(site.url, (site.url,)) as idle:
        idle.open(40, 5.0)
        assert idle.ask("/", (), 40, 0.02) == (10, 0)
    site.end()


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with Idle(url, (url,)) as idle:
            assert (idle.open(20, 1.0), idle.limit) == (0, Limit.NONE)


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("http://192.0.2.1:80", ("http://192.0.2.1:80",)),
        ("http://127.0.0.1:1", ("http://127.0.0.1:2",)),
        ("https://127.0.0.1:1", ("https://127.0.0.1:1",)),
    ],
)
def test_nobody_else_gets_connections(url: str, allow: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        Idle(url, allow)


def limited(code: str, *prefix: str) -> str:
    """What a fresh interpreter prints, with our packages; its limits are its own."""
    argv = [*prefix, sys.executable, "-c", code]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("soft", "hard", "left"),
    [(200, 300, 300 - RESERVED_FILES), (200, 1064, 1000), (200, 1063, 999), (1100, 2000, 1000)],
)
def test_our_own_soft_limit_is_raised_to_the_hard_one(soft: int, hard: int, left: int) -> None:
    code = (
        "import resource\n"
        "from gates.shell.idle import files_left\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "print(files_left(1000), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    assert limited(code) == f"{left} {max(soft, min(hard, 1000 + RESERVED_FILES))} {hard}"


def test_files_left_never_lowers_a_limit() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert files_left(10) == 10
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_no_more_files_is_our_limit(site: Site) -> None:
    code = (
        "import resource\n"
        "from gates.shell.idle import Idle\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n"
        f"with Idle('{site.url}', ('{site.url}',)) as idle:\n"
        "    print(idle.open(200, 5.0) < 100, idle.limit)"
    )
    assert limited(code) == "True files"


PORTS = """
import pathlib, socket
from gates.shell.idle import SOURCES, Idle
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40049")
with socket.create_server(("127.0.0.1", 30000), backlog=4000) as server:
    url = "http://127.0.0.1:30000"
    with Idle(url, (url,)) as idle:
        print(idle.open(200, 5.0), idle.limit or "none")
        print(idle.open(1000, 5.0) + 200 == 50 * (1 + len(SOURCES)), idle.limit)
"""


def test_ports_that_run_out_are_taken_from_other_addresses() -> None:
    """In a network namespace of its own, whose range has 50 ports; needs to be root."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare(1) here")
    prefix = (unshare, "-n", "sh", "-c", 'ip link set lo up && exec "$0" "$@"')
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    assert limited(PORTS, *prefix).split("\n") == ["200 none", "True ports"]
