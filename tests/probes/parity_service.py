"""A small service in several styles, correct or with one defect; what it should be is DOCUMENT.

    python parity_service.py PORT STYLE DEFECT

Styles: plain (405 with Allow), same (one 404 for everything, no 405), everything (200 for all),
closed (401 for strangers, everywhere), refusing (401 for all), page (200 and HTML for any GET that
nobody has), numbered (each error has another id), guarded (everything below /admin asks to log in).
"""

import copy
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

ITEM = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
JSON = "application/json"


def answered(schema, status="200"):
    return {status: {"description": "fine", "content": {JSON: {"schema": schema}}}}


def taking(schema):
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


NEW = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
LOST = {"404": {"description": "no such thing"}}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "things", "version": "1.0.0"},
    "servers": [{"url": "/v1"}],
    "components": {"securitySchemes": {"b": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/things": {
            "get": {"responses": answered({"type": "array", "items": ITEM})},
            "post": {**taking(NEW), "responses": answered(ITEM, "201")},
        },
        "/things/{id}": {
            "get": {"parameters": [ID], "responses": {**answered(ITEM), **LOST}},
            "put": {"parameters": [ID], **taking(NEW), "responses": {**answered(ITEM), **LOST}},
            "delete": {"parameters": [ID], "responses": {"204": {"description": "gone"}, **LOST}},
        },
        "/cart": {"get": {"responses": {**answered(ITEM), **LOST}}},
        "/pages/{page}": {  # the document forgets that it is a number
            "get": {
                "parameters": [{"name": "page", "in": "path", "required": True}],
                "responses": {**answered(ITEM), **LOST},
            }
        },
        "/logout": {"post": {"security": [{"b": []}], "responses": {"204": {"description": ""}}}},
    },
}
ROUTES = {
    r"/health": ("GET",),
    r"/openapi\.json": ("GET",),
    r"/v1/things": ("GET", "POST"),
    r"/v1/things/([^/]+)": ("GET", "PUT", "DELETE"),
    r"/v1/cart": ("GET",),
    r"/v1/logout": ("POST",),
    r"/v1/pages/[0-9]+": ("GET",),
}
DEFECTS = {
    "dead-list": {r"/v1/cart": ()},
    "dead-item": {r"/v1/things/([^/]+)": ("PUT", "DELETE")},
    "dead-items": {r"/v1/things/([^/]+)": ()},
    "dead-create": {r"/v1/things": ("GET",)},
    "dead-pages": {r"/v1/pages/[0-9]+": ()},
    "hidden": {r"/admin": ("GET",)},
    "hidden-guarded": {r"/actuator/env": ("GET",)},
    "hidden-method": {r"/v1/things/([^/]+)": ("GET", "PUT", "DELETE", "PATCH")},
}


class Service:
    def __init__(self, style, defect):
        self.style, self.defect = style, defect
        self.things = {"t1": "one"}
        self.numbers = count(1)
        self.routes = {**ROUTES, **DEFECTS.get(defect, {})}

    def answer(self, method, path, headers, body):
        known = headers.get("authorization") == "Bearer canary"
        path = path.partition("?")[0]
        if path == "/health":
            return 200, {}, {"status": "ok"}
        if self.style == "refusing" or (self.style == "closed" and not known):
            return 401, {}, self.error("unauthorized")
        if self.style == "guarded" and path.startswith("/admin") and not known:
            return 401, {}, self.error("unauthorized")
        for pattern, methods in self.routes.items():
            found = re.fullmatch(pattern, path)
            if found and methods:
                if method in methods:
                    return self.handled(method, path, found, known, body)
                if self.style != "same":
                    allow = {"Allow": ", ".join(methods)}
                    return 405, allow, self.error("method_not_allowed")
        return self.nowhere(method)

    def nowhere(self, method):
        if self.style == "everything":
            return 200, {}, {"ok": True}
        if self.style == "page" and method == "GET":
            return 200, {"Content-Type": "text/html"}, "<html>the page</html>"
        return 404, {}, self.error("not_found")

    def error(self, code):
        more = {"request_id": f"r-{next(self.numbers):08d}"} if self.style == "numbered" else {}
        return {"error": code, **more}

    def handled(self, method, path, found, known, body):
        if path == "/openapi.json":
            return 200, {}, self.document()
        if path == "/admin":
            return 200, {}, {"users": []}
        if path == "/actuator/env":
            return 403, {}, {"error": "forbidden"}
        if path.startswith("/v1/pages/"):
            return 200, {}, {"id": "p1"}
        if path == "/v1/cart":
            if self.defect == "unbuilt":
                return 501, {}, {"error": "not_implemented"}
            return 404, {}, self.error("not_found")  # this user has none
        if path == "/v1/logout":
            return (204, {}, "") if known else (401, {}, self.error("unauthorized"))
        return self.thing(method, found, body)

    def thing(self, method, found, body):
        if not found.groups():
            listed = [{"id": key, "name": name} for key, name in self.things.items()]
            return (200, {}, listed) if method == "GET" else self.written(body)
        key = found[1]
        if key not in self.things:
            return 404, {}, self.error("not_found")
        if method == "DELETE":
            del self.things[key]
            return 204, {}, ""
        if method == "PUT":
            return self.written(body)
        return 200, {}, {"id": key, "name": self.things[key]}

    def written(self, body):
        try:
            json.loads(body)
        except ValueError:
            return 400, {}, self.error("malformed")
        return 201, {}, {"id": "t2", "name": "two"}

    def document(self):
        made = copy.deepcopy(DOCUMENT)
        made["servers"] = [{"url": "https://things.example.org/v1"}]
        if self.defect == "document-differs":
            made["paths"]["/things"]["get"]["deprecated"] = True
        return made


def serve(port, style, defect):
    service = Service(style, defect)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = {name.lower(): value for name, value in self.headers.items()}
            status, headers, said = service.answer(self.command, self.path, given, body)
            data = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Type": JSON, **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else data)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_HEAD = any

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
