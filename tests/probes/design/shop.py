"""A bookshop in several styles, clean or with one planted defect; standard library only."""

import itertools
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS = {"admin-token-canary": "admin", "user-token-canary": "user"}
MAXIMUM = 10
STYLES = ("nested", "flat", "problem", "data", "proxy")
DEFECTS = {
    # name: (tool, rule)
    "page-ignored": ("api_design", "design.page-size"),
    "page-said": ("api_design", "design.page-size"),
    "get-sells": ("api_design", "design.get-changes"),
    "put-counts": ("api_design", "design.put-repeated"),
    "put-appends": ("api_design", "design.put-repeated"),
    "delete-breaks": ("api_design", "design.delete-repeated"),
    "key-ignored": ("api_design", "design.idempotency-key"),
    "fine-error": ("api_design", "design.error-as-success"),
    "unnamed": ("api_design", "design.validation-field"),
    "teapot": ("api_design", "design.validation-code"),
    "trace": ("errors", "errors.stack-trace"),
    "sql": ("errors", "errors.sql"),
    "path": ("errors", "errors.path"),
    "banner": ("errors", "errors.banner"),
    "html-404": ("errors", "errors.envelope"),
    "plain-405": ("errors", "errors.envelope"),
    "plain-401": ("errors", "errors.envelope"),
    "plain-400": ("errors", "errors.envelope"),
}
LEAKS = {
    "trace": 'Traceback (most recent call last):\n  File "/srv/shop/app.py", line 7, in get',
    "sql": "sqlite3.OperationalError: no such column: x",
    "path": "no such file: /srv/shop/data/books.db",
}
CODES = ["unauthenticated", "forbidden", "not_found", "invalid", "taken", "method"]


