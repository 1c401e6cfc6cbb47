"""A small service with accounts: clean, or with one planted defect. Standard library only.

    python gatekeeper.py PORT STYLE DEFECT [DATABASE]

STYLE is how it is spoken to: jwt, opaque, cookie, key or basic. DEFECT is "" or one of the words
that `has()` is asked for. Accounts: demo and other, with the passwords in DEMO_PASSWORD and
OTHER_PASSWORD; the key of the tokens is in TOKEN_KEY.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import sys
import threading
import time
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, STYLE, DEFECT, DATABASE = (*sys.argv[1:], "", "", "", "")[:4]
WEAK = "changeme"
KEY = (
    WEAK if DEFECT == "weak-key" else os.environ.get("TOKEN_KEY", "a-long-random-key-0123")
).encode()
COMMON = {"password", "password1", "qwerty123", "letmein"}
LOCK = threading.Lock()


def has(*words):
    return DEFECT in words


def packed(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def issue(user, kind, seconds):
    if STYLE != "jwt" or (kind == "refresh" and has("opaque-refresh")):
        token = secrets.token_hex(24)
        STATE.sessions[token] = (user, kind)
        return token
    now = int(time.time())
    claims = {
        "sub": STATE.numbers[user],
        "iss": "gatekeeper",
        "aud": "shop",
        "use": kind,
        "jti": secrets.token_hex(6),
        "iat": now,
        "exp": now + seconds,
    }
    if has("personal-claims"):
        # pragma: allowlist nextline secret
        claims |= {"email": f"{user}@example.com", "profile": {"passwordHash": "x1"}}
    if has("never-expires"):
        del claims["exp"]
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    head = ".".join(packed(json.dumps(part).encode()) for part in parts)
    return f"{head}.{packed(hmac.new(KEY, head.encode(), hashlib.sha256).digest())}"


def holder(token, kind):
    """The name of whoever the token belongs to, None for a false one."""
    if STYLE != "jwt" or token in STATE.sessions:
        user, said = STATE.sessions.get(token, (None, None))
        if user is None and has("any-prefix") and token:
            user, said = next(
                (v for k, v in STATE.sessions.items() if k.startswith(token)), (None, None)
            )
        wrong_use = said != kind and not has("refresh-as-access", "access-as-refresh")
        return None if wrong_use else user
    try:
        head, claims, signature = token.split(".")
        header, said = json.loads(unpacked(head)), json.loads(unpacked(claims))
        signed = hmac.new(KEY, f"{head}.{claims}".encode(), hashlib.sha256).digest()
        good = hmac.compare_digest(signed, unpacked(signature))
        name = header["alg"]
    except (ValueError, KeyError):
        return None
    if has("no-signature") or (has("alg-none", "short-alg-none") and name == "none"):
        good = True
    if has("alg-none-mixed") and name != "none" and name.lower() == "none":
        good = True
    other = hmac.new(b"secret", f"{head}.{claims}".encode(), hashlib.sha256).digest()
    if has("second-key") and hmac.compare_digest(other, unpacked(signature)):
        good = True
    if not good or (
        name != "HS256" and not has("alg-none", "alg-none-mixed", "no-signature", "short-alg-none")
    ):
        return None
    if not current(said, kind):
        return None
    return next((user for user, number in STATE.numbers.items() if number == said["sub"]), None)


def current(said, kind):
    """Whether the claims are those of a token that is good now, here and for this."""
    crossed = {"access": "refresh-as-access", "refresh": "access-as-refresh"}[kind]
    return (
        (said.get("exp", 0) >= time.time() or has("no-expiry", "never-expires"))
        and (said.get("aud") == "shop" or has("no-audience"))
        and (said.get("iss") == "gatekeeper" or has("no-issuer"))
        and (said.get("use") == kind or has(crossed))
    )


def encrypted(data):
    pad = secrets.token_bytes(len(data))
    return (pad + bytes(a ^ b for a, b in zip(data, pad, strict=True))).hex()


def slow(name, data, salt):
    """A form of the usual libraries; the digests are made up where only the cost matters."""
    low = hashlib.pbkdf2_hmac("sha256", data, salt.encode(), 1000).hex()
    high = hashlib.scrypt(data, salt=salt.encode(), n=2, r=8, p=1).hex()
    return {
        "pbkdf2-low": f"pbkdf2:sha256:1000${salt}${low}",
        "bcrypt-low": f"$2b$06${salt}LOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68L",
        "one-lane": f"$argon2id$v=19$m=65536,t=3,p=1${salt}$RdescudvJCsgt3ub+b1dWRWJTmaasdfa",
    }.get(name, f"scrypt:131072:8:1${salt}${high}")


def stored(password, user):
    salt = secrets.token_hex(8)
    data = password.encode()
    weak = {
        "plain": password,
        "base64": base64.b64encode(data).decode(),
        "reversed": password[::-1],
        "encrypted": encrypted(data),
        "md5": hashlib.md5(data).hexdigest(),
        "sha1-salted": f"{salt}:{hashlib.sha1(salt.encode() + data).hexdigest()}",
        "sha256-named": hashlib.sha256(user.encode() + data).hexdigest(),
        "unknown": secrets.token_hex(32),
    }
    return weak.get(DEFECT) or slow(DEFECT, data, salt)


class State:
    def __init__(self):
        self.passwords = {}
        self.sessions = {}
        self.used = set()
        self.failures = {}
        self.numbers = {}
        self.items = {1: {"id": 1, "title": "first"}, 2: {"id": 2, "title": "second"}}
        self.hits = {}
        self.refused_once = set()

    def add(self, user, password):
        self.passwords[user] = password
        self.numbers[user] = str(len(self.numbers) + 1)
        if DATABASE:
            with sqlite3.connect(DATABASE) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS users (name TEXT, hash TEXT)")
                connection.execute(
                    "INSERT INTO users VALUES (?, ?)", (user, stored(password, user))
                )


STATE = State()
BEARER = [{"login": []}]


def document():
    scheme = {
        "jwt": {"type": "http", "scheme": "bearer"},
        "opaque": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    }[STYLE]
    text = {"type": "string", "minLength": 1}
    item = {"type": "object", "required": ["title"], "properties": {"title": text}}
    one = [
        {
            "name": "item_id",
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        }
    ]
    body = {"required": True, "content": {"application/json": {"schema": item}}}
    ok = {"200": {"description": "fine"}}
    limited = {**ok, "429": {"description": "slow down"}} if has("documented-429") else ok
    account = {
        "type": "object",
        "required": ["username", "password"],
        "properties": {"username": text, "password": text},
    }
    accounts = {"required": True, "content": {"application/json": {"schema": account}}}
    listed = {
        **limited,
        "200": {
            "description": "fine",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {"items": {"type": "array", "items": item}},
                    }
                }
            },
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "gatekeeper", "version": "1"},
        "servers": [{"url": "/v1"}],
        "components": {"securitySchemes": {"login": scheme}},
        "paths": {
            "/login": {"post": {"requestBody": accounts, "responses": ok}},
            "/accounts": {"post": {"requestBody": accounts, "responses": ok}},
            "/items": {
                "get": {"security": BEARER, "responses": listed},
                "post": {"security": BEARER, "requestBody": body, "responses": ok},
            },
            "/items/{item_id}": {
                "get": {"security": BEARER, "parameters": one, "responses": ok},
                "put": {
                    "security": BEARER,
                    "parameters": one,
                    "requestBody": body,
                    "responses": ok,
                },
                "delete": {"security": BEARER, "parameters": one, "responses": ok},
            },
            "/me": {"get": {"security": BEARER, "responses": ok}},
            "/logout": {"post": {"security": BEARER, "responses": ok}},
            "/feed": {"get": {"security": [{}, *BEARER], "responses": ok}},
        },
    }


class Handler(BaseHTTPRequestHandler):
    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        try:
            self.fields = json.loads(raw) if raw else {}
        except ValueError:
            self.fields = {}
        if not isinstance(self.fields, dict):
            self.fields = {}
        # Whoever hangs must not keep the others from being answered.
        with nullcontext() if DEFECT.startswith("hangs") else LOCK:
            status, answer, headers = self.route()
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_request

    def log_message(self, *_):
        pass

    def who(self):
        given = self.headers.get("Authorization") or ""
        if STYLE == "key":
            return holder(self.headers.get("X-Api-Key") or "", "access")
        if STYLE == "cookie":
            pairs = [
                part.strip().partition("=")
                for part in (self.headers.get("Cookie") or "").split(";")
            ]
            return next(
                (holder(value, "access") for name, _, value in pairs if name == "sid"), None
            )
        if STYLE == "basic":
            try:
                user, _, password = (
                    base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
                )
            except ValueError:
                return None
            right = STATE.passwords.get(user) == password or (
                has("any-password") and user in STATE.passwords
            )
            return user if right else None
        return holder(given.removeprefix("Bearer "), "access")

    def route(self):
        path = self.path.partition("?")[0]
        quiet = ("/openapi.json", "/health") if has("hangs-inside") else ("/openapi.json",)
        if has("hangs", "hangs-inside") and path not in quiet:
            time.sleep(20)
        if has("dies") and self.command == "POST":
            os._exit(1)
        always = {
            "html": (200, "<html>an error</html>", []),
            "all-200": (200, {"access_token": "x.y"}, []),
            "all-401": (401, {"error": "no"}, []),
        }
        if path in ("/health", "/openapi.json"):
            return 200, document() if path == "/openapi.json" else {}, []
        found = always.get(DEFECT) or self.limited(path)
        if found:
            return found
        routes = {
            ("POST", "/v1/login"): self.login,
            ("POST", "/v1/refresh"): self.refresh,
            ("POST", "/v1/accounts"): self.register,
            ("GET", "/v1/feed"): self.feed,
        }
        route = routes.get((self.command, path))
        return route() if route else self.protected(path)

    def limited(self, path):
        """Twenty reads of a list in a minute, by user or by address."""
        if not DEFECT.startswith("limit") or path != "/v1/items" or self.command != "GET":
            return None
        most = {"limit-wide": 30, "limit-narrow": 10}.get(DEFECT, 20)
        whom = "all" if has("limit-shared") else self.headers.get("Authorization") or "nobody"
        STATE.hits[whom] = STATE.hits.get(whom, 0) + 1
        if STATE.hits[whom] > most:
            return 429, {"error": "slow down"}, [("Retry-After", "60")]
        return None

    def protected(self, path):
        user = self.who()
        number = path.removeprefix("/v1/items/")
        one = path.startswith("/v1/items/")
        if has("validates-first"):
            if (
                self.command in ("POST", "PUT")
                and path != "/v1/logout"
                and "title" not in self.fields
            ):
                return 422, {"error": "title"}, []
            if one and int(number) not in STATE.items:
                return 404, {"error": "none"}, []
        leaks = has("anonymous") or (has("anonymous-item") and one and self.command == "GET")
        if user is None and not leaks:
            if has("masks-404") and one:
                return 404, {"error": "none"}, []
            if has("crashes"):
                return 500, {"error": "oops"}, []
            if has("ends-early"):
                STATE.sessions.clear()
            return (403 if has("status-403") else 401), {"error": "who are you"}, []
        origin = self.headers.get("Origin")
        own = {None, f"http://127.0.0.1:{PORT}"}
        if STYLE == "cookie" and self.command != "GET" and origin not in own and not has("csrf"):
            return 403, {"error": "foreign origin"}, []
        return self.served(path, one, number, user)

    def served(self, path, one, number, user):
        if path == "/v1/items" and self.command == "GET":
            extra = [("RateLimit-Policy", '"list";q=1000;w=60')] if has("headers-limit") else []
            entries = [{**item, "owner": self.owner()} for item in STATE.items.values()]
            return 200, {"items": entries}, extra
        if path == "/v1/items" and self.command == "POST":
            number = max(STATE.items, default=0) + 1
            STATE.items[number] = {"id": number, **self.fields}
            return 201, STATE.items[number], []
        if path == "/v1/me":
            return 200, self.me(user), []
        if path == "/v1/logout":
            for token in (
                self.headers.get("Authorization", "").removeprefix("Bearer "),
                (self.headers.get("Cookie") or "").partition("=")[2],
            ):
                STATE.sessions.pop(token, None)
            return 204, None, []
        if not one or not number.isdecimal() or int(number) not in STATE.items:
            return 404, {"error": "none"}, []
        if self.command == "DELETE":
            del STATE.items[int(number)]
            return 204, None, []
        return 200, STATE.items[int(number)], []

    def owner(self):
        if has("leaks-hash"):
            return {"name": "other", "password_hash": stored("x", "other")}
        if has("leaks-value"):
            return {"name": "other", "note": STATE.passwords.get("other")}
        if has("leaks-token"):
            return {
                "name": "other",
                "note": next((t for t, (u, k) in STATE.sessions.items() if u == "other"), ""),
            }
        return {
            "name": "other",
            "password_changed_at": "2026-01-01",
            "has_password": True,
            "password": None,
            "token_type": "bearer",
        }

    def me(self, user):
        return {
            "name": user,
            **({"password": STATE.passwords.get(user)} if has("leaks-own") else {}),
        }

    def feed(self):
        user = self.who()
        if (
            user is None
            and has("believes-optional")
            and (self.headers.get("Authorization") or "").count(".") == 2
        ):
            claims = json.loads(unpacked(self.headers["Authorization"].split(".")[1]))
            user = next((u for u, n in STATE.numbers.items() if n == claims["sub"]), None)
        return 200, {"time": time.time(), "news": ["a"], **({"for": user} if user else {})}, []

    def login(self):
        user, password = str(self.fields.get("username")), str(self.fields.get("password"))
        key = (self.client_address[0], user)
        allowed = {"no-throttle": 10**6, "throttle-late": 9, "throttle-never-11": 11}.get(DEFECT, 5)
        if len(STATE.failures.get(key, [])) >= allowed and not has("enum-time"):
            if has("throttle-once") and key in STATE.refused_once:
                return 401, {"error": "wrong"}, []
            STATE.refused_once.add(key)
            status = 423 if has("code-423") else 429
            header = (
                []
                if has("no-retry-after")
                else [("Retry-After", "soon" if has("retry-after-word") else "300")]
            )
            if has("retry-after-date"):
                header = [
                    (
                        "Retry-After",
                        time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60)),
                    )
                ]
            if has("throttle-crashes") and len(STATE.failures[key]) > allowed:
                status = 500
            STATE.failures[key].append(0)
            return status, {"error": "slow down"}, header
        known = STATE.passwords.get(user)
        if has("enum-time") and known is not None:
            time.sleep(0.04)
        if known != password:
            STATE.failures.setdefault(key, []).append(0)
            if known is None and has("enum-status"):
                return 404, {"error": "wrong"}, []
            text = "no such user" if known is None and has("enum-body") else "wrong"
            return 401, {"error": text, "name": user, "request": secrets.token_hex(4)}, []
        STATE.failures.pop(key, None)
        return self.session(user)

    def session(self, user):
        seconds = {"long-life": 7200, "short-alg-none": 3, "short-life": 3}.get(DEFECT, 900)
        access = issue(user, "access", seconds)
        if STYLE == "cookie":
            return (
                200,
                {"name": user},
                [("Set-Cookie", f"sid={access}; HttpOnly; SameSite=Strict; Max-Age=600")],
            )
        refresh = issue(user, "refresh", 30 * 86400 if has("long-refresh") else 86400)
        return (
            200,
            {
                "access_token": access,
                "refresh_token": refresh,
                "token_type": "bearer",
                "expires_in": seconds,
            },
            [],
        )

    def refresh(self):
        token = str(self.fields.get("refresh_token"))
        user = holder(token, "refresh")
        if user is None or (token in STATE.used and not has("refresh-reuse")):
            return 401, {"error": "no"}, []
        STATE.used.add(token)
        return self.session(user)

    def register(self):
        user, password = str(self.fields.get("username")), str(self.fields.get("password"))
        classes = (
            any(map(str.isupper, password)),
            any(map(str.islower, password)),
            any(map(str.isdigit, password)),
        )
        weak = (
            len(password) < 10 or not all(classes) or password.lower() in COMMON or password == user
        )
        weak = weak or password.lower().rstrip("0123456789!") in COMMON
        if (
            weak
            and not has("weak-accepted")
            and not (has("short-accepted") and len(password) < 10 and all(classes))
        ):
            return 422, {"error": "weak"}, []
        if has("no-registration"):
            return 422, {"error": "closed"}, []
        if user in STATE.passwords:
            return 409, {"error": "taken"}, []
        STATE.add(user, password)
        return 201, {"name": user}, []


STATE.add("demo", os.environ.get("DEMO_PASSWORD", "Demo-pass-2026"))
STATE.add("other", os.environ.get("OTHER_PASSWORD", "Other-pass-2026"))
if STYLE == "key":
    STATE.sessions[os.environ.get("API_KEY", "key-0123456789abcdef")] = ("demo", "access")
ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler).serve_forever()
