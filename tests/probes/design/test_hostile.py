"""Answers that drip, hang, never end, end early or are huge: each probe ends, and says what it saw.

P39, B41 to B44.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.tool import ParseError
from gates.tools import api_design, errors, headers

Look = Callable[..., ToolReport]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TOOLS = {"headers": headers, "errors": errors, "api_design": api_design}
LIMITS = {"request_timeout_s": 0.4, "max_seconds": 2.0}
ROWS = {"type": "array", "items": {"type": "object"}}
DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/books": {
            "get": {
                "parameters": [{"name": "limit", "in": "query", "schema": {"maximum": 10}}],
                "responses": {"200": {"content": {"application/json": {"schema": ROWS}}}},
            }
        }
    },
}
# What it sends; the socket stays open after bytes that promise more.
MOODS: dict[str, tuple[bytes, ...]] = {
    "silent": (),
    "slow-headers": (b"HTTP/1.1 200 OK\r\n", *([b"X-A: 1\r\n"] * 100)),
    "drip": (OK + b"Content-Length: 1000\r\n\r\n", *([b"x"] * 100)),
    "short": (OK + b"Content-Length: 10\r\n\r\n{}", b"END"),
    "oversize-header": (
        OK + b"X-Long: " + b"x" * 2**20 + b"\r\nContent-Length: 2\r\n\r\n{}",
        b"END",
    ),
    "reset": (b"END",),
}


@contextmanager
def serving(parts: tuple[bytes, ...], pause_s: float = 0.05) -> Iterator[str]:
    """The address of a server that sends these parts to everyone; the part END hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def talk(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.recv(65536)
            for part in parts:
                if part == b"END" or stop.is_set():
                    return
                line.sendall(part)
                stop.wait(pause_s)
            stop.wait(10)

    def listen() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                threading.Thread(target=talk, args=(line,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        # A thread in accept() keeps a listener alive that is only closed.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("name", TOOLS)
def test_no_whole_answer_is_no_pass(look: Look, name: str, mood: str) -> None:
    """The probe ends by itself, well before the runner would end it, and blames the target."""
    begin = time.monotonic()
    with serving(MOODS[mood]) as url, pytest.raises(ParseError) as caught:
        look(TOOLS[name], url, DOCUMENT, **LIMITS)
    assert caught.value.reason is Reason.TARGET_DOWN
    assert "no answer" in caught.value.detail
    assert time.monotonic() - begin < 30, "it would have taken the runner's deadline"


@pytest.mark.parametrize("name", TOOLS)
def test_a_body_without_end_is_cut_and_its_headers_are_read_b43(look: Look, name: str) -> None:
    """Whatever it would be unpacked: nothing is decoded, and no more than 1 MiB is kept."""
    kind = b"HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\n"
    endless = (kind + b"X-Powered-By: Express\r\n\r\n", *([b"\x1f\x8b" * 2**16] * 20))
    with serving(endless, pause_s=0) as url:
        report = look(TOOLS[name], url, DOCUMENT, request_timeout_s=5)
    rules = {finding.rule for finding in report.findings}
    match name:
        case "headers":
            assert report.measurements["headers.missing"].value == 4
        case "errors":
            assert "errors.banner" in rules
            assert "errors.envelope" not in rules, "half a body is in no envelope"
        case _:
            assert report.measurements["design.page_size_violations"].value is None


def test_hidden_characters_of_headers_are_spelled_out_b44(look: Look) -> None:
    told = b"X-Content-Type-Options: \x1b]0;owned\x07\r\nX-Powered-By: \x1b[31mRed\r\n"
    answer = (b"HTTP/1.1 404 Not Found\r\n" + told + b"Content-Length: 0\r\n\r\n", b"END")
    with serving(answer) as url:
        found = [f for tool in (headers, errors) for f in look(tool, url, DOCUMENT).findings]
    assert any("\\x1b" in finding.message for finding in found)
    assert not [f for f in found if "\x1b" in f.message + f.reproduce + f.fix]


def test_the_same_header_twice_b44(look: Look) -> None:
    """Each value counts: one good one does not hide the other."""
    twice = b"X-Content-Type-Options: nosniff\r\nX-Content-Type-Options: sniff\r\n"
    answer = (b"HTTP/1.1 404 Not Found\r\n" + twice + b"Content-Length: 0\r\n\r\n", b"END")
    with serving(answer) as url:
        report = look(headers, url, DOCUMENT)
    assert "X-Content-Type-Options" in {finding.context for finding in report.findings}


@pytest.mark.parametrize("name", TOOLS)
def test_a_redirect_to_elsewhere_is_not_followed_b41(look: Look, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.05)
        place = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/".encode()
        answer = b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n"
        with serving((answer, b"END")) as url:
            look(TOOLS[name], url, DOCUMENT)
        with pytest.raises(TimeoutError):
            elsewhere.accept()
