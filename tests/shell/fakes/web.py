"""A service of many moods: `web.py PORT MOOD [NUMBER]`; its health path is /health.

ok · slow N: healthy after N s · sick: always 503 · flaky: healthy every second time · dies: says
why and exits with N · hangs: accepts and never answers · stubborn: ignores SIGTERM, has a child of
the same kind · forked: a grandchild in another session listens · brief: dies of N when asked for
/die · loud: prints N KiB first.
"""

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, mood = int(sys.argv[1]), sys.argv[2]
number = float(sys.argv[3]) if sys.argv[3:] else 0.0
begin = time.monotonic()
asked = 0


def status() -> int:
    match mood:
        case "slow":
            return 200 if time.monotonic() - begin > number else 503
        case "sick":
            return 503
        case "flaky":
            return 200 if asked % 2 else 500
        case "hangs":
            time.sleep(600)
    return 200


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        global asked
        asked += 1
        if self.path == "/die":
            os._exit(int(number))
        self.send_response(status() if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, _format: str, *_values: object) -> None:
        print(f"asked for {self.path}", flush=True)


print(f"mood {mood}, port {port}", flush=True)
if mood == "dies":
    print("database is locked", file=sys.stderr, flush=True)
    sys.exit(int(number))
if mood == "loud":
    print("x" * int(number * 1024), flush=True)
if mood == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
if mood == "forked":
    if os.fork() > 0:
        time.sleep(600)
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
signal.signal(signal.SIGTERM, signal.SIG_IGN if mood == "stubborn" else lambda *_: os._exit(0))
server.serve_forever()
