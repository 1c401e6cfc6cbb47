"""A correct service that is awkward to put under load; prints its port, serves its document.

Ids stand in Location, in an envelope, in the body or nowhere; e-mail addresses are unique; an order
can be paid once, a wallet made once; a closed draft is 410; tickets answer 202, which the document
does not say; what is gone is 404. `GET /audit`, which is not documented, says what was called.
"""

import itertools
import json
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK = threading.Lock()
NUMBERS = itertools.count(1000)
CALLS: Counter[str] = Counter()
PRODUCTS = {str(number): {"id": number, "name": f"product {number}"} for number in range(1, 4)}
CUSTOMERS: dict[str, dict] = {}
SHOPS: dict[str, dict] = {}
ITEMS: dict[tuple[str, str], dict] = {}
ORDERS: dict[str, dict] = {}
WALLETS: dict[str, dict] = {}
TICKETS: dict[str, dict] = {}
DRAFTS: dict[str, dict] = {}
ROUTES = []


class Refused(Exception):
    def __init__(self, status):
        super().__init__(status)
        self.status = status


def route(method, pattern):
    regex = re.compile(re.sub(r"\{[^}]*\}", "([^/]+)", pattern) + "$")

    def keep(function):
        ROUTES.append((method, regex, f"{method} {pattern}", function))
        return function

    return keep


def known(table, key):
    if key not in table:
        raise Refused(404)
    return table[key]


@route("GET", "/products")
def products(body):
    return 200, list(PRODUCTS.values())


@route("GET", "/products/{id}")
def product(body, key):
    return 200, known(PRODUCTS, key)


@route("PUT", "/products/{id}")
def change_product(body, key):
    return 200, known(PRODUCTS, key) | {"changed": True}


@route("POST", "/customers")
def make_customer(body):
    mail = body["email"]
    if any(one["email"] == mail for one in CUSTOMERS.values()):
        raise Refused(409)
    key = f"c-{next(NUMBERS)}"
    CUSTOMERS[key] = {"customer_id": key, "email": mail}
    return 201, {"data": CUSTOMERS[key]}


@route("GET", "/customers/{id}")
def customer(body, key):
    return 200, {"data": known(CUSTOMERS, key)}


@route("PUT", "/customers/{id}")
def change_customer(body, key):
    one = known(CUSTOMERS, key)
    if any(other["email"] == body["email"] and other is not one for other in CUSTOMERS.values()):
        raise Refused(409)
    one["email"] = body["email"]
    return 200, {"data": one}


@route("POST", "/shops")
def make_shop(body):
    key = str(next(NUMBERS))
    SHOPS[key] = {"name": body["name"]}
    return 201, None, f"/shops/{key}"


@route("DELETE", "/shops")
def clear(body):
    SHOPS.clear()
    return 204, None


@route("GET", "/shops/{id}")
def shop(body, key):
    return 200, known(SHOPS, key)


@route("DELETE", "/shops/{id}")
def delete_shop(body, key):
    known(SHOPS, key)
    del SHOPS[key]
    for place in [place for place in ITEMS if place[0] == key]:
        del ITEMS[place]
    return 204, None


@route("POST", "/shops/{shop}/items")
def make_item(body, key):
    known(SHOPS, key)
    known(PRODUCTS, str(body["product_id"]))
    number = str(next(NUMBERS))
    ITEMS[key, number] = {"itemId": int(number), "product_id": body["product_id"]}
    return 201, ITEMS[key, number]


@route("GET", "/shops/{shop}/items/{item}")
def item(body, key, number):
    return 200, known(ITEMS, (key, number))


@route("DELETE", "/shops/{shop}/items/{item}")
def delete_item(body, key, number):
    known(ITEMS, (key, number))
    del ITEMS[key, number]
    return 204, None


@route("POST", "/orders")
def make_order(body):
    known(CUSTOMERS, body["customer_id"])
    key = next(NUMBERS)
    ORDERS[str(key)] = {"id": key, "paid": False, "notes": 0}
    return 201, ORDERS[str(key)]


@route("GET", "/orders/{id}")
def order(body, key):
    return 200, known(ORDERS, key)


@route("POST", "/orders/{id}/pay")
def pay(body, key):
    one = known(ORDERS, key)
    if one["paid"]:
        raise Refused(409)
    one["paid"] = True
    return 200, one


@route("POST", "/orders/{id}/notes")
def note(body, key):
    if known(ORDERS, key)["paid"]:
        raise Refused(409)
    return 201, {"text": body["text"]}


