"""A server with accounts: POST /users makes one, POST /login its token, GET /me needs a token.

--most N   how many accounts it makes before it answers 409
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument("--most", type=int, default=100)
given = parser.parse_args()
users = {"first": "secret"}
tokens: dict[str, str] = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/users":
            if len(users) > given.most:
                self.answer(409, {})
            else:
                users[body["user"]] = body["password"]
                self.answer(201, {})
        elif users.get(body["email"]) == body["password"] and body["realm"] == "shop":
            tokens[f"t-{body['email']}"] = body["email"]
            self.answer(200, {"token": f"t-{body['email']}"})
        else:
            self.answer(401, {})

    def do_GET(self) -> None:
        known = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.answer(200 if known in tokens else 401, {})

    def answer(self, status: int, body: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
