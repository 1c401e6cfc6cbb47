"""Many requests at once, and one that is held in flight: real servers on loopback."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gates.shell.crowd import crowd
from gates.shell.held import Held
from gates.shell.network import Refused


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, seconds = self.path.partition("?")
        time.sleep(float(seconds or 0))
        if path == "/reset":
            return
        self.answer(503 if path == "/busy" else 200)

    def do_POST(self) -> None:
        self.answer(200 if self.rfile.read(int(self.headers["Content-Length"])) == b"half" else 400)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "statuses", "kind"),
    [
        ("/", {200}, ""),
        ("/busy", {503}, ""),
        ("/reset", set(), "broken"),
        ("/?0.5", {200}, "late"),
        ("/?1.5", set(), "silent"),
    ],
)
def test_each_kind_of_answer_is_counted_as_such(
    site: str, path: str, statuses: set[int], kind: str
) -> None:
    seen = crowd(site + path, allow=(site,), connections=5, seconds=0.1, bound_s=0.4)
    assert set(seen.statuses) == statuses
    counts = {"broken": seen.broken, "late": seen.late, "silent": seen.silent}
    assert {name for name, count in counts.items() if count} == ({kind} if kind else set())
    assert seen.sent >= 5


def test_a_service_that_refuses_at_once_is_not_asked_without_end(site: str) -> None:
    seen = crowd(site + "/busy", allow=(site,), connections=50, seconds=30.0, bound_s=5.0)
    assert seen.sent == 1000


def test_a_request_in_flight_is_answered_once_its_body_is_whole(site: str) -> None:
    with Held(site, (site,)) as held:
        held.begin("POST", "/", (), 4)
        held.send(b"ha")
        time.sleep(0.05)
        held.send(b"lf")
        assert held.status(5.0) == 200


def test_a_connection_that_is_gone_is_status_0(site: str) -> None:
    with Held(site, (site,)) as held:
        held.begin("GET", "/reset", (), 0)
        assert held.status(5.0) == 0


@pytest.mark.parametrize("url", ["http://192.0.2.1:80", "http://example.com"])
def test_nobody_else_gets_a_burst_or_a_held_request(url: str) -> None:
    with pytest.raises(Refused):
        crowd(url, allow=("http://127.0.0.1:1",), connections=1, seconds=0.1, bound_s=0.1)
    with pytest.raises(Refused):
        Held(url, ("http://127.0.0.1:1",))


def test_a_listed_origin_that_is_not_this_machine_gets_none_either() -> None:
    url = "http://192.0.2.1:80"
    with pytest.raises(Refused, match="not this machine"):
        crowd(url, allow=(url,), connections=1, seconds=0.1, bound_s=0.1)