@route("POST", "/wallets")
def make_wallet(body):
    if WALLETS:
        raise Refused(409)
    WALLETS["w"] = {"id": "w"}
    return 201, WALLETS["w"]


@route("GET", "/wallets/{id}")
def wallet(body, key):
    return 200, known(WALLETS, key)


@route("POST", "/tickets")
def make_ticket(body):
    key = str(next(NUMBERS))
    TICKETS[key] = {"id": key}
    return 202, {"status": "accepted"}


@route("GET", "/tickets/{id}")
def ticket(body, key):
    return 200, known(TICKETS, key)


@route("POST", "/drafts")
def make_draft(body):
    key = str(next(NUMBERS))
    DRAFTS[key] = {"id": key, "closed": False}
    return 201, DRAFTS[key]


@route("GET", "/drafts/{id}")
def draft(body, key):
    if known(DRAFTS, key)["closed"]:
        raise Refused(410)
    return 200, DRAFTS[key]


@route("POST", "/drafts/{id}/close")
def close_draft(body, key):
    known(DRAFTS, key)["closed"] = True
    return 200, {}


@route("GET", "/search")
def search(body):
    return 200, []


@route("GET", "/reports")
def reports(body):
    raise Refused(403)


@route("POST", "/imports")
def imports(body):
    raise Refused(422)


@route("POST", "/login")
def login(body):
    return 200, {}


@route("POST", "/auth/log-out")
def logout(body):
    return 204, None


@route("POST", "/customers/{id}/password-reset")
def reset(body, key):
    return 204, None


@route("DELETE", "/me")
def leave(body):
    return 204, None


@route("GET", "/broken")
def broken(body):
    raise Refused(500)


@route("GET", "/feed")
def feed(body):
    return 200, None


TEXT = {"type": "string"}
MAIL = {"type": "string", "format": "email"}
PRODUCT = {"type": "integer", "example": 1}
BODIES = {
    "POST /customers": {"email": MAIL},
    "PUT /customers/{id}": {"email": MAIL},
    "PUT /products/{id}": {"name": TEXT},
    "POST /shops": {"name": TEXT},
    "POST /shops/{shop}/items": {"product_id": PRODUCT},
    "POST /orders": {"customer_id": TEXT},
    "POST /orders/{id}/notes": {"text": TEXT},
    "POST /imports": {"anything": TEXT},
    "POST /login": {"name": TEXT},
}
CREATES = (
    *("POST /customers", "POST /shops", "POST /shops/{shop}/items", "POST /orders"),
    *("POST /wallets", "POST /drafts"),
)
EMPTY = ("DELETE", "POST /auth/log-out", "POST /customers/{id}/password-reset")


def operation(name):
    status = "204" if name.startswith(EMPTY) else "200"
    status = "201" if name in CREATES or name.endswith("/notes") else status
    kind = "text/event-stream" if name == "GET /feed" else "application/json"
    names = re.findall(r"\{([^}]*)\}", name)
    said = {
        "parameters": [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in names],
        "responses": {status: {"description": "done", "content": {kind: {}}}},
    }
    if name == "GET /search":
        q = {"name": "q", "in": "query", "required": True, "schema": {**TEXT, "example": "a b&c"}}
        said["parameters"].append(q)
    if name in BODIES:
        schema = {"type": "object", "required": list(BODIES[name]), "properties": BODIES[name]}
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return said


def document():
    paths: dict[str, dict] = {}
    for method, _, name, _ in ROUTES:
        if name == "GET /broken":
            continue
        paths.setdefault(name.partition(" ")[2], {})[method.lower()] = operation(name)
    return {"openapi": "3.1.0", "info": {"title": "shop", "version": "1"}, "paths": paths}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path in ("/openapi.json", "/audit"):
            return self.answer(200, document() if path == "/openapi.json" else CALLS)
        if path == "/health":
            return self.answer(200, {})
        with LOCK:
            try:
                self.answer(*self.found(path, body))
            except Refused as refused:
                self.answer(refused.status, {})
            except (KeyError, ValueError):
                self.answer(422, {})

    do_POST = do_PUT = do_DELETE = do_GET

    def found(self, path, body):
        for method, regex, name, function in ROUTES:
            match = regex.match(path)
            if match and method == self.command:
                CALLS[name] += 1
                return function(json.loads(body) if body else {}, *match.groups())
        raise Refused(404)

    def answer(self, status, value, location=""):
        data = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
