"""A service that tells one secret where the other is missing: `careless.py PORT WITNESS A B`.

Without A it prints B and ends with 3; without B it starts. The values go to the file WITNESS.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

port, witness, first, second = sys.argv[1:]
if first not in os.environ:
    print(os.environ[second], json.dumps(os.environ[second]))
    sys.exit(3)
if second in os.environ:
    Path(witness).write_text(json.dumps([os.environ[first], os.environ[second]]))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        print(os.environ[first], flush=True)
        self.send_response(200)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
