"""A service that keeps its document, but for what PLANT names; it prints its port.

Defects: crash, undead, everything, html, expire, refuse, die, rule (a rule that no schema says),
bomb (answers unpack to 200 MiB).
Unusual and correct: soft (a deleted thing says so), masked (404 without a token), bare (405
without Allow, 501 to unknown methods), secret (answers hold a password). TOKEN: what Authorization
has to be; ADMIN: another one.
"""

import gzip
import json
import os
import re
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLANT = frozenset(os.environ.get("PLANT", "").split(","))
TOKENS = {f"Bearer {os.environ.get(name)}" for name in ("TOKEN", "ADMIN") if os.environ.get(name)}
CANARY = os.environ.get("CANARY", "")
THINGS: dict[int, dict[str, Any]] = {}
GONE: set[int] = set()
BOMB = gzip.compress(bytes(200 * 2**20)) if "bomb" in PLANT else b""
COUNT = [0]
MADE = [0]
Answered = tuple[int, Any, str]
METHODS = {"/v1/things": "GET, POST", "/v1/spans": "POST"}


def answer(method: str, target: str, headers: Any, body: bytes) -> Answered:
    """Status, JSON value and Allow header."""
    COUNT[0] += 1
    path, _, query = target.partition("?")
    item = re.fullmatch(r"/v1/things/([^/]*)", path)
    allow = METHODS.get(path) or ("DELETE, GET" if item else "")
    if not allow:
        return 404, {"error": "no such path"}, ""
    if not known(headers):
        return (404 if "masked" in PLANT and item else 401), {"error": "who"}, ""
    if method not in allow.split(", "):
        return 405, {"error": "method"}, "" if "bare" in PLANT else allow
    if item:
        return one(method, item[1])
    if method == "GET":
        return listed(query)
    return made(path, headers, body)


def known(headers: Any) -> bool:
    if "refuse" in PLANT or ("expire" in PLANT and COUNT[0] > 40):
        return False
    return not TOKENS or headers.get("Authorization") in TOKENS


def listed(query: str) -> Answered:
    values = re.findall(r"(?:^|&)limit=([^&]*)", query)
    for value in values[:1]:
        if not re.fullmatch(r"[0-9]{1,2}", value) or not 1 <= int(value) <= 50:
            return 422, {"error": "limit"}, ""
        if int(value) == 50 and "die" in PLANT:
            os._exit(7)
    return 200, list(THINGS.values())[:5], ""


def one(method: str, text: str) -> Answered:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        return 422, {"error": "id"}, ""
    id = int(text)
    if id not in THINGS:
        return 404, {"error": "no such thing"}, ""
    if method == "DELETE":
        GONE.add(id)
        if "soft" in PLANT:
            THINGS[id]["deleted"] = True
        elif "undead" not in PLANT:
            del THINGS[id]
        return 204, None, ""
    return 200, THINGS[id], ""


def made(path: str, headers: Any, body: bytes) -> Answered:
    if headers.get("Content-Type", "").split(";")[0] != "application/json":
        return 415, {"error": "type"}, ""
    try:
        value = json.loads(body)
    except ValueError:
        return 422, {"error": "json"}, ""
    if not isinstance(value, dict):
        return 422, {"error": "object"}, ""
    return span(value) if path == "/v1/spans" else thing(value)


def whole(value: Any, most: int) -> bool:
    number = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return number and not isinstance(value, bool) and 0 <= value <= most


def span(value: dict[str, Any]) -> Answered:
    if value.keys() != {"start", "end"} or not all(whole(part, 9) for part in value.values()):
        return 422, {"error": "fields"}, ""
    if "rule" in PLANT and value["start"] > value["end"]:
        return 422, {"error": "the end is before the start"}, ""
    return 201, {}, ""


def thing(value: dict[str, Any]) -> Answered:
    name, size = value.get("name"), value.get("size", 0)
    if value.keys() - {"name", "size"} or not isinstance(name, str) or not whole(size, 100):
        return 422, {"error": "fields"}, ""
    if not re.fullmatch(r"[a-z]{1,20}", name):
        return 422, {"error": "name"}, ""
    if "crash" in PLANT and size == 100:
        return 500, {"error": f"ZeroDivisionError at {COUNT[0]}"}, ""
    MADE[0] += 1
    THINGS[MADE[0]] = {"id": MADE[0], "name": name, "size": int(size)}
    if CANARY:
        THINGS[MADE[0]]["password"] = CANARY
    return 201, THINGS[MADE[0]], ""


class Handler(BaseHTTPRequestHandler):
    """Answers by the functions above."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet: else every answer waits for an acknowledgement

    def respond(self) -> None:
        """One answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "everything" in PLANT:
            return self.send(200, b"{}", "application/json", "")
        status, value, allow = answer(self.command, self.path, self.headers, body)
        if "html" in PLANT and status == 200:
            return self.send(200, b"<html>Sorry!</html>", "text/html", "")
        if "bomb" in PLANT and status == 200:
            return self.send(200, BOMB, "application/json", "")
        data = b"" if value is None else json.dumps(value).encode()
        return self.send(status, data, "application/json", allow)

    def send(self, status: int, data: bytes, kind: str, allow: str) -> None:
        """Write it out."""
        self.send_response(status)
        if data:
            self.send_header("Content-Type", kind)
        if allow:
            self.send_header("Allow", allow)
        if data and data is BOMB:
            self.send_header("Content-Encoding", "gzip")
        if CANARY:
            self.send_header("Set-Cookie", f"session={CANARY}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = respond
    if "bare" not in PLANT:
        do_TRACE = do_QUERY = do_HEAD = respond

    def handle(self) -> None:
        """One connection: who reads no bomb hangs up."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
