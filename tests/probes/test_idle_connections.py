"""Idle connections: services that hold them, close them, refuse them, stall, or end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Measurement, Reason, ToolReport
from gates.probes import idle_connections
from gates.probes._common import ProbeError
from gates.probes.idle_connections import METRIC, RULE, Given, Held, limit_of_ours
from gates.shell.idle import Idle, Limit

# Options: most connections that it keeps, seconds until it closes an idle one, limit of its files,
# connections from which on an answer takes half a second, connections at which it ends.
SERVICE = """
import asyncio, os, resource, sys

most, idle_s, files, slow, end = (float(word) for word in sys.argv[1:])
if files:
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(files), int(files)))
open_now = 0
ANSWER = b"HTTP/1.1 %d X\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok"

async def serve(reader, writer):
    global open_now
    open_now += 1
    if open_now >= end:
        os._exit(3)
    try:
        if open_now <= most:
            head = await asyncio.wait_for(reader.readuntil(b"\\r\\n\\r\\n"), idle_s)
            if open_now >= slow:
                await asyncio.sleep(0.5)
            writer.write(ANSWER % (404 if b" /gone" in head else 200))
            await writer.drain()
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        open_now -= 1
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""
Serve = Callable[..., tuple[str, int]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start services; all end with the test. The address, and a process above the service."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *,
        most: float = 1e9,
        idle_s: float = 60,
        files: int = 0,
        slow: float = 1e9,
        end: float = 1e9,
    ) -> tuple[str, int]:
        words = [str(one) for one in (most, idle_s, files, slow, end)]
        above = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
        argv = [sys.executable, "-c", above, SERVICE, *words]
        process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, process_group=0
        )
        started.append(process)
        assert process.stdout
        return f"http://127.0.0.1:{process.stdout.readline().strip()}", process.pid

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout
        process.stdout.close()


def measured(served: tuple[str, int], **given: Any) -> ToolReport:
    """Looks at a service for 300 connections, with bounds that a busy machine keeps too."""
    quick = {
        "base_url": served[0],
        "pid": served[1],
        "paths": ("/things",),
        "connections": 300,
        "portion": 50,
        "hold_s": 0.2,
        "answer_s": 2.0,
        "bound_ms": 400.0,
    }
    return idle_connections.measure({**quick, **given})


def number(report: ToolReport) -> Measurement:
    return report.measurements[METRIC]


def test_a_service_that_holds_them(serve: Serve) -> None:
    report = measured(serve())
    assert (number(report).value, report.findings) == (300.0, ())
    assert "300 connections accepted, 300 held" in number(report).detail
    assert "200 of 200 that were used at the end answered" in number(report).detail
    assert report.examined > 400


def test_a_service_that_closes_idle_connections(serve: Serve) -> None:
    report = measured(serve(idle_s=0.05), hold_s=1.0)
    assert number(report).value == 0.0
    assert [finding.rule for finding in report.findings] == [RULE]


def test_a_service_that_keeps_only_some(serve: Serve) -> None:
    """It closes the others at once, and so does not answer over a new connection either."""
    report = measured(serve(most=120))
    value = number(report).value
    assert value is not None
    assert value < 120
    assert [finding.rule for finding in report.findings] == [RULE]


def test_a_service_that_is_slow_with_many(serve: Serve) -> None:
    """Below 200 it is quick: half of 300 are held."""
    report = measured(serve(slow=200))
    assert number(report).value == 150.0
    assert "150 held" in number(report).detail


def test_files_of_the_service_are_a_limit_and_no_fault(serve: Serve) -> None:
    report = measured(serve(files=100), answer_s=0.3)
    assert (number(report).value, report.findings) == (None, ())
    assert "may have 100 open files (soft RLIMIT_NOFILE" in number(report).why


def test_files_that_nobody_can_see_are_no_excuse(serve: Serve) -> None:
    report = measured(serve(files=100), answer_s=0.3, pid=0)
    assert number(report).value is not None
    assert [finding.rule for finding in report.findings] == [RULE]


def test_a_service_that_ends_is_down_p38(serve: Serve) -> None:
    with pytest.raises(ProbeError) as caught:
        measured(serve(end=150), answer_s=0.5)
    assert caught.value.reason is Reason.TARGET_DOWN


def test_a_service_that_never_was_is_down(serve: Serve) -> None:
    with pytest.raises(ProbeError) as caught:
        measured(("http://127.0.0.1:1", 0))
    assert caught.value.reason is Reason.TARGET_DOWN


def test_the_first_path_that_is_answered_is_asked(serve: Serve) -> None:
    served = serve()
    assert number(measured(served, paths=("/gone", "/things"), connections=20)).value == 20.0
    with pytest.raises(ProbeError, match="nothing that can be asked is answered below 400: /gone"):
        measured(served, paths=("/gone",))


def test_a_service_elsewhere_is_asked_nothing() -> None:
    with pytest.raises(ProbeError) as caught:
        measured(("http://169.254.169.254", 0))
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY


def test_input_that_is_none() -> None:
    with pytest.raises(ProbeError) as caught:
        idle_connections.measure({"base_url": 1})
    assert caught.value.reason is Reason.ADAPTER_BUG


@pytest.mark.parametrize(
    ("failures", "p95_ms", "fine"), [(0, 99.9, True), (0, 100.0, False), (1, 1.0, False)]
)
def test_the_bound_while_they_are_held(failures: int, p95_ms: float, fine: bool) -> None:
    held = Held(connections=5, answers=200, failures=failures, p95_ms=p95_ms)
    assert held.fine(100.0) == fine


@pytest.mark.parametrize(
    ("limit", "possible", "text"),
    [
        (Limit.NONE, 300, ""),
        (Limit.NONE, 299, "we may have 363 open files here"),
        (Limit.FILES, 300, "we had no more open files at 0 connections"),
        (Limit.PORTS, 300, "this machine has ports for 0 connections"),
    ],
)
def test_our_own_limits_are_named(limit: Limit, possible: int, text: str) -> None:
    given = Given(base_url="http://127.0.0.1:1", paths=(), connections=300)
    with Idle(given.base_url, (given.base_url,)) as idle:
        idle.limit = limit
        assert limit_of_ours(given, idle, possible).startswith(text)
        assert bool(limit_of_ours(given, idle, possible)) == bool(text)


def test_our_own_hard_limit_ends_in_no_data_with_its_name(serve: Serve) -> None:
    """In a program of its own: a hard limit cannot be raised again."""
    url, pid = serve()
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (150, 150))\n"
        "from gates.probes.idle_connections import measure\n"
        f"given = dict(base_url='{url}', pid={pid}, paths=['/'], connections=300, hold_s=0.1,\n"
        "    bound_ms=400, portion=50)\n"
        "print(measure(given).measurements['scale.idle_connections'])"
    )
    argv = [sys.executable, "-c", code]
    root = Path(__file__).parents[2]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=True, timeout=60)
    assert "value=None" in done.stdout
    assert "limit: we may have 150 open files here (hard RLIMIT_NOFILE" in done.stdout
    assert "86 held" in done.stdout
