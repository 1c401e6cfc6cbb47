"""The recording proxy between raw clients and raw servers: what goes through is left as it is."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from gates.core.tested import Hit
from gates.probes import _subscribers
from gates.probes._recording_proxy import Head, Proxy
from gates.shell.network import Refused

Talk = Callable[[socket.socket], None]


@pytest.fixture
def server() -> Iterator[Callable[[Talk], str]]:
    """A server that handles each connection by `talk`; its origin."""
    listeners: list[socket.socket] = []

    def start(talk: Talk) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                with line:
                    talk(line)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for one in listeners:
        one.close()


def head_of(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = line.recv(1)
        if not part:
            break
        data += part
    return data


def asked(proxy: Proxy, data: bytes) -> bytes:
    """Everything that comes back for raw bytes, until the other side closes."""
    port = int(proxy.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(data)
        got = b""
        while part := line.recv(65536):
            got += part
        return got


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"3;x=y\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ],
)
def test_answers_come_through_byte_by_byte(server: Callable[[Talk], str], answer: bytes) -> None:
    def talk(line: socket.socket) -> None:
        head_of(line)
        line.sendall(answer)

    with Proxy(server(talk)) as proxy:
        got = asked(proxy, b"GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        status = 404 if b"404" in answer else 204 if b"204" in answer else 200
        assert got == answer
        assert proxy.hits == {Hit("GET", "/a", status): 1}


def test_bodies_of_requests_come_through_in_either_framing(
    server: Callable[[Talk], str],
) -> None:
    seen: list[bytes] = []

    def talk(line: socket.socket) -> None:
        data = head_of(line)
        while not data.endswith((b"0\r\n\r\n", b"hello")):
            data += line.recv(65536)
        seen.append(data)
        line.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    chunked = b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    plain = b"POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
    with Proxy(server(talk)) as proxy:
        asked(proxy, chunked)
        asked(proxy, plain)
        assert proxy.hits == {Hit("POST", "/c", 201): 1, Hit("POST", "/p", 201): 1}
    assert seen == [chunked, plain]


def test_a_client_may_keep_its_connection_and_a_head_has_no_body(
    notes: Callable[..., str],
) -> None:
    with Proxy(notes()) as proxy:
        port = int(proxy.base_url.rpartition(":")[2])
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        for _ in range(3):
            line.request("GET", "/health")
            assert json.loads(line.getresponse().read()) == {"status": "ok"}
        line.request("POST", "/v1/login", body=b"{}")
        assert line.getresponse().read().startswith(b'{"error"')
        line.close()
        assert proxy.hits == {Hit("GET", "/health", 200): 3, Hit("POST", "/v1/login", 401): 1}


def test_a_server_that_waits_for_continue_gets_the_body(server: Callable[[Talk], str]) -> None:
    def talk(line: socket.socket) -> None:
        head_of(line)
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert line.recv(5) == b"hello"
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    request = b"PUT /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"
    with Proxy(server(talk)) as proxy:
        assert asked(proxy, request).startswith(b"HTTP/1.1 100 Continue")
        assert proxy.hits == {Hit("PUT", "/x", 200): 1}


def test_an_early_refusal_of_a_large_body_is_seen(server: Callable[[Talk], str]) -> None:
    def talk(line: socket.socket) -> None:
        head_of(line)
        line.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        while line.recv(65536):
            pass

    with Proxy(server(talk)) as proxy:
        got = asked(proxy, b"POST /x HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 100)
        assert got.startswith(b"HTTP/1.1 413")
        assert proxy.hits == {Hit("POST", "/x", 413): 1}


def test_websockets_go_through(notes: Callable[..., str]) -> None:
    fits: Callable[[str], tuple[str, ...]] = lambda text: () if '"of": "ping"' in text else ("no",)  # noqa: E731
    with Proxy(notes()) as proxy:
        headers = {"Authorization": "Bearer token-admin"}
        line = _subscribers.opened(proxy.base_url, "/v1/events?x=1", headers)
        line.send("ping")
        assert line.take(fits, 3.0) == ()
        line.close()
        assert proxy.hits == {Hit("GET", "/v1/events", 101): 1}


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200"])
def test_a_server_without_an_answer_is_noted(server: Callable[[Talk], str], said: bytes) -> None:
    def talk(line: socket.socket) -> None:
        head_of(line)
        line.sendall(said)

    with Proxy(server(talk)) as proxy:
        assert asked(proxy, b"GET /x HTTP/1.1\r\n\r\n") == b""
        assert proxy.hits == {Hit("GET", "/x", 0): 1}


def test_nobody_listening_is_noted() -> None:
    with Proxy("http://127.0.0.1:9") as proxy:
        assert asked(proxy, b"GET /x HTTP/1.1\r\n\r\n") == b""
        assert proxy.hits == {Hit("GET", "/x", 0): 1}


def test_heads_can_be_rewritten(server: Callable[[Talk], str]) -> None:
    seen: list[bytes] = []

    def talk(line: socket.socket) -> None:
        seen.append(head_of(line))
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def rewrite(head: Head) -> Head:
        return Head(first=head.first, headers=(*head.headers, ("X-Added", "1")))

    with Proxy(server(talk), rewrite) as proxy:
        asked(proxy, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
    assert seen == [b"GET /x HTTP/1.1\r\nHost: h\r\nX-Added: 1\r\n\r\n"]


def test_it_speaks_to_no_service_that_the_door_refuses() -> None:
    with pytest.raises(Refused), Proxy("http://169.254.169.254"):
        pass
