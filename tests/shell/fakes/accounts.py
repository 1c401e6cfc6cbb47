"""A service with accounts and a counter: `accounts.py PORT STATE_FOLDER`.

POST /login gives a new token to everybody but "stranger"; GET /count counts in memory and in the
state folder. With `--reset PORT` it tells a running one to forget the counter.
"""

import itertools
import json
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

if sys.argv[1] == "--reset":
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[2]}/reset", timeout=5).read()
    sys.exit(0)

tokens = itertools.count(1)
state = Path(sys.argv[2], "count")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path:
            case "/count":
                number = int(state.read_text()) + 1 if state.exists() else 1
                state.write_text(str(number))
                self.answer(200, str(number))
            case "/reset":
                state.unlink(missing_ok=True)
                self.answer(200, "")
            case _:
                self.answer(200, "")

    def do_POST(self) -> None:
        name = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["username"]
        token = f"{name}-token-{next(tokens)}"
        known = name != "stranger"
        self.answer(200 if known else 401, json.dumps({"token": token, "renewal": token + "-r"}))

    def answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
