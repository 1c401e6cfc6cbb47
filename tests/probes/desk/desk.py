"""A small service with accounts, private notes and shared articles; each argument plants a defect.

Prints its port. Tokens are t-alice, t-bob (users), t-root (admin) and t-guest (a lower rank).
Words that are no defect change how a correct service looks: see `SHAPES`.
"""

import json
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

SHAPES = {"uuid", "slug", "location", "bodyless", "envelope", "forbidden", "masked", "profile"}
ON = set(sys.argv[1:])
PEOPLE = {
    "t-alice": {"id": 1, "name": "alice", "role": "user", "mail": "alice@example.com"},
    "t-bob": {"id": 2, "name": "bob", "role": "user", "mail": "bob@example.com"},
    "t-root": {"id": 3, "name": "root", "role": "admin", "mail": "root@example.com"},
    "t-guest": {"id": 4, "name": "guest", "role": "guest", "mail": "guest@example.com"},
}
PASSWORDS = {"alice": "pw-alice-1", "bob": "pw-bob-12"}
LOCK = threading.Lock()
DB = sqlite3.connect(":memory:", check_same_thread=False)
DB.executescript(
    """
    CREATE TABLE notes (id TEXT PRIMARY KEY, owner_id INTEGER, title TEXT, text TEXT, done INTEGER,
        status TEXT, created_at TEXT);
    CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, price INTEGER);
    CREATE TABLE users (name TEXT, password TEXT);
    INSERT INTO articles VALUES (1, 'emma', 30), (2, 'persuasion', 10), (3, 'mansfield park', 20);
    INSERT INTO users VALUES ('alice', 'pw-alice-1'), ('bob', 'pw-bob-12');
    """
)
COUNT = [0]
EXTRA: dict[str, dict] = {}  # fields of notes that have no column