class Failure(Exception):
    """Ends a request."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


class Shop:
    """What is in it, and how it answers."""

    def __init__(self, style: str, defect: str, books: int = 3) -> None:
        self.style, self.defect = style, defect
        self.ids = itertools.count(1)
        self.books: dict[int, dict[str, Any]] = {}
        self.keys: dict[str, int] = {}
        for number in range(books):
            self.add({"title": f"Book {number}", "isbn": f"isbn-{number}", "stock": 5})

    def add(self, given: dict[str, Any]) -> dict[str, Any]:
        book = {**given, "id": next(self.ids), "updated_at": time.time()}
        self.books[book["id"]] = book
        return book

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        plain, _, query = path.partition("?")
        if self.defect == "always":
            return 200, {}, {}
        if self.defect == "never":
            raise Failure(401, "unauthenticated", "log in")
        if plain == "/health":
            return 200, {"status": "ok"}, {}
        item = re.fullmatch(r"/v1/books/([^/]+)", plain)
        if plain != "/v1/books" and not item:
            raise Failure(404, "not_found", f"no {plain}")
        if method not in (("GET", "PUT", "DELETE") if item else ("GET", "POST")):
            raise Failure(405, "method", "not here")
        role = TOKENS.get(headers.get("authorization", "").removeprefix("Bearer "))
        if role is None:
            raise Failure(401, "unauthenticated", "log in")
        if role != "admin" and method != "GET":
            raise Failure(403, "forbidden", "not you")
        with LOCK:
            if item:
                return self.item(method, item[1], body)
            return self.list(query) if method == "GET" else self.create(headers, body)

    def list(self, query: str) -> tuple[int, Any, dict[str, str]]:
        given = dict(urllib.parse.parse_qsl(query))
        try:
            limit = int(given.get("limit", "5"))
        except ValueError:
            raise Failure(422, "invalid", "limit is no number") from None
        if limit > MAXIMUM and not self.defect.startswith("page-"):
            raise Failure(422, "invalid", "limit is over the maximum")
        books = sorted(self.books.values(), key=lambda book: book["id"])
        rows = books[: limit if self.defect != "page-said" else MAXIMUM]
        said = {"items": rows}
        return 200, {**said, "limit": limit} if self.defect == "page-said" else said, {}

    def create(self, headers: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        key = headers.get("idempotency-key")
        if key in self.keys and self.defect != "key-ignored":
            book = self.books[self.keys[key]]
            return 201, book, {"Location": f"/v1/books/{book['id']}"}
        given = self.valid(body)
        taken = any(book["isbn"] == given["isbn"] for book in self.books.values())
        if taken and self.defect != "key-ignored":
            raise Failure(409, "taken", "there is one")
        book = self.add(given)
        if key:
            self.keys[key] = book["id"]
        return 201, book, {"Location": f"/v1/books/{book['id']}"}

    def item(self, method: str, name: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if not name.isdecimal():
            raise Failure(422, "invalid", f"{name} is no id")
        book = self.books.get(int(name))
        if book is None:
            if method == "DELETE" and self.defect == "delete-breaks":
                raise Failure(500, "invalid", "oh")
            raise Failure(404, "not_found", "no such book")
        if method == "DELETE":
            del self.books[book["id"]]
            return 204, None, {}
        if method == "PUT":
            given = self.valid(body)
            book.update({**given, "updated_at": time.time()})
            if self.defect == "put-counts":
                book["stock"] = given["stock"] + book.setdefault("writes", 0)
                book["writes"] += 1
            if self.defect == "put-appends":
                self.add({**given, "isbn": f"again-{len(self.books)}"})
        if method == "GET" and self.defect == "get-sells":
            book["stock"] -= 1
        return 200, {name: value for name, value in book.items() if name != "writes"}, {}

    def valid(self, body: bytes) -> dict[str, Any]:
        try:
            given = json.loads(body)
        except ValueError:
            raise Failure(400, "invalid", "this is no JSON") from None
        for name, kind in (("title", str), ("isbn", str), ("stock", int)):
            if not isinstance(given, dict) or not isinstance(given.get(name), kind):
                unnamed = self.defect == "unnamed"
                status = 418 if self.defect == "teapot" else 422
                raise Failure(status, "invalid", "wrong" if unnamed else f"{name} is missing")
        return {name: given[name] for name in ("title", "isbn", "stock")}

    def failure(self, one: Failure) -> tuple[int, bytes, str]:
        """Status, body and media type of a failure, in the style of the shop."""
        message = LEAKS.get(self.defect, one.message)
        if self.style == "proxy" and one.status == 404 and one.message.startswith("no /"):
            return 404, b"<html>the proxy knows no such place</html>", "text/html"
        if (self.defect, one.status) == ("html-404", 404):
            return 404, b"<html>Not Found</html>", "text/html"
        if (self.defect, one.status) in (
            ("plain-405", 405),
            ("plain-401", 401),
            ("plain-400", 400),
        ):
            return one.status, b"no", "text/plain"
        status = 200 if self.defect == "fine-error" and one.status == 404 else one.status
        said, media = self.wrapped(one.code, message, one.status)
        return status, json.dumps(said).encode(), media

    def wrapped(self, code: str, message: str, status: int) -> tuple[Any, str]:
        match self.style:
            case "flat":
                return {"error": message, "code": code}, "application/json"
            case "problem":
                said = {"type": code, "title": message, "status": status}
                return said, "application/problem+json"
        return {"error": {"code": code, "message": message}}, "application/json"

    def document(self) -> dict[str, Any]:
        """What the shop says of itself."""
        return document(self.style)


LOCK = threading.Lock()


def error_schema(style: str) -> dict[str, Any]:
    code = {"type": "string", "enum": CODES}
    text = {"type": "string"}
    if style == "flat":
        return _object(error=text, code=code)
    if style == "problem":
        return _object(type=code, title=text, status={"type": "integer"})
    return _object(error=_object(code=code, message=text))


def document(style: str) -> dict[str, Any]:
    """The document of a clean shop."""
    media = "application/problem+json" if style == "problem" else "application/json"
    error = {"content": {media: {"schema": {"$ref": "#/components/schemas/Error"}}}}
    reference = {"$ref": "#/components/schemas/Book"}
    given = _object(title={"type": "string"}, isbn={"type": "string"}, stock={"type": "integer"})
    row = _object(**given["properties"], id={"type": "integer"}, updated_at={"type": "number"})
    book = _object(data=reference) if style == "data" else reference
    rows = {"type": "object", "properties": {"items": {"type": "array", "items": reference}}}
    page = _object(data=rows) if style == "data" else rows
    listing = _object(data={"type": "array", "items": reference}) if style == "data" else page
    wrong: dict[str, Any] = dict.fromkeys(("401", "403", "404", "409", "422"), error)
    if style == "proxy":
        wrong["404"] = {"content": {**error["content"], "text/html": {}}}
    queries = [
        {
            "name": "limit",
            "in": "query",
            "schema": {"type": "integer", "default": 5, "maximum": 10},
        },
        *({"name": name, "in": "query", "schema": {}} for name in ("offset", "sort", "title")),
    ]
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    body = {"required": True, "content": {"application/json": {"schema": given}}}
    made = {"headers": {"Location": {"schema": {"type": "string"}}}, **_json(book)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1.0.0"},
        "security": [{"bearer": []}],
        "paths": {
            "/v1/books": {
                "get": {"parameters": queries, "responses": {"200": _json(listing), **wrong}},
                "post": {
                    "parameters": [key],
                    "requestBody": body,
                    "responses": {"201": made, "400": error, **wrong},
                },
            },
            "/v1/books/{id}": {
                "get": {"parameters": [number], "responses": {"200": _json(book), **wrong}},
                "put": {
                    "parameters": [number],
                    "requestBody": body,
                    "responses": {"200": _json(book), "400": error, **wrong},
                },
                "delete": {"parameters": [number], "responses": {"204": {}, **wrong}},
            },
            "/health": {"get": {"security": [], "responses": {"200": _json({"type": "object"})}}},
        },
        "components": {"schemas": {"Book": row, "Error": error_schema(style)}},
    }


def _object(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _json(schema: Any) -> dict[str, Any]:
    return {"description": "It.", "content": {"application/json": {"schema": schema}}}


@contextmanager
def running(style: str, defect: str = "", books: int = 3) -> Iterator[tuple[str, Shop]]:
    """The address of a shop that answers, and the shop."""
    shop = Shop(style, defect, books)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        server_version = "shop/1.2.3" if defect == "banner" else "shop"
        sys_version = ""

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = {name.lower(): value for name, value in self.headers.items()}
            media = "application/json"
            try:
                status, said, more = shop.answer(self.command, self.path, given, body)
                if style == "data" and status < 300 and said is not None:
                    said = {"data": said.get("items", said)}
                content = b"" if said is None else json.dumps(said).encode()
            except Failure as failure:
                status, content, media = shop.failure(failure)
                more = {}
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", shop
    finally:
        server.shutdown()
        server.server_close()
