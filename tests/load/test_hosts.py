"""A load from two hosts: network namespaces of this machine, each with its own address."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.load import SCENARIO_VARIABLE, Operation, Scenario

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).parent / "servers" / "planned.py"
PORT = 5557
HUB, HOSTS = f"gs-hub-{os.getpid()}", (f"gs-a-{os.getpid()}", f"gs-b-{os.getpid()}")
ORIGIN = "10.231.1.1"
OPERATIONS = (
    Operation(name="GET /a", path="/a", weight=3),
    Operation(name="GET /b", path="/b"),
)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def inside(name: str, *argv: str) -> list[str]:
    return ["ip", "netns", "exec", name, *argv]


@pytest.fixture
def hosts() -> Iterator[None]:
    """A hub with a line to each of two hosts, which know no other way."""
    with ExitStack() as stack:
        try:
            for name in (HUB, *HOSTS):
                ip("netns", "add", name)
                stack.callback(ip, "netns", "del", name)
            ip("-n", HUB, "link", "set", "lo", "up")
            for number, name in enumerate(HOSTS, start=1):
                near, far = f"gsh{number}", f"gsw{number}"
                ip("-n", HUB, "link", "add", near, "type", "veth", "peer", far, "netns", name)
                ip("-n", HUB, "addr", "add", f"10.231.{number}.1/24", "dev", near)
                ip("-n", HUB, "link", "set", near, "up")
                ip("-n", name, "addr", "add", f"10.231.{number}.2/24", "dev", far)
                ip("-n", name, "link", "set", far, "up")
                ip("-n", name, "route", "add", "default", "via", f"10.231.{number}.1")
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"network namespaces cannot be made here: {error}")
        yield


def run(folder: Path, workers: int, origin: str) -> dict[str, Any]:
    """The same scenario from the hub: by one process there, or by a worker on each host."""
    folder.mkdir()
    path = folder / "scenario.json"
    given = Scenario(
        rate=150,
        duration_s=2,
        warmup_s=0.5,
        quiet_s=0,
        grace_s=3,
        come_s=40,
        operations=OPERATIONS,
        workers=workers,
        seed=7,
    )
    path.write_bytes(msgspec.json.encode(given))
    env = {**os.environ, "PYTHONPATH": str(ROOT), SCENARIO_VARIABLE: str(path)}
    argv = [sys.executable, "-m", "gates.load.team", "-H", origin]
    listen = ["--listen", f"0.0.0.0:{PORT}"] if workers > 1 else []
    worker = [sys.executable, "-m", "gates.load.worker", "--master", ORIGIN]
    started = [subprocess.Popen(inside(HUB, *argv, *listen), env=env, stdout=subprocess.DEVNULL)]
    if listen:
        started += [subprocess.Popen(inside(name, *worker), env=env) for name in HOSTS]
    try:
        started[0].wait(timeout=120)
    finally:
        for process in started:
            process.terminate()
            process.wait()
    result: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    return result


def p50_ms(result: dict[str, Any]) -> float:
    times = [us for us, count in result["total"]["response"] for _ in range(count)]
    return float(times[len(times) // 2]) / 1000


def test_two_hosts_bring_the_counts_of_one_process(hosts: None, tmp_path: Path) -> None:
    """Counts by operation and second are equal, to the last one; times are of the same size."""
    argv = inside(HUB, sys.executable, str(SERVER), "--host", ORIGIN)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        origin = f"http://{ORIGIN}:{server.stdout.readline().strip()}"
        try:
            alone = run(tmp_path / "one", 1, origin)
            both = run(tmp_path / "two", 2, origin)
        finally:
            server.kill()
    assert (both["finished"], both["error"], both["workers"]) == (True, "", 2)
    assert both["total"]["failures"] == alone["total"]["failures"] == {}
    for name in ("GET /a", "GET /b"):
        assert both["operations"][name]["requests"] == alone["operations"][name]["requests"]
    counts = [[one["count"] for one in result["intervals"]] for result in (alone, both)]
    assert counts[0] == counts[1] == [150] * 2
    assert p50_ms(both) < 20 * p50_ms(alone)
