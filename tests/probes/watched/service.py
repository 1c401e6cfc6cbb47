"""A small service that shows how it is and survives what fails; words on its command line break it.

python service.py PORT UPSTREAM WORD… — standard library only. UPSTREAM is KIND:HOST:PORT or "-".
"""

import hashlib
import http.client
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, UPSTREAM, *WORDS = sys.argv[1:]
PASSWORD = os.environ.get("DEMO_PASSWORD", "")
TOKEN = "token" + hashlib.sha256(PASSWORD.encode()).hexdigest()[:24]
WAIT_S = 20.0 if "hang" in WORDS else 0.6
FIELDS = {"request_id": "rid", "user": "who", "action": "did"} if "renamed" in WORDS else {}
ID_HEADER = "X-Correlation-ID" if "renamed" in WORDS else "X-Request-ID"
SLOTS = threading.BoundedSemaphore(24)
ONE = threading.Lock()
METRICS = threading.Lock()
COUNTS: dict[tuple[str, str, str], int] = {}
THINGS = {1: "first"}
NEXT = iter(range(2, 10_000))
BROKEN = threading.Event()


def log(level, **fields):
    entry = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": level, **fields}
    entry = {FIELDS.get(name, name): value for name, value in entry.items() if value is not None}
    if "no-level" in WORDS:
        entry.pop("level")
    if "text" in WORDS:
        line = f"{entry.pop('time')} {entry.pop('level')} " + " ".join(
            f"{name}={json.dumps(value)}" for name, value in entry.items()
        )
    elif "nested" in WORDS:
        line = json.dumps({"time": entry.pop("time"), "level": entry.pop("level"), "http": entry})
    else:
        line = json.dumps(entry)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def ask_upstream(traceparent):
    """Anything it says; raises OSError. The kinds: line, http, postgres."""
    if BROKEN.is_set():
        raise OSError("kept broken")
    kind, host, port = UPSTREAM.split(":")
    try:
        match kind:
            case "line":
                with socket.create_connection((host, int(port)), timeout=WAIT_S) as line:
                    line.sendall(b"PING\n")
                    if line.recv(16) != b"PONG\n":
                        raise OSError("no pong")
            case "http":
                connection = http.client.HTTPConnection(host, int(port), timeout=WAIT_S)
                sent = {} if "trace-dropped" in WORDS else {"traceparent": traceparent or ""}
                connection.request("GET", "/", headers=sent)
                connection.getresponse().read()
                connection.close()
            case "postgres":
                select_one(host, int(port))
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    except OSError:
        if "no-recovery" in WORDS:
            BROKEN.set()
        raise


def select_one(host, port):
    """The wire protocol of PostgreSQL, version 3: start up, SELECT 1, end."""
    with socket.create_connection((host, port), timeout=WAIT_S) as line:
        said = b"user\0postgres\0database\0postgres\0\0"
        line.sendall(struct.pack("!II", 8 + len(said), 196608) + said)
        until_ready(line)
        query = b"SELECT 1\0"
        line.sendall(b"Q" + struct.pack("!I", 4 + len(query)) + query)
        if b"D" not in until_ready(line):
            raise OSError("no row")
        line.sendall(b"X" + struct.pack("!I", 4))


def until_ready(line):
    kinds, data = b"", b""
    while b"Z" not in kinds:
        part = line.recv(4096)
        if not part:
            raise OSError("it closed the connection")
        data += part
        while len(data) >= 5 and len(data) > struct.unpack("!I", data[1:5])[0]:
            kinds += data[:1]
            data = data[1 + struct.unpack("!I", data[1:5])[0] :]
            if kinds[-1:] == b"E":
                raise OSError("an error of the database")
    return kinds


def exposition():
    if "bad-metrics" in WORDS:
        return "this is no metric {\n"
    name = "http_request_duration_seconds"
    kind = "summary" if "summary" in WORDS else "histogram"
    lines = [f"# TYPE {name} {kind}"]
    with METRICS:
        for (method, route, status), count in sorted(COUNTS.items()):
            labels = f'method="{method}",route="{route}"'
            labels += "" if "no-status" in WORDS else f',status="{status}"'
            if kind == "histogram":
                lines += [f'{name}_bucket{{{labels},le="{le}"}} {count}' for le in ("0.1", "+Inf")]
            lines += [f"{name}_count{{{labels}}} {count}", f"{name}_sum{{{labels}}} {count * 0.01}"]
    if "openmetrics" in WORDS:
        lines.append("# EOF")
    return "\n".join(lines) + "\n"


