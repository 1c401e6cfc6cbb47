"""Several generators under Locust's own master: their counts, and what makes them no result."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from gates.core.load import LoadResult, Operation, Scenario
from gates.core.model import Reason
from gates.core.tool import ParseError, ToolOutput
from gates.load.merging import together
from gates.load.recorder import Outcome, Recorder
from gates.load.session import Measured
from gates.load.signals import late, strange
from gates.tools import locust

Start = Callable[..., Any]
ROOT = Path(__file__).parents[2]
STRANGER = """
from locust import User, events
from locust.exception import StopUser
def hello(user):
    user.environment.runner.send_message("gatescore-hello", {"version": "0.0.9", "name": "old one"})
    raise StopUser
class LoadUser(User):
    tasks = [hello]
"""


def recorded(output: ToolOutput) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(output.files["result"])
    return result


def requests_of(output: ToolOutput) -> dict[str, int]:
    return {name: one["requests"] for name, one in recorded(output)["operations"].items()}


def refusal(output: ToolOutput) -> str:
    with pytest.raises(ParseError) as caught:
        locust.parse((output,))
    assert caught.value.reason is Reason.INCOMPLETE
    return caught.value.detail


@pytest.fixture
def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@pytest.fixture
def come(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Start workers by hand; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int, *, stranger: bool = False) -> None:
        argv = [sys.executable, "-m", "gates.load.worker", "--master", "127.0.0.1"]
        argv += ["--port", str(port)]
        if stranger:
            (tmp_path / "stranger.py").write_text(STRANGER)
            argv = [sys.executable, "-m", "locust", "-f", str(tmp_path / "stranger.py")]
            argv += ["--worker", "--master-host", "127.0.0.1", "--master-port", str(port)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (tmp_path / f"worker-{len(started)}").open("wb") as log:
            started.append(subprocess.Popen(argv, env=env, stdout=log, stderr=log))

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_two_workers_count_what_one_process_would(serve: Start, start_load: Start) -> None:
    """Each takes every second arrival of one sequence; nothing is lost or counted twice."""
    output = start_load(serve().url, 60, seed=5, workers=2).finish()
    found = recorded(output)
    assert (found["finished"], found["workers"], found["handled"]) == (True, 2, 120)
    assert requests_of(output) == {"GET /a": 120}
    assert sum(count for _, count in found["total"]["response"]) == 120
    assert [one["count"] for one in found["intervals"]] == [60, 60]
    assert found["warmup_requests"] == 30


def test_a_lost_worker_is_named(serve: Start, start_load: Start) -> None:
    server = serve()
    running = start_load(server.url, 50, duration_s=20.0, workers=2)
    server.asked()
    workers = [
        one for one in psutil.Process(running.process.pid).children() if "--worker" in one.cmdline()
    ]
    workers[0].kill()
    said = refusal(running.finish())
    assert said.endswith("was lost")
    assert f"(pid {workers[0].pid})" in said


def test_missing_workers_are_counted_and_those_that_came_named(
    serve: Start, start_load: Start, come: Callable[..., None], free_port: int
) -> None:
    listen = f"127.0.0.1:{free_port}"
    running = start_load(serve().url, 50, workers=2, listen=listen, workers_wait_s=8.0)
    come(free_port)
    said = refusal(running.finish())
    assert "0 of 2 workers came within 8 s" in said or "1 of 2 workers came within 8 s" in said


def test_nobody_is_waited_for_in_a_network_without_a_token(
    serve: Start, start_load: Start, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever came would be told the headers of [auth]."""
    monkeypatch.delenv("GATESCORE_LOAD_TOKEN", raising=False)
    output = start_load(serve().url, 50, workers=2, listen=f"0.0.0.0:{free_port}").finish()
    with pytest.raises(ParseError, match="GATESCORE_LOAD_TOKEN is not set") as caught:
        locust.parse((output,))
    assert caught.value.reason is Reason.TOOL_CRASHED


