"""A service that keeps to its document but for one mood: `contrary.py PORT MOOD [MORE]`.

everything: 200 to whatever is asked · redirects: all but the login to the origin MORE or to itself,
and the document names MORE as its server · falls: deleting a note ends it · forgets: a token is
taken MORE times, and a note is there for everybody · large: 2,000 operations in 10 MB.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT, MOOD = int(sys.argv[1]), sys.argv[2]
MORE = sys.argv[3] if sys.argv[3:] else ""
STRANGER = MORE if MOOD == "redirects" else ""
PEOPLE = {"ann": "pw-of-ann-1", "bob": "pw-of-bob-2"}
NOTE = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {
        "id": {"type": "integer"},
        "text": {"type": "string", "minLength": 1, "maxLength": 40},
    },
}
BODY = {"schema": {"$ref": "#/components/schemas/NewNote"}}
uses: dict[str, int] = {}
owners: dict[str, str] = {}
notes: dict[int, tuple[str, str]] = {}


def document() -> dict[str, Any]:
    one = {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}
    error = {"application/json": {"schema": {"type": "object"}}}
    fails = {code: {"description": code, "content": error} for code in ("401", "404", "422", "405")}
    found = {"responses": {"200": {"description": "ok", "content": one}, **fails}}
    made = {"responses": {"201": {"description": "made", "content": one}, **fails}}
    gone = {"responses": {"204": {"description": "gone"}, **fails}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    body = {"requestBody": {"required": True, "content": {"application/json": BODY}}}
    secured = {"security": [{"token": []}]}
    paths: dict[str, Any] = {
        "/v1/notes": {"post": {"operationId": "add", **made, **body, **secured}},
        "/v1/notes/{id}": {
            "parameters": [number],
            "get": {"operationId": "read", **found, **secured},
            "delete": {"operationId": "remove", **gone, **secured},
        },
    }
    if MOOD == "large":
        long = {"description": "x" * 4_500, **found, **secured}
        for index in range(998):
            path = f"/v1/notes/{{id}}/part{index}"
            paths[path] = {"parameters": [number], "get": long, "put": {**long, **body}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Notes", "version": "1.0.0"},
        "servers": [{"url": f"{STRANGER}/"}] if STRANGER else [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"Note": NOTE, "NewNote": {**NOTE, "required": ["text"]}},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        path = self.path.partition("?")[0]
        if path == "/health":
            return self.say(200, {"status": "ok"})
        if path == "/openapi.json":
            return self.say(200, document())
        if path == "/login":
            return self.login(sent)
        match MOOD:
            case "everything":
                return self.say(200, {"id": 1, "text": "fine"})
            case "redirects":
                place = STRANGER if "1" in path else ""
                return self.say(302, {}, Location=f"{place}{self.path}")
        return self.rest(path, sent)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_TRACE = do_GET

    def login(self, sent: bytes) -> None:
        said = json.loads(sent)
        if PEOPLE.get(said.get("name")) != said.get("password"):
            return self.say(401, {"error": "no"})
        token = f"token-{said['name']}-{len(owners)}"
        owners[token] = said["name"]
        return self.say(200, {"token": token})

    def rest(self, path: str, sent: bytes) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        uses[token] = uses.get(token, 0) + 1
        known = MOOD != "forgets" or uses[token] <= int(MORE)
        if token not in owners or not known:
            return self.say(401, {"error": "who?"}, **{"WWW-Authenticate": "Bearer"})
        parts = path.strip("/").split("/")
        if parts[:2] != ["v1", "notes"] or len(parts) > 4:
            return self.say(404, {"error": "nothing here"})
        if len(parts) == 2:
            return self.add(owners[token], sent)
        if self.command not in ("GET", "DELETE", "PUT"):
            return self.say(405, {"error": "no such method"}, Allow="GET, DELETE")
        return self.one(owners[token], parts[2], sent)

    def add(self, owner: str, sent: bytes) -> None:
        if self.command != "POST":
            return self.say(405, {"error": "no such method"}, Allow="POST")
        text = text_of(sent)
        if text is None:
            return self.say(422, {"error": "no text"})
        notes[len(notes) + 1] = (owner, text)
        return self.say(201, {"id": len(notes), "text": text})

    def one(self, owner: str, number: str, sent: bytes) -> None:
        if not number.lstrip("-").isdigit():
            return self.say(422, {"error": "no number"})
        note = notes.get(int(number))
        if note is None or (note[0] != owner and MOOD != "forgets"):
            return self.say(404, {"error": "nothing here"})
        if self.command == "DELETE":
            if MOOD == "falls":
                os._exit(9)
            del notes[int(number)]
            return self.whole(204, b"", {})
        if self.command == "PUT" and text_of(sent) is None:
            return self.say(422, {"error": "no text"})
        return self.say(200, {"id": int(number), "text": note[1]})

    def say(self, status: int, body: object, **headers: str) -> None:
        kinds = {"Content-Type": "application/json", **headers}
        self.whole(status, json.dumps(body).encode(), kinds)

    def whole(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, _format: str, *_values: object) -> None:
        """Nothing: its log would be of megabytes."""


def text_of(sent: bytes) -> str | None:
    try:
        said = json.loads(sent)
    except ValueError:
        return None
    text = said.get("text") if isinstance(said, dict) else None
    return text if isinstance(text, str) and 0 < len(text) <= 40 else None


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
