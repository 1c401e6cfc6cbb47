"""A small service of notes with WebSocket events, sound unless `--defect NAME` says otherwise.

`python notes_service.py PORT [--defect NAME]`; DEFECTS names what can be wrong with it. Tokens are
"token-" and the account's name; the admin is `admin` with the password of ADMIN_PASSWORD.
"""

import argparse
import contextlib
import itertools
import json
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import simple_websocket

DEFECTS = (
    "none",
    "lost-subscriber",  # only the first of them gets an event
    "open-socket",  # WebSockets need no token
    "undeleted",  # a deleted note can still be read by the admin
    "listed",  # a deleted note is still listed
    "stale",  # what was changed is read as it was for a while
    "wrong-profile",  # the profile shows another address
    "open-profile",  # the profile needs no token
    "slow-index",  # the list knows a new note only after 0.4 s: correct, where one waits
    "half",  # a batch that fails keeps its first note
    "text-id",  # ids are texts, where the document says numbers
)
LOCK = threading.Lock()
ACCOUNTS: dict[str, str] = {"admin": os.environ.get("ADMIN_PASSWORD", "admin-password-1")}
NOTES: dict[int, dict] = {}
LISTED_AT: dict[int, float] = {}
OLD: dict[int, tuple[float, dict]] = {}
NUMBERS = itertools.count(1)
SUBSCRIBERS: list[simple_websocket.Server] = []
DEFECT = "none"


class Refused(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path.startswith("/v1/events"):
            return self.events()
        return self.handled()

    def handled(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        try:
            status, value = routed(self.command, self.path, self.headers, body)
        except Refused as error:
            status, value = error.status, {"error": str(error), "code": error.code}
        self.answer(status, value)

    do_POST = do_PATCH = do_DELETE = handled

    def answer(self, status, value):
        data = b"" if status == 204 else json.dumps(value).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
        if status == 201 and "id" in value:
            self.send_header("Location", f"/v1/notes/{value['id']}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def events(self):
        try:
            if DEFECT != "open-socket":
                whoever(self.headers)
        except Refused as error:
            return self.answer(error.status, {"error": str(error), "code": error.code})
        environ = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in self.headers.items()}
        environ |= {"werkzeug.socket": self.connection, "PATH_INFO": self.path}
        line = simple_websocket.Server(environ)
        with LOCK:
            SUBSCRIBERS.append(line)
        try:
            line.send(json.dumps({"type": "welcome"}))
            while True:
                line.send(json.dumps({"type": "echo", "of": line.receive()}))
        except simple_websocket.ConnectionClosed:
            self.close_connection = True
        finally:
            with LOCK:
                SUBSCRIBERS.remove(line)

    def log_message(self, *_):
        pass


def whoever(headers):
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    name = token.removeprefix("token-")
    if not token.startswith("token-") or name not in ACCOUNTS:
        raise Refused(401, "unauthenticated")
    return name


def routed(method, target, headers, body):
    path, _, query = target.partition("?")
    if path == "/health":
        return 200, {"status": "ok"}
    if path == "/_pact/states" and method == "POST":
        return 200, state(json.loads(body))
    if path in ("/v1/register", "/v1/login"):
        return account(path, json.loads(body))
    if path == "/v1/me" and method == "GET":
        if DEFECT == "open-profile":
            return 200, {"email": "someone@example.com"}
        name = whoever(headers)
        return 200, {"email": "else@example.com" if DEFECT == "wrong-profile" else name}
    found = re.fullmatch(r"/v1/notes(?:/(batch|[0-9]+))?", path)
    if not found:
        raise Refused(404, "not_found")
    owner = whoever(headers)
    if found[1] is None or found[1] == "batch":
        return collection(method, owner, body, found[1] == "batch", query)
    return one_note(method, owner, int(found[1]), body)


def account(path, given):
    email, password = given.get("email"), given.get("password", "")
    if path == "/v1/register":
        if email in ACCOUNTS or not email or len(password) < 8:
            raise Refused(422, "invalid_account")
        ACCOUNTS[email] = password
        return 201, {"email": email}
    if ACCOUNTS.get(email) != password:
        raise Refused(401, "wrong_credentials")
    return 200, {"access_token": f"token-{email}"}


def collection(method, owner, body, batch, query):
    now = time.monotonic()
    if method == "GET" and not batch:
        shown = [n for n in NOTES.values() if not n["deleted"] or DEFECT == "listed"]
        shown = [seen(n) for n in shown if LISTED_AT[n["id"]] <= now]
        limit = int(dict(p.split("=") for p in query.split("&") if p).get("limit", 100))
        return 200, {"items": shown[:limit]}
    if method != "POST":
        raise Refused(405, "method_not_allowed")
    titles = json.loads(body).get("titles") if batch else [json.loads(body).get("title")]
    if DEFECT != "half" and not all(isinstance(t, str) and t for t in titles):
        raise Refused(422, "invalid_title")
    made = []
    for title in titles:
        if not isinstance(title, str) or not title:
            raise Refused(422, "invalid_title")
        made.append(create(title, owner, now))
    return 201, {"items": made} if batch else made[0]


def create(title, owner, now):
    note = {"id": next(NUMBERS), "title": title, "owner": owner, "deleted": False}
    NOTES[note["id"]] = note
    LISTED_AT[note["id"]] = now + (0.4 if DEFECT == "slow-index" else 0.0)
    told({"type": "note.created", "id": note["id"], "title": title})
    return seen(note)


def told(event):
    with LOCK:
        lines = SUBSCRIBERS[:1] if DEFECT == "lost-subscriber" else list(SUBSCRIBERS)
    for line in lines:
        with contextlib.suppress(simple_websocket.ConnectionClosed):
            line.send(json.dumps(event))


def one_note(method, owner, number, body):
    note = NOTES.get(number)
    undeleted = DEFECT == "undeleted" and owner == "admin"
    if note is None or (note["deleted"] and not undeleted):
        raise Refused(404, "not_found")
    if note["owner"] != owner and owner != "admin":
        raise Refused(403, "forbidden")
    if method == "DELETE":
        note["deleted"] = True
        return 204, None
    if method == "PATCH":
        OLD[number] = (time.monotonic() + 0.3, dict(note))
        note["title"] = json.loads(body)["title"]
    if method == "GET" and DEFECT == "stale" and number in OLD:
        until, before = OLD[number]
        return 200, seen(before if time.monotonic() < until else note)
    return 200, seen(note)


def seen(note):
    id = str(note["id"]) if DEFECT == "text-id" else note["id"]
    return {"id": id, "title": note["title"], "owner": note["owner"]}


def state(given):
    """Sets up a provider state of a Pact file."""
    if given.get("state") == "a note exists":
        number = int(given.get("params", {}).get("id", 7))
        title = given.get("params", {}).get("title", "Bread")
        NOTES[number] = {"id": number, "title": title, "owner": "admin", "deleted": False}
        LISTED_AT[number] = 0.0
    return {}


def main():
    global DEFECT
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--defect", choices=DEFECTS, default="none")
    given = parser.parse_args()
    DEFECT = given.defect
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer(("127.0.0.1", given.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
