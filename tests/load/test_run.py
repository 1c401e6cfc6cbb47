"""Whole runs: Locust, our user and small real servers that misbehave on purpose."""

import http.client
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gates.core.model import Measurement, Reason, ToolReport
from gates.core.statistics import nearest_rank
from gates.core.tool import ParseError, ToolOutput
from gates.tools import locust

Start = Callable[..., Any]
STALL = ("--stall-after", "1.5", "--stall", "0.5")


def value(report: ToolReport, metric: str) -> float:
    found = report.measurements[metric].value
    assert found is not None, report.measurements[metric]
    return found


def recorded(output: ToolOutput) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(output.files["result"])
    return result


def calm(output: ToolOutput) -> ToolOutput:
    """The same run with a generator in perfect health: its health is another test's subject."""
    result = recorded(output)
    result["generator"] |= {"cpu_percent": 1.0, "lag": []}
    result["scheduled"] = result["handled"]
    return ToolOutput(exit_code=0, files={"result": json.dumps(result).encode()})


def closed_loop_p95_ms(url: str) -> float:
    """What a client sees that waits for each answer before its next request, 50/s, 3 s."""
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    begin, times = time.monotonic(), []
    while time.monotonic() < begin + 3:
        sent = time.monotonic()
        line.request("GET", "/a")
        line.getresponse().read()
        times.append(time.monotonic() - sent)
        time.sleep(max(0.0, 0.02 - times[-1]))
    return sorted(times)[nearest_rank(len(times), 0.95) - 1] * 1000


def test_a_stall_counts_for_every_request_it_delays(serve: Start, start_load: Start) -> None:
    """The server stops 0.5 s of 5 s at 50/s: 25 of 250 requests wait 500, 480 … 20 ms.

    p95 is the 13th longest: 500 - 12 × 20 = 260 ms. A client that waits for its answers sees one
    slow request and a p95 of a few milliseconds.
    """
    running = start_load(serve(*STALL).url, 50, duration_s=5.0, warmup_s=0.5)
    report = locust.parse((calm(running.finish()),))
    assert value(report, "latency.p95_ms") == pytest.approx(260, abs=40)
    assert value(report, "latency.p50_ms") < 30
    assert value(report, "latency.max_ms") == pytest.approx(500, abs=60)
    assert closed_loop_p95_ms(serve(*STALL).url) < 60
    slowest = dict(next(s for s in report.series if s.name == "p95 over time").points)
    assert max(slowest.values()) == slowest[1.5]  # the middle of the stalled second


def test_warm_up_is_counted_apart(serve: Start, start_load: Start) -> None:
    """P37: the slow first second is nowhere in the figures."""
    running = start_load(serve("--slow-for", "0.8").url, 50, warmup_s=1.0)
    output = running.finish()
    report = locust.parse((calm(output),))
    assert recorded(output)["warmup_requests"] == 50
    assert report.examined == 100
    assert value(report, "latency.max_ms") < 250
    assert report.notes[1] == "50 requests of the warm-up are not in the figures"


def test_a_target_that_dies_under_load_is_down(serve: Start, start_load: Start) -> None:
    """P38."""
    server = serve()
    running = start_load(server.url, 50, duration_s=3.0)
    server.asked()
    time.sleep(1.5)  # warm-up, part of the window
    server.kill()
    with pytest.raises(ParseError) as caught:
        locust.parse((calm(running.finish()),))
    assert caught.value.reason is Reason.TARGET_DOWN


def test_no_request_at_all_is_nothing_examined(serve: Start, start_load: Start) -> None:
    """P12: one request in ten seconds falls into the warm-up."""
    running = start_load(serve().url, 0.1, duration_s=0.3, warmup_s=0.1)
    report = locust.parse((calm(running.finish()),))
    assert report.examined == 0
    assert report.measurements["load.errors_percent"] == Measurement(value=None, why="0 requests")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_ended_early_is_incomplete(
    serve: Start, start_load: Start, number: signal.Signals
) -> None:
    """P19: Locust itself ends with 0 and a normal-looking report."""
    server = serve()
    running = start_load(server.url, 50, duration_s=20.0)
    server.asked()
    time.sleep(0.5)
    running.process.send_signal(number)
    output = running.finish()
    assert recorded(output)["finished"] is False
    with pytest.raises(ParseError, match="ended by a signal") as caught:
        locust.parse((calm(output),))
    assert caught.value.reason is Reason.INCOMPLETE


def test_errors_are_counted_and_kept_out_of_the_times(serve: Start, start_load: Start) -> None:
    running = start_load(serve("--status-every", "4", "503").url, 100)
    report = locust.parse((calm(running.finish()),))
    assert value(report, "load.errors_percent") == pytest.approx(25, abs=1)
    assert value(report, "load.completed_ratio") == pytest.approx(0.75, abs=0.01)
    assert report.measurements["latency.p50_ms"].samples == 150
    (finding,) = report.findings
    assert finding.message == "GET /a: 50 of 200 requests failed: status 503 × 50"


