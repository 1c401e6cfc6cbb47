"""A tiny service with one planted defect: the control of every tool that looks at a running one."""

from collections.abc import Mapping

_TARGET = """\
name = "planted"
[service]
start = ["{python}", "service.py", "{port}"]
health = "/health"
[load]
rate = 20
[[load.operations]]
path = "/things"
"""

_SERVICE = '''\
"""Answers GET requests as planted below; standard library only."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

GOOD = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
numbers = count(1)


def answer(path, number):
    """Return status and headers of the answer to the request of this number (from 1)."""
PLANTED


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, headers = answer(self.path, next(numbers))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
'''


def files(planted: str) -> Mapping[str, str]:
    """Return target file and program; `planted` is the body of its function `answer`."""
    body = "\n".join(f"    {line}" for line in planted.splitlines())
    return {"gatescore.toml": _TARGET, "service.py": _SERVICE.replace("PLANTED", body)}
