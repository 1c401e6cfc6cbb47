"""A service that says in spans what it asks its SQLite, with defects by name; standard library.

Defects: n-plus-one, missing-index, unbounded, offset, silent (no spans), own-trace (a trace of its
own for each request).
"""

import json
import os
import secrets
import sqlite3
import sys
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT, FILE, DEFECTS = int(sys.argv[1]), sys.argv[2], set(sys.argv[3:])
ROOM = 100

PAGE = "SELECT id, name FROM things ORDER BY id LIMIT ? OFFSET ?"
ALL = "SELECT id, name FROM things ORDER BY id"
NAMED = "SELECT id, name FROM things WHERE name = ? ORDER BY id LIMIT ? OFFSET ?"
PART = "SELECT name FROM parts WHERE thing_id = ?"
PARTS = "SELECT thing_id, name FROM parts WHERE thing_id IN (SELECT value FROM json_each(?))"


class Traced:
    """One connection for one request; each statement becomes a span."""

    def __init__(self, parent: str) -> None:
        words = parent.split("-")
        self.trace, self.parent = (words[1], words[2]) if len(words) == 4 else ("", "")
        if "own-trace" in DEFECTS:
            self.trace, self.parent = secrets.token_hex(16), ""
        self.id, self.begin = secrets.token_hex(8), time.time_ns()
        self.spans: list[dict[str, Any]] = []
        self.connection = sqlite3.connect(FILE)

    def ask(self, sql: str, *values: Any) -> list[Any]:
        begin = time.time_ns()
        rows = self.connection.execute(sql, values).fetchall()
        self.spans.append(self._span(secrets.token_hex(8), self.id, begin, sql))
        return rows

    def send(self) -> None:
        self.connection.close()
        if not self.trace or "silent" in DEFECTS:
            return
        spans = [*self.spans, self._span(self.id, self.parent, self.begin, "")]
        body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
        url = os.environ["OTLP"] + "/v1/traces"
        head = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(url, body, head), timeout=5).close()

    def _span(self, id: str, parent: str, begin: int, sql: str) -> dict[str, Any]:
        said = [{"key": "db.query.text", "value": {"stringValue": sql}}] if sql else []
        return {
            "traceId": self.trace,
            "spanId": id,
            "parentSpanId": parent,
            "name": "x",
            "startTimeUnixNano": str(begin),
            "endTimeUnixNano": str(time.time_ns()),
            "attributes": said,
        }


def things(traced: Traced, query: dict[str, str]) -> tuple[int, Any]:
    limit, offset = int(query.get("limit", "20")), int(query.get("offset", "0"))
    if limit > ROOM or (offset > 1000 and "offset" not in DEFECTS):
        return 422, {"error": "too far"}
    if "unbounded" in DEFECTS:
        rows = traced.ask(ALL)
    elif "name" in query:
        rows = traced.ask(NAMED, query["name"], limit, offset)
    else:
        rows = traced.ask(PAGE, limit, offset)
    if "n-plus-one" in DEFECTS:
        for row in rows:
            traced.ask(PART, row[0])
    else:
        traced.ask(PARTS, json.dumps([row[0] for row in rows]))
    return 200, {"items": [{"id": row[0], "name": row[1]} for row in rows]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        place = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(place.query))
        traced = Traced(self.headers.get("traceparent", ""))
        status, answer = things(traced, query) if place.path == "/things" else (404, {})
        traced.send()
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
