"""What is asked of a Redis, and which answers are taken: by its protocol, over real sockets."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from gates.shell import redis_info
from gates.shell.redis_info import Address, RedisError, address, counters, statistics

STATS = "# Stats\r\nkeyspace_hits:12\r\nkeyspace_misses:3\r\nrate:1.5\r\nname:x\r\n"
INFO = f"${len(STATS)}\r\n{STATS}\r\n".encode()
Serve = Callable[..., tuple[int, list[bytes]]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer one connection, each request with the next of these; its port, and what was sent."""
    listeners: list[socket.socket] = []

    def start(*answers: bytes) -> tuple[int, list[bytes]]:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        sent: list[bytes] = []

        def speak() -> None:
            line, _ = listener.accept()
            with line, suppress(ConnectionError):
                for answer in answers:
                    sent.append(line.recv(4096))
                    half = len(answer) // 2
                    line.sendall(answer[:half])
                    line.sendall(answer[half:])

        threading.Thread(target=speak, daemon=True).start()
        return listener.getsockname()[1], sent

    yield start
    for one in listeners:
        one.close()


def test_the_counters_are_asked_for(serve: Serve) -> None:
    port, sent = serve(INFO)
    expected = {"keyspace_hits": 12, "keyspace_misses": 3}
    assert statistics(Address(host="127.0.0.1", port=port)) == expected
    assert sent == [b"*2\r\n$4\r\nINFO\r\n$5\r\nstats\r\n"]


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("", b"*2\r\n$4\r\nAUTH\r\n$5\r\np w\xc3\xa9\r\n"),
        ("ann", b"*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$5\r\np w\xc3\xa9\r\n"),
    ],
)
def test_who_asks_says_the_password_first(serve: Serve, user: str, words: bytes) -> None:
    port, sent = serve(b"+OK\r\n", INFO)
    known = Address(host="127.0.0.1", port=port, user=user, password="p w\u00e9")
    assert statistics(known)["keyspace_hits"] == 12
    assert sent[0] == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"-NOAUTH Authentication required.\r\n", "answers NOAUTH"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not Redis's protocol"),
        (b":5\r\n", "not Redis's protocol"),
        (b"$-1\r\n", "not Redis's protocol"),
        (b"$9999999999\r\n", "not Redis's protocol"),
        (b"", "before it has answered"),
        (b"$9\r\nab", "before it has answered"),
    ],
)
def test_other_answers_are_refused(serve: Serve, said: bytes, words: str) -> None:
    port, _ = serve(said)
    with pytest.raises(RedisError, match=words):
        statistics(Address(host="127.0.0.1", port=port))


def test_an_answer_without_an_end_is_given_up(serve: Serve) -> None:
    port, _ = serve(b"+" + b"x" * 3 * redis_info.MOST_BYTES)
    with pytest.raises(RedisError, match="before it has answered"):
        statistics(Address(host="127.0.0.1", port=port))


def test_nobody_there_is_told() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        where = Address(host="127.0.0.1", port=held.getsockname()[1])
        with pytest.raises(RedisError, match="cannot be asked"):
            statistics(where)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://localhost", Address(host="localhost")),
        ("redis://[::1]:7/3", Address(host="::1", port=7)),
        ("redis://:a%20secret@127.0.0.1", Address(host="127.0.0.1", password="a secret")),
        ("redis://u:p@127.0.0.1:8", Address(host="127.0.0.1", port=8, user="u", password="p")),
    ],
)
def test_addresses(url: str, expected: Address) -> None:
    assert address(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "localhost:6379", "rediss://localhost", "redis://", "redis://a:port", "redis://10.0.0.1"],
)
def test_other_addresses_are_refused_p62(url: str) -> None:
    with pytest.raises(RedisError):
        address(url)


def test_counters_are_whole_numbers() -> None:
    assert counters(STATS) == {"keyspace_hits": 12, "keyspace_misses": 3}
