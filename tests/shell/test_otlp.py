"""The receiver of spans: what exporters send it, and what it refuses (bounded, on loopback)."""

import gzip
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gates.core.spans import Span, lines
from gates.shell import otlp
from gates.shell.otlp import Receiver, Refusal, receiving, unpacked

EXPORT = (Path(__file__).parent / "data" / "otlp-python-1.45.2.bin").read_bytes()
PROTOBUF, JSON = "application/x-protobuf", "application/json"
ONE = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "q"}
TEXT = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [ONE]}]}]}).encode()
ZIPPED = gzip.compress(TEXT, mtime=0)  # without a time: it is part of names of tests


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path / "spans.ndjson", most=3000) as found:
        yield found


def sent(receiver: Receiver, body: bytes, path: str = "/v1/traces", **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(receiver.address + path, body, names)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def kept(receiver: Receiver) -> list[Span]:
    with receiver.path.open("rb") as stream:
        return list(lines(stream))


def test_it_listens_on_loopback_alone(receiver: Receiver) -> None:
    assert receiver.address.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("body", "headers", "count"),
    [
        (EXPORT, {"Content_Type": PROTOBUF}, 3),
        (gzip.compress(EXPORT, mtime=0), {"Content_Type": PROTOBUF, "Content_Encoding": "gzip"}, 3),
        (TEXT, {"Content_Type": "application/json; charset=utf-8"}, 1),
        (ZIPPED, {"Content_Type": JSON, "Content_Encoding": "GZIP"}, 1),
        (b"", {"Content_Type": PROTOBUF}, 0),
    ],
)
def test_exports_are_written_down(
    receiver: Receiver, body: bytes, headers: dict[str, str], count: int
) -> None:
    assert sent(receiver, body, **headers) == 200
    assert len(kept(receiver)) == count
    assert receiver.refused == 0


@pytest.mark.parametrize(
    ("body", "path", "headers", "status"),
    [
        (EXPORT[:-1], "/v1/traces", {"Content_Type": PROTOBUF}, 400),
        (b"{", "/v1/traces", {"Content_Type": JSON}, 400),
        (TEXT, "/v1/traces", {"Content_Type": "text/plain"}, 415),
        (TEXT, "/v1/traces", {"Content_Type": JSON, "Content_Encoding": "br"}, 415),
        (TEXT, "/v1/traces", {"Content_Type": JSON, "Content_Encoding": "gzip"}, 400),
        (ZIPPED[:-9], "/v1/traces", {"Content_Type": JSON, "Content_Encoding": "gzip"}, 400),
        (TEXT, "/v2/traces", {"Content_Type": JSON}, 404),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_and_counted(
    receiver: Receiver, body: bytes, path: str, headers: dict[str, str], status: int
) -> None:
    assert sent(receiver, body, path, **headers) == status
    assert kept(receiver) == []
    assert receiver.refused == 1
    assert sent(receiver, TEXT, Content_Type=JSON) == 200  # and it goes on


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1/logs"])
def test_metrics_and_logs_are_thrown_away(receiver: Receiver, path: str) -> None:
    assert sent(receiver, b"anything", path, Content_Type=PROTOBUF) == 200
    assert kept(receiver) == []


def test_no_more_is_kept_than_there_is_room(receiver: Receiver) -> None:
    codes = [sent(receiver, EXPORT, Content_Type=PROTOBUF) for _ in range(6)]
    assert codes[0] == 200
    assert codes[-1] == 503
    assert receiver.path.stat().st_size <= 3000
    assert len(kept(receiver)) == 3 * codes.count(200)  # all of an export or nothing


def test_a_body_that_grows_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "MOST_BODY", 1000)
    assert unpacked(gzip.compress(b"a" * 1000), "gzip") == b"a" * 1000
    with pytest.raises(Refusal) as refusal:
        unpacked(gzip.compress(b"a" * 1001), "gzip")
    assert refusal.value.status == 413


def _raw(receiver: Receiver, text: bytes) -> bytes:
    host, _, port = receiver.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(text)
        line.shutdown(socket.SHUT_WR)
        with line.makefile("rb") as stream:
            return stream.read()


def test_a_chunked_export(receiver: Receiver) -> None:
    half = len(TEXT) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (TEXT[:half], TEXT[half:]))
    head = b"POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
    answer = _raw(receiver, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert len(kept(receiver)) == 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (b"\r\n", b"411"),
        (b"Content-Length: 99999999999\r\n\r\n", b"413"),
        (b"Content-Length: 10\r\n\r\n{}", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nnothing\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n", b"413"),
    ],
)
def test_a_body_without_an_end_is_refused(receiver: Receiver, more: bytes, status: bytes) -> None:
    head = b"POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\n"
    assert _raw(receiver, head + more).startswith(b"HTTP/1.1 " + status)
    assert kept(receiver) == []


def test_nothing_is_taken_after_the_end(tmp_path: Path) -> None:
    with receiving(tmp_path / "spans.ndjson") as receiver:
        address = receiver.address
    with pytest.raises(OSError):
        urllib.request.urlopen(address, timeout=5)
