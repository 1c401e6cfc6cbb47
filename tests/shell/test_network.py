"""The network door against real listeners on loopback: deadlines, caps, and nothing sent abroad."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gates.shell.network import NetworkError, Problem, Refused, allow_list, check, request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Talk = Callable[[socket.socket, threading.Event], None]
WORD = "hunter2"


class Listener:
    """A raw TCP server that counts connections and keeps what it was sent."""

    def __init__(self, origin: str, stop: threading.Event) -> None:
        self.origin = origin
        self.connections = 0
        self.received: list[bytes] = []
        self.stop = stop


def small_request(line: socket.socket) -> bytes:
    """A whole request of which no more than 64 KiB are read."""
    data = line.recv(65536)
    while data and len(data) < 65536:
        head, _, body = data.partition(b"\r\n\r\n")
        declared = re.search(rb"\r\nContent-Length: (\d+)", head)
        if b"\r\n\r\n" in data and len(body) >= int(declared[1] if declared else 0):
            break
        more = line.recv(65536)
        if not more:
            break
        data += more
    return data


@contextmanager
def listening(talk: Talk, host: str = "127.0.0.1") -> Iterator[Listener]:
    stop = threading.Event()
    with socket.create_server((host, 0)) as server:
        listener = Listener(f"http://{host}:{server.getsockname()[1]}", stop)

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                listener.connections += 1
                with line:
                    try:
                        listener.received.append(small_request(line))
                        talk(line, stop)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)


def saying(data: bytes) -> Talk:
    return lambda line, _stop: line.sendall(data)


def dripping(head: bytes, drop: bytes) -> Talk:
    def talk(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(head)
        while not stop.wait(0.05):
            line.sendall(drop)

    return talk


def hang(_line: socket.socket, stop: threading.Event) -> None:
    stop.wait(30)


def never(_host: str, _port: int) -> tuple[str, ...]:
    raise AssertionError("a name was looked up")


def names(*addresses: str) -> Callable[[str, int], tuple[str, ...]]:
    return lambda _host, _port: addresses


def test_answer_keeps_headers_in_order_and_case_with_duplicates_and_odd_bytes() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nset-Cookie: a=1\r\nSet-Cookie: b=\xe9\x1b[31m\r\nX-Empty:\r\n"
        b"Content-Length: 3\r\n\r\nabc"
    )
    with listening(saying(answer)) as server:
        response = request("GET", f"{server.origin}/x?y=1#z", allow=(server.origin,))
    assert response.status == 200
    assert response.headers == (
        ("set-Cookie", "a=1"),
        ("Set-Cookie", "b=\xe9\x1b[31m"),
        ("X-Empty", ""),
        ("Content-Length", "3"),
    )
    assert (response.body, response.truncated) == (b"abc", False)
    assert 0 < response.elapsed_s < 10
    assert response.header("SET-COOKIE") == "a=1"
    assert response.header("nothing") is None
    assert server.received[0].startswith(b"GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Accept-Encoding: identity\r\n" in server.received[0]


def test_body_and_headers_are_sent_and_an_own_header_replaces_ours() -> None:
    with listening(saying(OK)) as server:
        request(
            "POST",
            f"{server.origin}/café",
            allow=(server.origin,),
            headers=(("Content-Type", "application/json"), ("user-agent", "probe")),
            body=b"{}",
        )
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /caf%C3%A9 HTTP/1.1\r\n")
    assert b"\r\nContent-Length: 2\r\n" in head
    assert b"user-agent: probe" in head
    assert b"gatescore" not in head
    assert body == b"{}"


def test_a_body_without_length_ends_with_the_connection() -> None:
    with listening(saying(b"HTTP/1.0 200 OK\r\n\r\nall of it")) as server:
        assert request("GET", server.origin, allow=(server.origin,)).body == b"all of it"


def test_a_head_answer_has_no_body_whatever_length_it_declares() -> None:
    with listening(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) as server:
        assert request("HEAD", server.origin, allow=(server.origin,)).body == b""


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(hang, id="no reply"),
        pytest.param(dripping(b"", b"H"), id="dripping status line"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), id="slow headers"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), id="drip without length"),
        pytest.param(
            dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"), id="drip"
        ),
        pytest.param(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="endless continue"),
    ],
)
def test_p39_b42_a_target_that_hangs_or_drips_ends_at_the_wall_deadline(talk: Talk) -> None:
    with listening(talk) as server:
        started = time.monotonic()
        with pytest.raises(NetworkError) as caught:
            request("GET", server.origin, allow=(server.origin,), deadline_s=0.6)
        took = time.monotonic() - started
    assert caught.value.kind is Problem.TIMEOUT
    assert caught.value.detail == f"{server.origin} gave no whole answer within 0.6 s"
    assert 0.5 < took < 0.6 + 3.0  # three times the promised second: a busy machine


def test_p39_a_target_that_reads_nothing_ends_at_the_wall_deadline() -> None:
    with listening(hang) as server, pytest.raises(NetworkError) as caught:
        request("PUT", server.origin, allow=(server.origin,), body=b"x" * 2**25, deadline_s=0.6)
    assert caught.value.kind is Problem.TIMEOUT


def test_p39_a_tls_handshake_without_answer_ends_at_the_wall_deadline() -> None:
    with listening(hang) as server:
        url = server.origin.replace("http:", "https:")
        with pytest.raises(NetworkError) as caught:
            request("GET", url, allow=(url,), deadline_s=0.6)
    assert caught.value.kind is Problem.TIMEOUT


@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (b"", Problem.RESET, "closed the connection without an answer"),
        (b"SSH-2.0-OpenSSH\r\n", Problem.MALFORMED, "SSH-2.0"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", Problem.MALFORMED, "2 of 9 bytes"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            Problem.MALFORMED,
            "ended early",
        ),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2**20 + b"\r\n\r\n", Problem.MALFORMED, "too large"),
        (
            b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: %s\r\n" % (n, b"y" * 1000) for n in range(70)),
            Problem.MALFORMED,
            "65536 bytes",
        ),
        (b"HTTP/1.1 200 OK\r\nnonsense\r\nX: y\r\n\r\n", Problem.MALFORMED, "without a colon"),
    ],
)
def test_b42_b44_an_answer_that_is_none_has_its_own_word(
    answer: bytes, kind: Problem, word: str
) -> None:
    with listening(saying(answer)) as server, pytest.raises(NetworkError) as caught:
        request("GET", server.origin, allow=(server.origin,), deadline_s=20)
    assert caught.value.kind is kind
    assert word in caught.value.detail


def test_b42_a_reset_connection_is_named() -> None:
    def reset(line: socket.socket, _stop: threading.Event) -> None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with listening(reset) as server, pytest.raises(NetworkError) as caught:
        request("GET", server.origin, allow=(server.origin,))
    assert caught.value.kind is Problem.RESET


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        origin = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(NetworkError) as caught:
        request("GET", origin, allow=(origin,))
    assert caught.value.kind is Problem.REFUSED


@pytest.mark.parametrize(("size", "whole"), [(1000, True), (1001, False)])
def test_b42_the_body_is_kept_up_to_the_cap(size: int, whole: bool) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n" + b"x" * size
    with listening(saying(answer)) as server:
        if whole:
            body = request("GET", server.origin, allow=(server.origin,), max_bytes=1000).body
            assert len(body) == 1000
            return
        with pytest.raises(NetworkError) as caught:
            request("GET", server.origin, allow=(server.origin,), max_bytes=1000)
    assert caught.value.kind is Problem.BODY_TOO_LARGE
    kept = caught.value.response
    assert kept is not None
    assert (len(kept.body), kept.truncated, kept.status) == (1000, True, 200)


def test_b42_an_endless_body_stops_at_the_cap_of_one_mebibyte() -> None:
    def flood(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stop.is_set():
            line.sendall(b"x" * 65536)

    with listening(flood) as server, pytest.raises(NetworkError) as caught:
        request("GET", server.origin, allow=(server.origin,), deadline_s=20)
    assert caught.value.kind is Problem.BODY_TOO_LARGE
    assert caught.value.response is not None
    assert len(caught.value.response.body) == 2**20


def test_a_forbidden_header_value_is_not_echoed() -> None:
    with listening(saying(OK)) as server, pytest.raises(NetworkError) as caught:
        headers = (("Authorization", "Bearer s3cret\r\nX: y"),)
        request("GET", server.origin, allow=(server.origin,), headers=headers)
    assert "Authorization" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_p62_b41_a_redirect_to_a_foreign_loopback_address_is_not_followed() -> None:
    with listening(saying(OK), "127.0.0.2") as foreign:
        answer = f"HTTP/1.1 302 Found\r\nLocation: {foreign.origin}/x\r\n\r\n".encode()
        with listening(saying(answer)) as server:
            response = request("GET", server.origin, allow=(server.origin,))
            assert response.status == 302
            location = response.header("Location")
            assert location == f"{foreign.origin}/x"
            with pytest.raises(Refused, match="not an allowed origin"):
                request("GET", location, allow=(server.origin,))
        assert server.connections == 1
    assert foreign.connections == 0


def test_p62_a_name_that_leads_to_a_foreign_loopback_address_gets_no_connection() -> None:
    with listening(saying(OK), "127.0.0.2") as foreign:
        port = foreign.origin.rsplit(":", 1)[1]
        for name in ("shop.example", "localhost"):
            origin = f"http://{name}:{port}"
            with pytest.raises(Refused, match=r"127\.0\.0\.2"):
                request("GET", origin, allow=(origin,), resolve=names("127.0.0.2"))
        assert foreign.connections == 0
        # The listener does answer, and counts, once it is listed itself.
        listed = (origin, foreign.origin)
        assert request("GET", origin, allow=listed, resolve=names("127.0.0.2")).status == 200
    assert foreign.connections == 1


def test_the_judged_address_is_the_one_connected_to() -> None:
    """A name is looked up once: its second answer, elsewhere, is never asked for."""
    answers = iter([("127.0.0.1",)])
    with listening(saying(OK)) as server:
        origin = server.origin.replace("127.0.0.1", "shop.example")
        response = request("GET", origin, allow=(origin,), resolve=lambda _h, _p: next(answers))
    assert response.status == 200
    assert f"Host: {origin[7:]}\r\n".encode() in server.received[0]


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(saying(OK)) as proxy, listening(saying(OK)) as server:
        monkeypatch.setenv("http_proxy", proxy.origin)
        monkeypatch.setenv("ALL_PROXY", proxy.origin)
        request("GET", server.origin, allow=(server.origin,))
    assert (proxy.connections, server.connections) == (0, 1)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (f"http://user:{WORD}@127.0.0.1:8000/", "user name or password"),
        ("http://hunter2@127.0.0.1:8000/", "user name or password"),
        ("http://@127.0.0.1:8000/", "user name or password"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("ftp://127.0.0.1/", "scheme 'ftp'"),
        ("//127.0.0.1/", "scheme ''"),
        ("127.0.0.1:8000", "scheme"),
        ("http:///path", "no host"),
        ("http://0x7f.1/", "odd spelling"),
        ("http://0x7f000001/", "odd spelling"),
        ("http://2130706433/", "odd spelling"),
        ("http://127.1/", "odd spelling"),
        ("http://0177.0.0.1/", "odd spelling"),
        ("http://127.0.0.1./", "odd spelling"),
        ("http://[::ffff:10.0.0.1]/", "odd spelling"),
        ("http://[::ffff:127.0.0.1]/", "odd spelling"),
        ("http://[::127.0.0.1]/", "odd spelling"),
        ("http://[64:ff9b::7f00:1]/", "odd spelling"),
        ("http://[fe80::1%25eth0]/", "odd spelling"),
        ("http://[nonsense]/", "cannot be read|no IPv6"),
        ("http://loc\u0430lhost:8000/", "non-ASCII"),
        ("http://\uff11\uff12\uff17.0.0.1/", "non-ASCII"),
        ("http://127.0.0.1:0/", "port 0"),
        ("http://127.0.0.1:65536/", "1 to 65535"),
        ("http://127.0.0.1:x/", "1 to 65535"),
        ("http://local host/", "blank"),
        ("http://localhost\t:8000/", "control character"),
        ("http://localhost\\@evil/", "backslash"),
        ("http://localhost/a\r\nX: y", "control character"),
        ("http://%6cocalhost/", "no host name"),
        ("http://-a.example/", "no host name"),
        ("http://localhost./", "no host name"),
    ],
)
def test_b39_urls_that_a_reader_could_mistake_are_refused(url: str, word: str) -> None:
    with pytest.raises(Refused, match=word) as caught:
        check(url, ("http://127.0.0.1:8000", "http://127.0.0.1"), resolve=never)
    assert "hunter2" not in caught.value.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:8000",
        "http://127.0.0.1:8001",
        "http://127.0.0.1",
        "https://127.0.0.1:8000",
        "http://[::1]:8000",
        "http://10.0.0.1:8000",
        "http://evil.example:8000",
        "http://127.0.0.1.evil.example:8000",
        "http://xn--loclhost-8fg:8000",
        "http://localhost:8001",
    ],
)
def test_p62_another_origin_is_foreign_and_nothing_is_looked_up(url: str) -> None:
    with pytest.raises(Refused, match=r"allowed: http://127\.0\.0\.1:8000"):
        check(url, ("http://127.0.0.1:8000",), resolve=never)


def test_an_empty_allow_list_allows_nothing() -> None:
    with pytest.raises(Refused, match="allowed: none"):
        check("http://127.0.0.1:8000", (), resolve=never)


@pytest.mark.parametrize(
    ("url", "allow", "addresses"),
    [
        ("HTTP://127.0.0.1:8000/x", "http://127.0.0.1:8000", ()),
        ("http://127.0.0.1:80/x", "http://127.0.0.1", ()),
        ("http://[0:0::1]:8000", "http://[::1]:8000", ()),
        ("http://127.0.0.2:8000", "http://127.0.0.2:8000", ()),
        ("http://localhost:8000", "http://127.0.0.1:8000", ("::1", "127.0.0.1")),
        ("http://127.0.0.1:8000", "http://localhost:8000", ()),
        ("http://LOCALHOST:8000", "http://localhost:8000", ("127.0.0.1", "::1")),
        ("https://staging.example", "https://staging.example:443", ("93.184.216.34",)),
        ("http://10.0.0.1:8000", "http://10.0.0.1:8000", ()),
    ],
)
def test_listed_origins_are_allowed(url: str, allow: str, addresses: tuple[str, ...]) -> None:
    assert check(url, (allow,), resolve=names(*addresses)).scheme in {"http", "https"}


@pytest.mark.parametrize(
    ("addresses", "word"),
    [
        (("127.0.0.1", "93.184.216.34"), "rebinding"),
        (("93.184.216.34", "::1"), "rebinding"),
        (("127.0.0.1", "127.0.0.2"), r"leads to 127\.0\.0\.2"),
        (("169.254.169.254",), "metadata"),
        (("93.184.216.34", "169.254.169.254"), "metadata"),
        (("fd00:ec2::254",), "metadata"),
        (("100.100.100.200",), "metadata"),
        (("fe80::1",), "metadata"),
        (("0.0.0.0",), "not the address of one machine"),
        (("::",), "not the address of one machine"),
        (("224.0.0.1",), "not the address of one machine"),
        (("::ffff:127.0.0.1",), "inside an IPv6"),
    ],
)
def test_b40_every_address_of_a_listed_name_is_judged(
    addresses: tuple[str, ...], word: str
) -> None:
    origin = "http://shop.example:8000"
    with pytest.raises(Refused, match=word):
        check(origin, (origin,), resolve=names(*addresses))


def test_b40_localhost_that_is_another_machine_is_refused() -> None:
    with pytest.raises(Refused, match="not this machine"):
        check("http://localhost", ("http://localhost",), resolve=names("93.184.216.34"))


def test_localhost_reaches_only_the_listed_one_of_its_addresses() -> None:
    with pytest.raises(Refused, match="none of the allowed addresses"):
        check("http://localhost:1", ("http://127.0.0.1:1",), resolve=names("::1"))


def test_metadata_addresses_are_refused_even_if_listed() -> None:
    url = "http://169.254.169.254"
    with pytest.raises(Refused, match="metadata"):
        check(url, (url,), resolve=never)


def test_a_name_without_address_is_an_error_of_the_network() -> None:
    with pytest.raises(NetworkError, match=r"the name shop\.example has no address"):
        request("GET", "http://shop.example", allow=("http://shop.example",), resolve=names())


@pytest.mark.parametrize(
    ("own", "extra", "expected"),
    [
        ("http://127.0.0.1:8000/api", (), ("http://127.0.0.1:8000",)),
        ("http://localhost:8000", (), ("http://localhost:8000",)),
        ("http://[::1]:8000", ("http://127.0.0.1:9",), ("http://[::1]:8000", "http://127.0.0.1:9")),
        ("https://a.example", ("https://a.example:443",), ("https://a.example",)),
    ],
)
def test_allow_list_holds_the_own_origin_and_the_named(
    own: str, extra: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert allow_list(own, extra) == expected


@pytest.mark.parametrize("own", ["http://10.0.0.1:8000", "http://a.example", "http://127.0.0.2"])
def test_an_own_origin_elsewhere_must_be_named_too(own: str) -> None:
    with pytest.raises(Refused, match=r"service\.allow"):
        allow_list(own, ("http://127.0.0.1:8000",))
