"""Real servers for probes to look at, and probes run as the runner does."""

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gates.core.tool import Invocation, ToolOutput

ROOT = Path(__file__).parents[2]
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
    started: list[subprocess.Popen[bytes]] = []

    def start(defect: str = "none", **env: str) -> str:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        program = str(Path(__file__).parent / "notes_service.py")
        argv = [sys.executable, program, str(port), "--defect", defect]
        started.append(subprocess.Popen(argv, env={"PATH": "/usr/bin:/bin", **env}))
        for _ in range(200):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.05)
        raise AssertionError("the service did not start")

    yield start
    for one in started:
        one.kill()
        one.wait()


@pytest.fixture
def run_probe() -> Callable[..., ToolOutput]:
    """Run one invocation of a probe; keyword arguments are further environment variables."""

    def run(invocation: Invocation, **env: str) -> ToolOutput:
        for name, text in invocation.inputs.items():
            (Path(invocation.cwd) / name).write_text(text)
        done = subprocess.run(
            [sys.executable, *invocation.argv[1:]],
            cwd=invocation.cwd,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **env},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return ToolOutput(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    return run