def test_requests_still_open_at_the_end_are_failures(serve: Start, start_load: Start) -> None:
    """P39: Locust alone would report nothing."""
    running = start_load(serve("--hang").url, 20, timeout_s=1.0, grace_s=0.3)
    output = running.finish()
    report = locust.parse((calm(output),))
    failures = recorded(output)["total"]["failures"]
    assert set(failures) == {"timeout", "in flight at the end"}
    assert sum(failures.values()) == report.examined == 40
    assert value(report, "load.errors_percent") == 100
    assert report.measurements["latency.p95_ms"].why == "too few samples: need 200 more"


def test_a_rate_beyond_the_generator_is_no_result(serve: Start, start_load: Start) -> None:
    running = start_load(serve().url, 100_000, duration_s=1.0, warmup_s=0.0, grace_s=0.1)
    with pytest.raises(ParseError, match="of the wanted 100000 requests") as caught:
        locust.parse((running.finish(),))
    assert caught.value.reason is Reason.GENERATOR_UNHEALTHY


def test_authentication_is_sent_and_never_written(serve: Start, start_load: Start) -> None:
    """P65."""
    server = serve("--need", "X-Key: canary-7261")
    running = start_load(server.url, 50, auth='{"X-Key": "canary-7261"}')
    output = running.finish()
    assert value(locust.parse((calm(output),)), "load.errors_percent") == 0
    assert b"canary" not in b"".join((*output.files.values(), output.stderr))
    assert "canary" not in " ".join(running.given.argv)


LOCUSTFILE = """
import os
from locust import FastHttpUser, constant, task
class Reader(FastHttpUser):
    wait_time = constant(0.05)
    @task
    def read(self):
        self.client.get("/a", headers={"X-Key": os.environ["GATESCORE_AUTH"]})
        self.client.get("/b", name="the other")
"""


def test_a_locustfile_of_the_target_is_run_and_recorded(
    serve: Start, start_load: Start, tmp_path: Path
) -> None:
    """Its users decide: a closed model, and the report says so."""
    (tmp_path / "loads.py").write_text(LOCUSTFILE)
    server = serve("--status-every", "10", "500")
    load = {"locustfile": "loads.py", "users": 4}
    output = start_load(server.url, 60, auth='"key"', load=load, warmup_s=1.0).finish()
    report = locust.parse((calm(output),))
    assert set(recorded(output)["operations"]) == {"GET /a", "GET the other"}
    assert recorded(output)["model"] == "locustfile"
    assert "service times only" in report.notes[0]
    assert 20 <= report.examined <= 320  # 4 users, 2 requests each 0.05 s at most, 2 s
    assert value(report, "load.errors_percent") == pytest.approx(10, abs=3)
    both = (report.measurements["latency.p50_ms"], report.measurements["service.p95_ms"])
    assert both[0].value is not None
    assert recorded(output)["warmup_requests"] > 0


def test_a_locustfile_that_cannot_be_read_is_a_crash(
    serve: Start, start_load: Start, tmp_path: Path
) -> None:
    (tmp_path / "loads.py").write_text("import nothing_of_this_name\n")
    output = start_load(serve().url, 60, load={"locustfile": "loads.py"}).finish()
    with pytest.raises(ParseError) as caught:
        locust.parse((output,))
    assert caught.value.reason in (Reason.NO_RESULT, Reason.TOOL_CRASHED)
    assert "nothing_of_this_name" in caught.value.detail


def test_users_of_a_closed_model(serve: Start, start_load: Start) -> None:
    output = start_load(serve().url, 40, load={"users": 4, "think_s": 0.1}).finish()
    report = locust.parse((calm(output),))
    assert recorded(output)["model"] == "closed"
    assert 20 <= report.examined <= 80
    assert value(report, "load.errors_percent") == 0


def test_identities_are_used_in_turn_and_never_written(serve: Start, start_load: Start) -> None:
    """Half the requests are somebody else's: the service does not know him."""
    known = '{"default": {"headers": {"X-Key": "canary-1"}}, "b": {"headers": {"Y": "canary-2"}}}'
    auth = '{"X-Key": "canary-1"}'
    server = serve("--need", "X-Key: canary-1")
    running = start_load(server.url, 50, auth=auth, identities=known, load={"identities": 2})
    output = running.finish()
    assert value(locust.parse((calm(output),)), "load.errors_percent") == 50
    assert b"canary" not in b"".join((*output.files.values(), output.stderr))