def rows(sql, *values):
    with LOCK:
        cursor = DB.execute(sql, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def new_id():
    COUNT[0] += 1
    if "uuid" in ON:
        return str(uuid.UUID(int=COUNT[0] * 7919))
    return f"note-{'abcdefghij'[COUNT[0] % 10]}{COUNT[0]}x" if "slug" in ON else str(COUNT[0])


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def shown(note):
    spelled = {**note, "done": bool(note["done"]), **EXTRA.get(note["id"], {})}
    if not ({"uuid", "slug"} & ON):
        spelled["id"] = int(note["id"])
    return {"data": spelled, "meta": {"at": time.time()}} if "envelope" in ON else spelled


def may(me, note, defect):
    return note["owner_id"] == me["id"] or defect in ON or ("wiki" in ON)


def the_note(me, key, defect):
    found = rows("SELECT * FROM notes WHERE id = ?", key)
    if not found:
        raise Refused(404, "no such note")
    if not may(me, found[0], defect):
        raise Refused(403 if "forbidden" in ON else 404, "no such note")
    return found[0]


def make_note(me, body):
    key = new_id()
    owner = body.get("owner_id", me["id"]) if "mass-owner" in ON else me["id"]
    status = body.get("status", "open") if "mass-status" in ON else "open"
    title, text = str(body["title"]), str(body.get("text", ""))
    if "sql-insert" in ON:
        with LOCK:
            DB.execute(
                f"INSERT INTO notes VALUES ('{key}', {int(owner)}, '{title}', '{text}', 0, "
                f"'{status}', '2026-01-01T00:00:00Z')"
            )
    else:
        rows(
            "INSERT INTO notes VALUES (?, ?, ?, ?, 0, ?, '2026-01-01T00:00:00Z')",
            key,
            owner,
            title,
            text,
            status,
        )
    if "schemaless" in ON:
        EXTRA[key] = {k: v for k, v in body.items() if k not in FIXED}
    if "mass-admin" in ON and "is_admin" in body:
        EXTRA[key] = {"is_admin": body["is_admin"]}
    return rows("SELECT * FROM notes WHERE id = ?", key)[0]


FIXED = {"id", "owner_id", "title", "text", "done", "status", "created_at"}


def change_note(me, note, body):
    if "masked" in ON and note["owner_id"] != me["id"]:
        return
    title, text = body.get("title", note["title"]), body.get("text", note["text"])
    done = int(bool(body.get("done", note["done"])))
    status = body.get("status", note["status"]) if "mass-update" in ON else note["status"]
    rows(
        "UPDATE notes SET title = ?, text = ?, done = ?, status = ? WHERE id = ?",
        title,
        text,
        done,
        status,
        note["id"],
    )


def notes(me, method, key, rest, body):
    if rest == "/archive" and method == "POST":
        note = the_note(me, key, "action")
        rows("UPDATE notes SET status = 'archived' WHERE id = ?", note["id"])
        return 200, {"ok": True}
    if rest == "/history" and method == "GET":
        note = the_note(me, key, "history")
        return 200, [{"note": note["id"], "was": note["title"]}]
    if method == "GET":
        return 200, shown(the_note(me, key, "read"))
    if method in ("PUT", "PATCH"):
        found = rows("SELECT * FROM notes WHERE id = ?", key)
        if "masked" in ON and found:
            change_note(me, found[0], body)
            return 200, {"ok": True}
        note = the_note(me, key, "change")
        change_note(me, note, body)
        return 200, shown(rows("SELECT * FROM notes WHERE id = ?", key)[0])
    if "masked" in ON:
        rows("DELETE FROM notes WHERE id = ? AND owner_id = ?", key, me["id"])
        return 204, None
    rows("DELETE FROM notes WHERE id = ?", the_note(me, key, "delete")["id"])
    return 204, None


def note_list(me):
    everything = "list" in ON or "wiki" in ON
    found = rows("SELECT * FROM notes WHERE owner_id = ? OR ?", me["id"], everything)
    items = [shown(note) for note in found]
    return {"items": [i["data"] if "envelope" in ON else i for i in items], "total": len(items)}


def users(me, key, method, body):
    person = next((p for p in PEOPLE.values() if str(p["id"]) == key), None)
    mine = me["id"] == int(key) or me["role"] == "admin"
    if method == "PATCH":
        if person is None or not (mine or "account-change" in ON):
            raise Refused(404, "no such user")
        person["mail"] = str(body.get("mail", person["mail"]))
        return 200, person
    if person is None:
        raise Refused(404, "no such user")
    if mine or "account-read" in ON:
        return 200, person
    if "profile" in ON:
        return 200, {"id": person["id"], "name": person["name"]}
    raise Refused(403, "not yours")


def search(query):
    q, sort = query.get("q", [""])[0], query.get("sort", ["id"])[0]
    if "waf" in ON and re.search(r"['\"<>;|$]", q):
        raise Refused(403, "blocked")
    if "reflect" in ON and not re.fullmatch(r"[a-z ]*", q):
        raise Refused(400, f"cannot search for {q}")
    if "fulltext" in ON:
        q = re.sub(r"[^a-z0-9 ]", "", q)
    order = sort if "sql-order" in ON else {"title": "title", "price": "price"}.get(sort, "id")
    limit = query.get("limit", ["20"])[0]
    if "sql-limit" not in ON and not limit.isdecimal():
        raise Refused(422, "limit is a number")
    if "sql-search" in ON:
        sql = f"SELECT * FROM articles WHERE title LIKE '%{q}%' ORDER BY {order} LIMIT {limit}"
        return rows(sql)
    sql = f"SELECT * FROM articles WHERE title LIKE ? ORDER BY {order} LIMIT {limit}"
    return rows(sql, f"%{q}%")


def article(me, key, method, body):
    if method == "GET":
        if "sql-number" in ON:
            found = rows(f"SELECT * FROM articles WHERE id = {key}")
        else:
            found = rows("SELECT * FROM articles WHERE id = ?", re.match(r"\d*", key)[0] or "0")
        if not found:
            raise Refused(404, "no such article")
        return 200, found[0]
    if me["role"] != "admin" and f"article-{method.lower()}" not in ON:
        raise Refused(403, "administrators only")
    if method == "DELETE":
        rows("DELETE FROM articles WHERE id = ?", key)
        return 204, None
    rows("UPDATE articles SET title = ?, price = ? WHERE id = ?", body["title"], body["price"], key)
    return 200, {"id": int(key), **body}


def log_in(body):
    name, password = str(body.get("name")), str(body.get("password"))
    if "sql-login" in ON:
        found = rows(f"SELECT * FROM users WHERE name = '{name}' AND password = '{password}'")
    elif "sql-name" in ON:  # the password is compared in the program
        found = [
            r
            for r in rows(f"SELECT * FROM users WHERE name = '{name}'")
            if r["password"] == password
        ]
    else:
        found = rows("SELECT * FROM users WHERE name = ? AND password = ?", name, password)
    if not found:
        raise Refused(401, "wrong")
    return 200, {"token": f"t-{found[0]['name']}", "issued": time.time()}


def find(word, _):
    if "sql-word" in ON:
        found = rows(f"SELECT * FROM articles WHERE title = '{word}'")
    else:
        found = rows("SELECT * FROM articles WHERE title = ?", word)
    if not found:
        raise Refused(404, "no such word")
    return 200, found


def ping(given, _):
    if "command" in ON:
        subprocess.run(f"true {given}", shell=True, capture_output=True, check=False)
    elif "jitter" in ON:
        time.sleep(random.random() * 1.2)
    return 200, {"pinged": True}


def render(given, _):
    if "template" in ON:
        given = re.sub(r"\{\{(\d+)\*(\d+)\}\}", lambda m: str(int(m[1]) * int(m[2])), given)
    return 200, {"text": f"Hello {given}"}


def read_file(given, _):
    if "path" in ON:
        try:
            with open(f"/srv/nothing/{given}" if not given.startswith("/") else given) as file:
                return 200, {"text": file.read(2000)}
        except OSError:
            pass
    raise Refused(404, "no such file")


def go(given, extra):
    extra["X-To"] = given if "header" in ON else re.sub(r"[\r\n]", "", given)
    return 200, {}


TOOLS = {"ping": ping, "render": render, "go": go}


def tools(name, query, extra):
    if name.startswith("find/"):
        return find(name.removeprefix("find/"), extra)
    plain = "/" if name == "go" else "x"
    return TOOLS.get(name, read_file)(query.get("name", [plain])[0], extra)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_it(self):
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        parts = urlsplit(self.path)
        extra = {}
        try:
            body = json.loads(data) if data else {}
            status, value = self.answer(unquote(parts.path), parse_qs(parts.query), body, extra)
        except Refused as error:
            status, value = (
                error.status,
                {"error": {"code": str(error.status), "message": str(error)}},
            )
        except sqlite3.Error as error:
            quiet = "quiet" in ON
            status, value = (
                500,
                {"error": "failed" if quiet else f"sqlite3.{type(error).__name__}: {error}"},
            )
        except Exception:
            status, value = 500, {"error": "internal"}
        if "all-200" in ON:
            status, value, extra = 200, {"ok": True}, {}
        sent = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in extra.items():
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_it

    def answer(self, path, query, body, extra):
        method = self.command
        if path == "/health":
            return 200, {"status": "ok"}
        if path == "/openapi.json":
            return 200, document()
        if path == "/login":
            return log_in(body)
        if path.startswith("/tools/"):
            return tools(path.removeprefix("/tools/"), query, extra)
        me = PEOPLE.get((self.headers.get("Authorization") or "").removeprefix("Bearer "))
        if "expired" in ON and me and me["name"] == "bob":
            me = None
        if me is None:
            if "nobody" in ON and re.fullmatch(r"/notes/[^/]+", path) and method == "GET":
                return 200, shown(rows("SELECT * FROM notes WHERE id = ?", path[7:])[0])
            raise Refused(401, "log in")
        for pattern, handle in PATHS:
            if match := re.fullmatch(pattern, path):
                return handle(Asked(me, method, match.groups(), query, body, extra))
        raise Refused(404, "no such path")

    def log_message(self, *_):
        pass


CARDS: list[dict] = []


def cards(me, owner, method, body):
    if owner != me["id"] and "nested" not in ON:
        raise Refused(404, "no such user")
    if method == "GET":
        return 200, [card for card in CARDS if card["user_id"] == owner]
    CARDS.append({"id": len(CARDS) + 1, "user_id": owner, "label": str(body["label"])})
    return 201, CARDS[-1]


def one_card(me, owner, key):
    found = [card for card in CARDS if (card["user_id"], card["id"]) == (owner, key)]
    if not found or (owner != me["id"] and "nested" not in ON):
        raise Refused(404, "no such card")
    return 200, found[0]


@dataclass
class Asked:
    me: dict
    method: str
    keys: tuple
    query: dict
    body: dict
    extra: dict  # headers of the answer


def all_notes(asked):
    me, body, extra = asked.me, asked.body, asked.extra
    if asked.method == "GET":
        return 200, note_list(me)
    wrong = sorted(set(body) - {"title", "text", "done"})
    if "strict" in ON and wrong:
        raise Refused(422, "unknown: " + (wrong[0] if "one-by-one" in ON else ", ".join(wrong)))
    made = make_note(me, body)
    extra["Location"] = f"/notes/{made['id']}"
    if "location" in ON:
        return 201, None
    if "bodyless" in ON:
        extra.clear()
        return 201, {"ok": True}
    return 201, {**shown(made), **(body if "echo" in ON else {})}


def all_articles(asked):
    if asked.method == "GET":
        return 200, {"items": search(asked.query)}
    if asked.me["role"] != "admin" and "article-post" not in ON:
        raise Refused(403, "administrators only")
    values = asked.body["title"], asked.body["price"]
    rows("INSERT INTO articles (title, price) VALUES (?, ?)", *values)
    return 201, rows("SELECT * FROM articles ORDER BY id DESC LIMIT 1")[0]


def stats(asked):
    if asked.me["role"] != "admin" and "function" not in ON:
        raise Refused(403, "administrators only")
    return 200, {"notes": len(rows("SELECT * FROM notes"))}


PATHS = (
    ("/notes", all_notes),
    (
        r"/notes/([^/]+)(/archive|/history)?",
        lambda of: notes(of.me, of.method, of.keys[0], of.keys[1] or "", of.body),
    ),
    (r"/users/(\d+)", lambda of: users(of.me, of.keys[0], of.method, of.body)),
    (r"/users/(\d+)/cards", lambda of: cards(of.me, int(of.keys[0]), of.method, of.body)),
    (r"/users/(\d+)/cards/(\d+)", lambda of: one_card(of.me, *map(int, of.keys))),
    ("/articles", all_articles),
    (r"/articles/([^/]+)", lambda of: article(of.me, of.keys[0], of.method, of.body)),
    ("/stats", stats),
)


def document():
    text, number = {"type": "string"}, {"type": "integer"}
    key = text if {"uuid", "slug"} & ON else number
    given = {
        "type": "object",
        "required": ["title"],
        "properties": {"title": text, "text": text, "done": {"type": "boolean"}},
    }
    note = {
        "type": "object",
        "properties": {
            "id": key,
            **given["properties"],
            "owner_id": number,
            "status": {"type": "string", "enum": ["open", "archived", "closed"]},
            "created_at": text,
        },
    }
    thing = {
        "type": "object",
        "required": ["title", "price"],
        "properties": {"title": text, "price": number},
    }
    mail = {"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}}
    label = {"type": "object", "required": ["label"], "properties": {"label": text}}
    person = {
        "type": "object",
        "required": ["name", "password"],
        "properties": {"name": text, "password": text},
    }
    words = {"summary": "List your notes"} if "words" in ON else {}

    def op(body=None, answer=None, status="200", query=(), admin=False, public=False, **more):
        made = {
            "responses": {
                status: {
                    "description": "",
                    "content": {"application/json": {"schema": answer or {}}},
                }
            },
            **more,
        }
        if body:
            made["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": body}},
            }
        if query:
            made["parameters"] = [{"name": n, "in": "query", "schema": s} for n, s in query]
        if admin:
            made["description"] = "Counts everything. Administrators only."
        if public:
            made["security"] = []
        return made

    def at(name, kind, **operations):
        return {
            "parameters": [
                {"name": n, "in": "path", "required": True, "schema": k}
                for n, k in zip(name.split(), [number] * 9, strict=False)
            ]
            if kind is None
            else [{"name": name, "in": "path", "required": True, "schema": kind}],
            **operations,
        }

    paths = {
        "/health": {"get": op(public=True)},
        "/login": {"post": op(person, public=True)},
        "/notes": {"get": op(**words), "post": op(given, note, "201")},
        "/notes/{note_id}": at(
            "note_id",
            key,
            get=op(answer=note),
            put=op(given, note),
            patch=op(given, note),
            delete=op(status="204"),
        ),
        "/notes/{note_id}/archive": at("note_id", key, post=op()),
        "/notes/{note_id}/history": at("note_id", key, get=op()),
        "/users/{user_id}": at("user_id", number, get=op(), patch=op(mail)),
        "/users/{user_id}/cards": at("user_id", number, get=op(), post=op(label, status="201")),
        "/users/{user_id}/cards/{card_id}": at("user_id card_id", None, get=op()),
        "/articles": {
            "get": op(query=(("q", text), ("sort", text), ("limit", number))),
            "post": op(thing, thing, "201", **{"x-roles": ["admin"]}),
        },
        "/articles/{article_id}": at(
            "article_id",
            text if "sql-number" in ON else number,
            get=op(answer=thing),
            put=op(thing, thing, **{"x-roles": ["admin"]}),
            delete=op(status="204", **{"x-roles": ["admin"]}),
        ),
        "/stats": {"get": op(admin=True)},
        "/tools/ping": {"get": op(query=(("name", text),), public=True)},
        "/tools/render": {"get": op(query=(("name", text),), public=True)},
        "/tools/file": {"get": op(query=(("name", text),), public=True)},
        "/tools/find/{word}": at("word", text, get=op(public=True)),
        "/tools/go": {"get": op(query=(("name", text),), public=True)},
    }
    if "readonly" in ON:
        paths = {
            "/tools/file": paths["/tools/file"],
            "/articles": {"get": paths["/articles"]["get"]},
        }
    if "schemaless" in ON and "said" in ON:
        given["additionalProperties"] = True
    silent = "silent" in ON
    return {"openapi": "3.1.0", "info": {"title": "Desk", "version": "1"}, "paths": paths} | (
        {}
        if silent
        else {
            "components": {"securitySchemes": {"b": {"type": "http", "scheme": "bearer"}}},
            "security": [{"b": []}, {}] if "optional" in ON else [{"b": []}],
        }
    )


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
