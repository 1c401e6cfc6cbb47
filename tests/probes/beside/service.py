"""A service with a defect by name: service.py PORT [word …]. Standard library only.

Each request of /things: `memory` keeps 400 kB, `files` opens a file, `threads` starts a thread,
`bounded` fills a cache of 25 MB in its first half, `children` forks the service under another
process, `slow` takes 0.3 s and `slower` 1.5 s, `again` does so from its second start on, `outage`
answers 503 for a while. SIGTERM: `graceful` answers what was begun, `failing` answers it with 500,
`refusing` goes on for a second and answers 503 to new ones, `broken` does so with 500; without a
word the process just ends.
"""

import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

port, *words = sys.argv[1:]
kept: list[object] = []
cache: dict[int, bytes] = {}
numbers = count()
ending = threading.Event()
never = threading.Event()
if "again" in words:
    before = Path("started-before")
    words += ["slower"] * before.exists()
    before.touch()


def things() -> int:
    number = next(numbers)
    if "memory" in words:
        kept.append(b"x" * 400_000)
    if "files" in words:
        kept.append(open(os.devnull))  # noqa: SIM115
    if "threads" in words:
        threading.Thread(target=never.wait, daemon=True).start()
    if "bounded" in words:
        cache[number % 60] = b"x" * 400_000
    if "slow" in words:
        time.sleep(0.3)
    if "slower" in words:  # surely in flight when the stop comes, on a busy machine too
        time.sleep(1.5)
    return 503 if "outage" in words and 20 <= number < 50 else 200


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        late = ending.is_set()
        status = 200 if self.path == "/health" else things()
        if "failing" in words and ending.is_set():
            status = 500
        if late:
            status = 503 if "refusing" in words else 500 if "broken" in words else status
        self.answer(status)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(500 if "failing" in words and ending.is_set() else 201)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for what was begun


def stop(*_: object) -> None:
    def end() -> None:
        ending.set()
        if {"refusing", "broken"} & {*words}:
            time.sleep(1)
        server.shutdown()

    threading.Thread(target=end).start()


if "children" in words and os.fork():
    os.wait()
    sys.exit()
server = Server(("127.0.0.1", int(port)), Handler)
if {"graceful", "failing", "refusing", "broken"} & {*words}:
    signal.signal(signal.SIGTERM, stop)
server.serve_forever(0.02)
server.server_close()
