"""Takes the OpenTelemetry spans of a service over OTLP/HTTP, on loopback, into a file of lines.

Source: the OTLP specification 1.x, "OTLP/HTTP": POST /v1/traces as protobuf or JSON, gzip or not.
Metrics and logs are taken and thrown away, so that an exporter of theirs does not fail.
"""

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

from gates.core.spans import Span, line
from gates.shell.otlp_export import SpanError, from_json, from_protobuf

LOOPBACK = "127.0.0.1"
MOST_BODY = 16 * 2**20  # of one request, before and after it is unpacked
MOST_FILE = 256 * 2**20
READ_S = 10.0  # for the bytes of one request
TRACES, THROWN_AWAY = "/v1/traces", ("/v1/metrics", "/v1/logs")
PROTOBUF, JSON = "application/x-protobuf", "application/json"
GZIP = 31  # window bits of zlib for a stream with a header of gzip


class Refusal(Exception):
    """A request that is not taken: its status, and why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Receiver:
    """Takes spans; `address` is what a service is told, without a path."""

    def __init__(self, path: Path, most: int = MOST_FILE) -> None:
        """`path` gets the spans; `most` bytes at the most, then every export is refused."""
        self.path = path
        self.refused = 0  # exports
        self._most = most
        self._written = 0
        self._lock = threading.Lock()
        self._file: IO[bytes] = path.open("ab")
        self._server = _server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The origin that exporters send to."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to take."""
        self._thread.start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        with self._lock:
            self._file.close()

    def keep(self, spans: tuple[Span, ...]) -> None:
        """Write spans down, all or none. Raises Refusal."""
        text = b"".join(line(span) for span in spans)
        with self._lock:
            if self._file.closed or self._written + len(text) > self._most:
                raise Refusal(503, f"no more than {self._most} bytes of spans are kept")
            self._file.write(text)
            self._file.flush()
            self._written += len(text)

    def count_refused(self) -> None:
        """One export that was not taken."""
        with self._lock:
            self.refused += 1


@contextmanager
def receiving(path: Path, most: int = MOST_FILE) -> Iterator[Receiver]:
    """A receiver on a free port of loopback. Raises OSError."""
    receiver = Receiver(path, most)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.close()


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding. Raises Refusal."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Refusal(415, f"content encoding {encoding}; allowed: gzip, identity")
    stream = zlib.decompressobj(GZIP)
    try:
        text = stream.decompress(body, MOST_BODY)
    except zlib.error as error:
        raise Refusal(400, f"no gzip: {error}") from None
    if stream.unconsumed_tail:
        raise Refusal(413, f"more than {MOST_BODY} bytes unpacked")
    if not stream.eof:
        raise Refusal(400, "the gzip is cut off")
    return text


def read_spans(body: bytes, kind: str) -> tuple[Span, ...]:
    """The spans of a body of this content type. Raises Refusal."""
    readers = {PROTOBUF: from_protobuf, JSON: from_json}
    reader = readers.get(kind.partition(";")[0].strip().lower())
    if reader is None:
        raise Refusal(415, f"content type {kind or 'none'}; allowed: {', '.join(readers)}")
    try:
        return reader(body)
    except SpanError as error:
        raise Refusal(400, str(error)) from None


def _server(receiver: Receiver) -> ThreadingHTTPServer:
    handler = type("Taking", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer((LOOPBACK, 0), handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    """One connection of an exporter."""

    receiver: Receiver
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = READ_S

    def do_POST(self) -> None:
        """One export."""
        try:
            body = unpacked(self._body(), self.headers.get("Content-Encoding", "").lower())
            kind = self.headers.get("Content-Type", "")
            if self.path == TRACES:
                self.receiver.keep(read_spans(body, kind))
            elif self.path not in THROWN_AWAY:
                raise Refusal(404, f"{self.path}; allowed: {TRACES}")
        except Refusal as refusal:
            self.receiver.count_refused()
            self.close_connection = True
            self._answer(refusal.status, "text/plain", refusal.detail.encode())
        else:
            is_json = kind.partition(";")[0].strip().lower() == JSON
            self._answer(200, JSON if is_json else PROTOBUF, b"{}" if is_json else b"")

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise Refusal(411, "no Content-Length")
        if int(length) > MOST_BODY:
            raise Refusal(413, f"more than {MOST_BODY} bytes")
        return self._exactly(int(length))

    def _chunks(self) -> Iterator[bytes]:
        taken = 0
        while size := self._chunk_size():
            taken += size
            if taken > MOST_BODY:
                raise Refusal(413, f"more than {MOST_BODY} bytes")
            yield self._exactly(size)
            self.rfile.readline(8)
        while self.rfile.readline(8192).strip():  # trailers
            pass

    def _chunk_size(self) -> int:
        text = self.rfile.readline(64).partition(b";")[0].strip()
        try:
            return int(text, 16)
        except ValueError:
            raise Refusal(400, "a chunk without its size") from None

    def _exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise Refusal(400, "the body is cut off")
        return body
