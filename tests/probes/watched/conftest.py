"""The service of this folder, led through proxies and held behind a door, as the runner does it."""

import json
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.behaviour import Observability, Upstream
from gates.core.target import Service
from gates.runner.door import Door
from gates.runner.stage import addresses
from gates.shell.process import Cancellation
from gates.shell.service import running
from gates.shell.upstreams import Proxies

SERVICE = str(Path(__file__).with_name("service.py"))
PASSWORD = "correct-horse-battery-staple"  # pragma: allowlist secret
SECURED = {"security": [{"bearer": []}]}
OK = {"responses": {"200": {"description": "ok"}}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "watched", "version": "1"},
    "paths": {
        "/health": {"get": OK},
        "/ready": {"get": OK},
        "/metrics": {"get": OK},
        "/login": {
            "post": {
                **OK,
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
            }
        },
        "/things": {"get": {**OK, **SECURED}, "post": {**OK, **SECURED}},
        "/things/{id}": {
            "get": {**OK, "parameters": [ID]},
            "delete": {**OK, **SECURED, "parameters": [ID]},
        },
        "/cached": {"get": {**OK, "operationId": "getCached"}},
    },
}


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Pong(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while self.request.recv(64):
            self.request.sendall(b"PONG\n")


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def upstreams() -> Iterator[dict[str, str]]:
    """Addresses by kind."""
    with serving(Pong) as line, serving(Hello) as http:
        yield {"line": line, "http": http}


Up = Callable[..., dict[str, Any]]


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upstreams: dict[str, str]) -> Iterator[Up]:
    """Start the service with defects; returns the input of the probes, and sets their secrets."""
    with ExitStack() as stack:

        def start(
            *words: str, kind: str = "line", address: str = "", **keys: Any
        ) -> dict[str, Any]:
            where = address or upstreams.get(kind, "")
            named = Upstream(name="cache", address=where, operations=("getCached",))
            service = Service(
                start=(sys.executable, SERVICE, "{port}", *_led(kind), *words),
                upstreams=(named,) if kind else (),
                env_generate=("DEMO_PASSWORD",),
                start_deadline_s=15,
                stop_deadline_s=4,
            )
            cancel = Cancellation()
            proxies = stack.enter_context(Proxies(addresses(service)))
            runs = stack.enter_context(
                running(
                    service,
                    tree=tmp_path,
                    python=sys.executable,
                    env={},
                    variables={"DEMO_PASSWORD": PASSWORD},
                    output=tmp_path / "out",
                    cancel=cancel,
                    upstreams=proxies.addresses,
                )
            )
            door = stack.enter_context(Door(runs, runs.place, proxies, cancel))
            _secrets(monkeypatch, runs.base_url)
            return _given(tmp_path, runs, door, service, keys)

        yield start


def _led(kind: str) -> tuple[str, ...]:
    return (f"{kind}:{{upstream.cache}}",) if kind else ("-",)


def _secrets(monkeypatch: pytest.MonkeyPatch, base_url: str) -> None:
    from gates.shell.network import request

    body = {"name": "demo", "password": PASSWORD}
    answer = request("POST", f"{base_url}/login", allow=(base_url,), body=json.dumps(body).encode())
    token = json.loads(answer.body)["token"]
    login = {"method": "POST", "path": "/login", "body": body, "form": False}
    known = {"role": "user", "rank": 0, "headers": {"Authorization": f"Bearer {token}"}}
    identities = {"default": {**known, "login": login, "answer": {"token": token}}}
    monkeypatch.setenv("GATESCORE_IDENTITIES", json.dumps(identities))
    monkeypatch.setenv("GATESCORE_VARIABLES", json.dumps({"DEMO_PASSWORD": PASSWORD}))


def _given(
    folder: Path, runs: Any, door: Door, service: Service, keys: dict[str, Any]
) -> dict[str, Any]:
    (folder / "openapi.json").write_text(json.dumps(keys.pop("document", DOCUMENT)))
    watched = keys.pop("observability", Observability())
    given = {
        "base_url": runs.base_url,
        "health": "/health",
        "document": str(folder / "openapi.json"),
        "login": "/login",
        "service_log": str(runs.log),
        "control": door.path,
        "upstreams": msgspec.to_builtins(service.upstreams),
        "observability": msgspec.to_builtins(watched),
        "generated": ["DEMO_PASSWORD"],
        "max_requests": 200,
        "max_seconds": 60,
        "ready_s": 0.5,
        "recover_s": 1.5,
        "log_s": 0.5,
        "answer_s": 1.5,
        "slow_s": 0.3,
        "burst_s": 0.4,
        "connections": 60,
    }
    return {**given, **keys}
