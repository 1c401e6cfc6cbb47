"""Real servers for probes to look at, and probes run as the runner does."""

import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from gates.core.tool import Invocation, ToolOutput
from tests.invocations import BARE, left_by
from tests.servers import starting

Answer = Callable[[str, str, dict[str, str]], tuple[int, list[tuple[str, str]]]]


@pytest.fixture
def site() -> Iterator[Callable[..., str]]:
    """Start a server whose `answer(method, path, headers)` gives status and headers."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer, certificate: Path | None = None) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                given = {name.lower(): value for name, value in self.headers.items()}
                status, headers = answer(self.command, self.path, given)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_POST = do_OPTIONS = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def notes() -> Iterator[Callable[..., str]]:
    """Start notes_service.py with a defect and environment variables; its origin."""
    program = str(Path(__file__).parent / "notes_service.py")
    with starting() as start:

        def notes_with(defect: str = "none", **env: str) -> str:
            words = (sys.executable, program, "{port}", "--defect", defect)
            return start(words, {"PATH": "/usr/bin:/bin", **env})

        yield notes_with


@pytest.fixture
def run_probe() -> Callable[..., ToolOutput]:
    """Run one invocation of a probe; keyword arguments are further environment variables."""

    def run(invocation: Invocation, **env: str) -> ToolOutput:
        argv = (sys.executable, *invocation.argv[1:])
        ours = msgspec.structs.replace(invocation, argv=argv)
        return left_by(ours, Path(invocation.cwd), BARE | env, timeout_s=60)

    return run
