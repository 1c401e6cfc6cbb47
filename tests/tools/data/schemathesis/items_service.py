"""A small service that keeps its document, but for the defects named by the variable PLANT.

`python items_service.py` prints its port. PLANT: accept, reject, lie, crash, die, hang; KEY: the
value that the header X-Key must have.
"""

import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLANT = frozenset(os.environ.get("PLANT", "").split(","))
KEY = os.environ.get("KEY", "")
CALLS: list[str] = []


def answer(method: str, path: str, kind: str, body: bytes) -> tuple[int, Any, str]:
    """Status, JSON value and Allow header."""
    if path == "/v1/items":
        if method == "GET":
            return 200, [{"id": 1, "name": "a"}], ""
        return made(kind, body) if method == "POST" else (405, {"error": "m"}, "GET, POST")
    match = re.fullmatch(r"/v1/items/([^/]*)", path)
    if not match:
        return 404, {"error": "no"}, ""
    if method != "GET":
        return 405, {"error": "m"}, "GET"
    return found(match[1])


def made(kind: str, body: bytes) -> tuple[int, Any, str]:
    if kind.split(";")[0] != "application/json":
        return 415, {"error": "type"}, ""
    try:
        value = json.loads(body)
    except ValueError:
        return 422, {"error": "json"}, ""
    name = value.get("name") if isinstance(value, dict) else None
    good = isinstance(name, str) and 1 <= len(name) <= 20
    if "reject" in PLANT and good:
        return 422, {"error": "name"}, ""
    if good or "accept" in PLANT:
        return 201, {"id": 2, "name": str(name)}, ""
    return 422, {"error": "name"}, ""


def found(text: str) -> tuple[int, Any, str]:
    CALLS.append(text)
    if "hang" in PLANT:
        time.sleep(30)
    if "die" in PLANT and len(CALLS) > 20:
        os._exit(7)
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > 1000:
        return 422, {"error": "id"}, ""
    if "crash" in PLANT:
        return 500, {"error": "boom"}, ""
    if "lie" in PLANT:
        return 200, {"id": "one", "name": "a"}, ""
    known = int(text) in (1, 2)
    return (200, {"id": int(text), "name": "a"}, "") if known else (404, {"error": "no"}, "")


class Handler(BaseHTTPRequestHandler):
    """Every method is answered the same way."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def go(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, value, allow = 401, {"error": "key"}, ""
        if not KEY or self.headers.get("X-Key") == KEY:
            kind = self.headers.get("Content-Type", "")
            status, value, allow = answer(self.command, self.path.split("?")[0], kind, body)
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if allow:
            self.send_header("Allow", allow)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = do_TRACE = go
    do_QUERY = go

    def log_message(self, *_: Any) -> None:
        return


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