def test_a_worker_of_another_version_is_named(
    serve: Start, start_load: Start, come: Callable[..., None], free_port: int
) -> None:
    listen = f"127.0.0.1:{free_port}"
    running = start_load(serve().url, 50, workers=2, listen=listen, workers_wait_s=30.0)
    come(free_port)
    come(free_port, stranger=True)
    assert "worker old one is 0.0.9, not gatescore " in refusal(running.finish())


def test_a_worker_too_many_changes_nothing(
    serve: Start, start_load: Start, come: Callable[..., None], free_port: int
) -> None:
    """It comes in the middle of the run, and Locust deals its users anew."""
    listen, server = f"127.0.0.1:{free_port}", serve()
    running = start_load(
        server.url, 50, workers=2, listen=listen, workers_wait_s=40.0, duration_s=8.0
    )
    come(free_port)
    come(free_port)
    server.asked()
    come(free_port)
    output = running.finish()
    assert (recorded(output)["error"], recorded(output)["workers"]) == ("", 2)
    assert requests_of(output) == {"GET /a": 400}


@pytest.mark.parametrize(("late_s", "word"), [(0.5, ""), (0.51, "worker b started 0.5 s after")])
def test_a_worker_that_starts_late_is_named(late_s: float, word: str) -> None:
    assert late({"a": 0.0, "b": late_s}).startswith(word)
    assert bool(late({"a": 0.0, "b": late_s})) == bool(word)


@pytest.mark.parametrize(
    ("version", "word"),
    [
        ("ours", ""),
        ("older", "worker a is older, not ours"),
        ("", "worker a is of no known version"),
    ],
)
def test_a_strange_version_is_named(version: str, word: str) -> None:
    assert strange({"a": version, "b": "ours"}, "ours").startswith(word)
    assert bool(strange({"a": version}, "ours")) == bool(word)


def test_a_signal_to_the_team_ends_all_of_it(serve: Start, start_load: Start) -> None:
    server = serve()
    running = start_load(server.url, 50, duration_s=20.0, workers=2)
    server.asked()
    below = psutil.Process(running.process.pid).children(recursive=True)
    running.process.terminate()
    assert "ended by a signal" in refusal(running.finish())
    end = time.monotonic() + 5
    while any(one.is_running() for one in below) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(one.is_running() for one in below)


def measured(times: dict[str, list[float]], failure: str = "") -> LoadResult:
    """A result of one generator with these response times in seconds."""
    operations = tuple(Operation(name=name, path=f"/{name}") for name in times)
    made = Measured(Scenario(rate=1, duration_s=5, operations=operations))
    made.recorder.opening = 0.0
    for name, values in times.items():
        for number, value in enumerate(values):
            made.recorder.record(name, number / 10, number / 10, number / 10 + value, Outcome())
    if failure:
        made.recorder.record(next(iter(times)), 2.0, 2.0, 2.1, Outcome(failure))
    return made.result()


def test_merged_counts_are_those_of_one_recorder() -> None:
    """Exact: bucket by bucket, operation by operation, interval by interval."""
    first = {"a": [0.001, 0.0123456, 0.5], "b": [0.25]}
    second = {"a": [0.002, 0.0123457], "b": []}
    both = together([measured(first, "timeout"), measured(second)])
    counts = Recorder(5.0, ("a", "b"))
    counts.opening = 0.0
    for part in (first, second):
        for name, values in part.items():
            for number, value in enumerate(values):
                counts.record(name, number / 10, number / 10, number / 10 + value, Outcome())
    counts.record("a", 2.0, 2.0, 2.1, Outcome("timeout"))
    assert both.operations == counts.operations()
    assert both.total.requests == 7
    assert both.total.failures == {"timeout": 1}
    assert [(one.count, one.errors) for one in both.intervals] == [(6, 0), (0, 1)]
    assert both.intervals[0].max == 500_000


@pytest.mark.parametrize(("first", "second", "gone"), [(30, 20, 50), (30, 0, 0)])
def test_a_target_that_one_worker_reaches_is_not_gone(first: int, second: int, gone: int) -> None:
    results = [
        msgspec.structs.replace(measured({"a": [0.1]}), trailing_gone=row)
        for row in (first, second)
    ]
    assert together(results).trailing_gone == gone
