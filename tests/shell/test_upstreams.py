"""The proxies in front of what a service depends on: real connections on loopback."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from gates.shell.upstreams import Mode, Proxies


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(65536):
            self.request.sendall(data.upper())


@pytest.fixture
def echo() -> Iterator[str]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def line(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def say(open_line: socket.socket, data: bytes, wait_s: float = 5.0) -> bytes:
    open_line.settimeout(wait_s)
    open_line.sendall(data)
    return open_line.recv(65536)


def test_it_forwards_and_counts_and_keeps_what_the_service_sent(echo: str) -> None:
    with Proxies({"cache": echo}) as proxies, line(proxies.addresses["cache"]) as client:
        assert say(client, b"hello") == b"HELLO"
        seen = proxies.seen("cache")
    assert (seen.mode, seen.connections, seen.sent) == (Mode.PASS, 1, b"hello")


def test_cut_resets_what_is_open_and_refuses_what_is_new(echo: str) -> None:
    with Proxies({"cache": echo}) as proxies, line(proxies.addresses["cache"]) as client:
        say(client, b"a")
        proxies.set("cache", Mode.CUT)
        with pytest.raises(ConnectionResetError):
            say(client, b"b")
        with pytest.raises(ConnectionRefusedError):
            line(proxies.addresses["cache"])
        # The port is still ours: nobody else can be given it.
        with socket.socket() as other, pytest.raises(OSError):
            other.bind(("127.0.0.1", int(proxies.addresses["cache"].rpartition(":")[2])))


def test_a_cut_upstream_is_back_at_the_same_port_after_it_was_restored(echo: str) -> None:
    with Proxies({"cache": echo}) as proxies:
        address = proxies.addresses["cache"]
        for _ in range(3):
            proxies.set("cache", Mode.CUT)
            proxies.set("cache", Mode.PASS)
            with line(address) as client:
                assert say(client, b"again") == b"AGAIN"
        assert proxies.addresses["cache"] == address


def test_hang_accepts_and_never_answers_until_restored(echo: str) -> None:
    with Proxies({"cache": echo}) as proxies, line(proxies.addresses["cache"]) as old:
        say(old, b"a")
        proxies.set("cache", Mode.HANG)
        with line(proxies.addresses["cache"]) as new:
            for client in (old, new):
                with pytest.raises(TimeoutError):
                    say(client, b"b", 0.2)
            proxies.set("cache", Mode.PASS)
            for client in (old, new):
                client.settimeout(5)
                assert client.recv(10) == b"B"


def test_slow_delays_each_answer(echo: str) -> None:
    with Proxies({"cache": echo}) as proxies, line(proxies.addresses["cache"]) as client:
        proxies.set("cache", Mode.SLOW, 0.3)
        begin = time.monotonic()
        assert say(client, b"late") == b"LATE"
        assert time.monotonic() - begin >= 0.3


def test_one_upstream_is_cut_without_the_other(echo: str) -> None:
    with Proxies({"cache": echo, "queue": echo}) as proxies:
        proxies.set("cache", Mode.CUT)
        with line(proxies.addresses["queue"]) as client:
            assert say(client, b"fine") == b"FINE"
        with pytest.raises(KeyError):
            proxies.set("elsewhere", Mode.CUT)


def test_an_upstream_that_is_down_ends_the_connection() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        with (
            Proxies({"cache": address}) as proxies,
            line(proxies.addresses["cache"]) as client,
            contextlib.suppress(ConnectionResetError),
        ):
            assert say(client, b"x") == b""


def test_nothing_is_left_when_it_is_closed(echo: str) -> None:
    before = threading.active_count()
    with Proxies({"cache": echo}) as proxies:
        address = proxies.addresses["cache"]
        proxies.set("cache", Mode.HANG)
        client = line(address)
    with client, contextlib.suppress(ConnectionResetError):
        assert say(client, b"x", 1.0) == b""
    with pytest.raises(ConnectionRefusedError):
        line(address)
    assert threading.active_count() <= before + 1  # the echo's own thread may still end