class Handler(BaseHTTPRequestHandler):
    def handle_all(self):
        if self.path.partition("?")[0] in ("/health", "/slow-health"):
            return self.answer(200, {"status": "ok"})
        if "unbounded" in WORDS:
            with ONE:
                time.sleep(0.05)
                return self.served()
        if not SLOTS.acquire(blocking=False):
            return self.answer(500 if "crowd-500" in WORDS else 503, {"error": "busy"})
        try:
            return self.served()
        finally:
            if "leak-slots" not in WORDS:
                SLOTS.release()

    do_GET = do_POST = do_DELETE = handle_all

    def served(self):
        given = self.headers.get(ID_HEADER, "")
        harmless = len(given) <= 64 and all(c.isalnum() or c in "-_." for c in given)
        self.rid = given if given and (harmless or "raw-id" in WORDS) else uuid.uuid4().hex
        if "same-id" in WORDS and not given:
            self.rid = "always-the-same"
        trace = self.headers.get("traceparent", "")
        self.trace = trace.split("-")[1] if trace.count("-") == 3 else None
        if "trace-new" in WORDS:
            self.trace = uuid.uuid4().hex
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bearer = self.headers.get("Authorization", "")
        self.user = "demo" if bearer == f"Bearer {TOKEN}" else None
        if "log-body" in WORDS and body:
            log("INFO", message="body", body=body.decode())
        if "log-authorization" in WORDS and bearer:
            log("INFO", message="headers", authorization=bearer)
        self.route(body)

    def route(self, body):
        path = self.path.partition("?")[0]
        match self.command, path.split("/")[1:]:
            case "GET", ["ready"]:
                self.ready()
            case "GET", ["metrics"]:
                self.metrics()
            case "POST", ["login"]:
                self.login(body)
            case "GET", ["things"]:
                self.told("/things", 200, {"items": [{"id": each} for each in sorted(THINGS)]})
            case "GET", ["cached"]:
                self.cached()
            case "GET", ["slow"]:
                time.sleep(0.3)
                self.told("/slow", 200, {})
            case "POST", ["things"]:
                self.write("/things", self.create)
            case "GET", ["things", one]:
                found = one.isdigit() and int(one) in THINGS
                self.told("/things/{id}", 200 if found else 404, {})
            case "DELETE", ["things", one]:
                self.write("/things/{id}", lambda: self.remove(one))
            case _:
                self.told(path if "raw-unmatched" in WORDS else "unmatched", 404, {})

    def ready(self):
        try:
            if UPSTREAM != "-" and "always-ready" not in WORDS:
                ask_upstream(None)
        except OSError:
            return self.told("/ready", 503, {"error": "not ready"})
        return self.told("/ready", 200, {"status": "ready"})

    def metrics(self):
        if "no-metrics" in WORDS:
            return self.told("/metrics", 404, {})
        kind = "text/plain; version=0.0.4"
        if "openmetrics" in WORDS:
            kind = "application/openmetrics-text; version=1.0.0"
        return self.answer(200, exposition().encode(), kind)

    def login(self, body):
        said = json.loads(body or b"{}")
        if said.get("password") == PASSWORD:
            self.audit("login.accepted", "demo", "user/1")
            return self.told("/login", 200, {"token": TOKEN})
        if "refusal-unaudited" not in WORDS:
            self.audit("login.refused", "anonymous", "login")
        return self.told("/login", 401, {"error": "wrong"})

    def cached(self):
        try:
            if UPSTREAM != "-":
                ask_upstream(self.headers.get("traceparent"))
        except OSError:
            if "fallback" in WORDS:
                return self.told("/cached", 200, {"kept": True})
            return self.told("/cached", 500 if "crash-500" in WORDS else 503, {})
        return self.told("/cached", 200, {"fresh": True})

    def write(self, route, done):
        if self.user is None:
            return self.told(route, 401, {"error": "log in"})
        return self.told(route, *done())

    def create(self):
        number = next(NEXT)
        THINGS[number] = "made"
        self.audit("thing.created", self.user, f"thing/{number}")
        return 201, {"id": number}

    def remove(self, one):
        if not one.isdigit() or THINGS.pop(int(one), None) is None:
            return 404, {}
        if "delete-unaudited" not in WORDS:
            subject = None if "audit-no-object" in WORDS else f"thing/{one}"
            self.audit("thing.removed", self.user, subject)
        return 200, {}

    def audit(self, action, actor, subject):
        log("INFO", request_id=self.rid, action=action, user=actor, object=subject)

    def told(self, route, status, value):
        """Count and log the request, and answer it."""
        label = self.path.partition("?")[0] if "raw-route" in WORDS else route
        if "not-counted" not in WORDS or route != "/things":
            with METRICS:
                key = (self.command, label, str(status))
                COUNTS[key] = COUNTS.get(key, 0) + 1
        if "unlogged" not in WORDS or route != "/things/{id}":
            shown = self.path if "log-query" in WORDS else self.path.partition("?")[0]
            log(
                "INFO",
                request_id=None if "no-logged-id" in WORDS else self.rid,
                user=None if "no-user" in WORDS else self.user,
                path=shown,
                route=route,
                status=status,
                trace_id=None if "no-trace" in WORDS else self.trace,
            )
        if "plain-line" in WORDS:
            print(f"{self.command} {route} {status}", flush=True)
        self.answer(status, value)

    def answer(self, status, value, kind="application/json"):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        if hasattr(self, "rid") and "no-id" not in WORDS:
            self.send_header(ID_HEADER, self.rid)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 1024


def stop(*_):
    if "hasty" in WORDS:
        os._exit(0)
    threading.Thread(target=server.shutdown).start()


server = Server(("127.0.0.1", int(PORT)), Handler)
signal.signal(signal.SIGTERM, stop)
if "log-secret" in WORDS:
    log("INFO", message="started", configuration=dict(os.environ))
server.serve_forever(poll_interval=0.02)
server.server_close()
