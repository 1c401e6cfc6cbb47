"""A gate that reads spans gets a service that is told where to send them; the others do not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gates.core.capacity import Database
from gates.core.plan import PlannedGate
from gates.core.policy import GatePolicy
from gates.core.spans import lines
from gates.core.target import Service, Target
from gates.runner.prepare import Wish, session
from gates.runner.stage import Grant, Stage
from gates.runner.telemetry import is_wanted
from gates.shell.cancellation import Cancellation

# Sends one span at its start, if it is told where to; health says whether it was.
PROGRAM = """
import json, os, sys, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
place = os.environ.get("PLACE", "nowhere")
if place != "nowhere":
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "started"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    head = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(place + "/v1/traces", body, head)).close()
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        print(place, flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
SERVICE = Service(
    start=("{python}", "program.py", "{port}"), health="/", env={"PLACE": "{otlp}", "A": "b"}
)


def gate(*, telemetry: bool, state: str = "shared") -> PlannedGate:
    policy = GatePolicy(
        level=2,
        title="Gate",
        tools=(),
        criteria={},
        resource="service",
        state=state,
        telemetry=telemetry,
    )
    return PlannedGate(id="gate", policy=policy)


def target(*, spans: bool = True, service: Service | None = SERVICE) -> Target:
    return Target(name="x", service=service, database=Database(spans=spans))


@contextmanager
def staged(folder: Path, wanted: Target) -> Iterator[Stage]:
    (folder / "target").mkdir()
    (folder / "target" / "program.py").write_text(PROGRAM)
    wish = Wish(target=wanted, root=folder / "target", output=folder / "run", today="2026-01-01")
    environ = {**os.environ, "GATESCORE_CACHE": str(folder / "cache")}
    with session(wish, Cancellation(), environ) as found:
        stage = Stage(found)
        try:
            yield stage
        finally:
            stage.close()


def sent(grant: Grant) -> list[str]:
    with Path(grant.spans).open("rb") as stream:
        return [span.name for span in lines(stream)]


def said(grant: Grant) -> set[str]:
    return set(Path(grant.service_log).read_text().split())


def test_spans_come_where_a_gate_reads_them_and_nowhere_else(tmp_path: Path) -> None:
    with staged(tmp_path, target()) as stage:
        quiet = stage.grant(gate(telemetry=False))
        assert quiet.spans == ""
        assert said(quiet) == {"nowhere"}
        reading = stage.grant(gate(telemetry=True))
        assert sent(reading) == ["started"]
        assert all(word.startswith("http://127.0.0.1:") for word in said(reading))
        again = stage.grant(gate(telemetry=True, state="fresh"))
        assert again.spans != reading.spans
        assert sent(again) == ["started"]
        assert stage.grant(gate(telemetry=False)).spans == ""


def test_a_target_that_sends_none_is_not_started_anew(tmp_path: Path) -> None:
    with staged(tmp_path, target(spans=False)) as stage:
        first = stage.grant(gate(telemetry=False))
        second = stage.grant(gate(telemetry=True))
        assert (second.pid, second.spans) == (first.pid, "")


@pytest.mark.parametrize(
    ("telemetry", "spans", "service", "wanted"),
    [
        (True, True, SERVICE, True),
        (False, True, SERVICE, False),
        (True, False, SERVICE, False),
        (True, True, None, False),
        (True, True, Service(base_url="http://127.0.0.1:1"), False),
    ],
)
def test_when_spans_are_wanted(
    telemetry: bool, spans: bool, service: Service | None, wanted: bool
) -> None:
    assert is_wanted(gate(telemetry=telemetry), target(spans=spans, service=service)) is wanted


def test_a_gate_of_a_target_without_a_database_reads_none() -> None:
    assert not is_wanted(gate(telemetry=True), Target(name="x", service=SERVICE))
