"""What the contract gate reads of an answer is bounded, against bodies that have no end (B42, B43).

Each in a process of its own: the bound holds for all of a process.
"""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

BOMB = gzip.compress(bytes(200 * 2**20))
READ = r"""
import re, sys, requests
from gates.probes import _bounded_answers
_bounded_answers.bound(1_000_000, 0.5)
try:
    print(len(requests.get(sys.argv[1], timeout=5).content))
except requests.ConnectionError as error:
    print(error)
# Of this program alone: getrusage begins with what its parent had.
peak = re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())
print(int(peak[1]) // 1024)
"""


class Odd(BaseHTTPRequestHandler):
    stop = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/bomb":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        try:
            self.say()
        except OSError:
            return

    def say(self) -> None:
        match self.path:
            case "/bomb":
                self.wfile.write(BOMB)
            case "/endless":
                while not self.stop.is_set():
                    self.wfile.write(bytes(2**16))
            case "/drips":
                while not self.stop.wait(0.1):
                    self.wfile.write(bytes(11_000))
            case path:
                self.wfile.write(bytes(int(path[1:])))

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[str]:
    handler = type("Handler", (Odd,), {"stop": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        handler.stop.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/1000000", "1000000"),
        ("/1000001", "body-too-large: more than 1,000,000 bytes"),
        ("/bomb", "body-too-large"),
        ("/endless", "body-too-large"),
        ("/drips", "body-too-slow: not whole after 0.5 s"),
    ],
)
def test_b42_b43_a_body_is_read_to_a_size_and_a_time(path: str, said: str) -> None:
    with serving() as origin:
        argv = [sys.executable, "-c", READ, origin + path]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    words, memory = done.stdout.splitlines()
    assert said in words
    assert int(memory) < 150, "MB: the bomb alone unpacks to 200"
