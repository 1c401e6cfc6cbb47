"""A service that gives its secrets away in every form: `confides.py PORT WITNESS NAME…`.

The values of the named variables go into headers, a cookie, a redirect, the body, its log and, so
that the test knows them, the file WITNESS. `/die` makes it say them once more, and exit.
"""

import base64
import json
import os
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

values = [os.environ[name] for name in sys.argv[3:]]


def forms(value: str) -> list[str]:
    raw = value.encode()
    user = base64.b64encode(b"user:" + raw).decode()
    return [
        value,
        urllib.parse.quote(value, safe=""),
        json.dumps({"token": value}),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(b"x" + raw).decode(),
        f"Basic {user}",
        f"http://user:{urllib.parse.quote(value, safe='')}@127.0.0.1/?token={value}",
    ]


everything = [form for value in values for form in forms(value)]
Path(sys.argv[2]).write_text(json.dumps([values, everything]))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        print("\n".join([self.path, *map(str, self.headers.items()), *everything]), flush=True)
        if self.path == "/die":
            os._exit(3)
        self.send_response(200)
        for value in values:
            self.send_header("Set-Cookie", f"session={value}; HttpOnly")
            self.send_header("X-Token", value)
            self.send_header("Location", f"/next?token={urllib.parse.quote(value)}")
        self.end_headers()
        self.wfile.write("\n".join(everything).encode())


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
