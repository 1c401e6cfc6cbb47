"""The service under test is down, foreign, sick, or dies: target gates never pass."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.cli import SERVICES, Place, fake, service, until

READS = fake("asks", "/", resource="service")


class Counting(http.server.BaseHTTPRequestHandler):
    """Answers everything with 200 and counts."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def other_server(port: int = 0) -> Iterator[tuple[int, type[Counting]]]:
    """A server that is not the target."""
    handler = type("Handler", (Counting,), {"asked": 0})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], handler
    finally:
        server.shutdown()
        server.server_close()


def test_a_healthy_service_is_reached(place: Place) -> None:
    target = place.target(service(SERVICES, "{port}", "ok"))
    policy = place.policy({"reads": READS})
    done = place.run("run", target, "--policy", policy)
    assert (done.code, done.statuses) == (0, {"reads": "PASS"})


def test_p34_a_server_on_the_targets_own_port_is_never_tested(place: Place) -> None:
    with other_server() as (port, other):
        target = place.target(service(SERVICES, port, "ok", 0, "{port}", start_deadline_s=3))
        policy = place.policy({"reads": READS, "more": READS})
        done = place.run("run", target, "--policy", policy)
        assert other.asked == 0
    assert done.code == 3
    assert done.statuses == {"reads": "ERROR target-down", "more": "NOT_RUN"}
    assert "Address already in use" in done.gate("reads")["detail"]


def test_p35_a_stranger_that_answers_health_is_not_the_target(place: Place) -> None:
    told = place.path / "port"
    code = f"import sys, time; open({str(told)!r}, 'w').write(sys.argv[1] + '\\n'); time.sleep(60)"
    target = place.target(service("-c", code, "{port}"))
    policy = place.policy({"reads": READS, "more": READS})
    stop = threading.Event()

    def stranger() -> None:
        until(lambda: told.exists() and told.read_text().endswith("\n"))
        with other_server(int(told.read_text())):
            stop.wait(60)

    thread = threading.Thread(target=stranger)
    thread.start()
    try:
        done = place.run("run", target, "--policy", policy)
    finally:
        stop.set()
        thread.join()
    assert done.code == 3
    assert done.statuses == {"reads": "ERROR wrong-target", "more": "NOT_RUN"}
    assert "is not our target" in done.gate("reads")["detail"]


def test_p36_a_target_that_is_never_ready(place: Place) -> None:
    target = place.target(service(SERVICES, "{port}", "sick", start_deadline_s=2))
    policy = place.policy({"static": fake(), "reads": READS, "more": READS})
    done = place.run("run", target, "--policy", policy)
    assert done.code == 3
    assert done.statuses == {
        "static": "PASS",
        "reads": "ERROR target-down",
        "more": "NOT_RUN",
    }
    assert "status 503" in done.gate("reads")["detail"]
    assert "mood sick" in done.gate("reads")["detail"]
    assert "mood sick" in (place.output / "results/reads/service.log").read_text()
    assert not (place.output / "results/more/service.log").exists()
    assert "status 503" in done.gate("more")["detail"]
    assert "log lines" not in done.gate("more")["detail"]  # they stand at the first gate, once


def test_p38_a_target_that_dies_while_a_gate_uses_it(place: Place) -> None:
    target = place.target(service(SERVICES, "{port}", "brief", 7))
    policy = place.policy(
        {"kills": fake("asks", "/die", 0.5, resource="service"), "later": READS, "static": fake()}
    )
    done = place.run("run", target, "--policy", policy)
    assert done.code == 3
    assert done.statuses == {
        "kills": "ERROR target-down",
        "later": "NOT_RUN",
        "static": "PASS",
    }
    first, *log = done.gate("kills")["detail"].splitlines()
    assert first.startswith("the target exited with 7: ")
    assert log[0] == "last log lines:"
    assert done.gate("kills")["findings"] == []
    assert "mood brief" in (place.output / "results/kills/service.log").read_text()


FOREIGN = "http://192.0.2.1:8000"


@pytest.mark.parametrize(
    ("allow", "what"),
    [("", f'service.allow = ["{FOREIGN}"]'), (FOREIGN, f"--i-own-this-target {FOREIGN}")],
)
def test_p63_a_load_on_another_machine_needs_consent(place: Place, allow: str, what: str) -> None:
    """Refused at the validator: no packet is sent to the address."""
    listed = f'allow = ["{allow}"]\n' if allow else ""
    target = place.target(f'[service]\nbase_url = "{FOREIGN}"\n{listed}')
    policy = place.policy({"loads": fake("asks", "/", resource="exclusive")})
    done = place.run("run", target, "--policy", policy)
    assert done.code == 4
    assert "refused" in done.stderr
    assert what in done.stderr
    assert not place.output.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{port}",
        "http://user:hunter22@127.0.0.1:{port}",  # pragma: allowlist secret
        "file:///etc",
    ],
)
def test_p62_a_base_url_that_is_refused_is_not_asked(place: Place, url: str) -> None:
    with listening("127.0.0.2") as (port, accepted):
        target = place.target(f'[service]\nbase_url = "{url.format(port=port)}"\n')
        policy = place.policy({"loads": fake("asks", "/", resource="exclusive")})
        done = place.run("run", target, "--policy", policy)
        assert not accepted()
    assert done.code in (2, 4)
    assert "base_url" in done.stderr
    assert "hunter22" not in done.stderr


@contextmanager
def listening(host: str) -> Iterator[tuple[int, object]]:
    """A listener that knows whether anybody came."""
    with socket.create_server((host, 0)) as server:
        server.setblocking(False)

        def accepted() -> bool:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield server.getsockname()[1], accepted


def test_the_state_folder_of_a_start_is_gone_after_the_run(place: Place) -> None:
    note = place.path / "state"
    code = (
        "import sys, os; open(sys.argv[3], 'w').write(sys.argv[4]);"
        "sys.argv = ['web.py', *sys.argv[1:3]];"
        f"exec(compile(open({str(SERVICES)!r}).read(), 'web.py', 'exec'))"
    )
    target = place.target(service("-c", code, "{port}", "ok", note, "{state}"))
    done = place.run("run", target, "--policy", place.policy({"reads": READS}))
    assert done.code == 0
    assert note.read_text()
    assert not Path(note.read_text()).exists()
