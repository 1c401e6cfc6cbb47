"""A load from two hosts: network namespaces of this machine, each with its own address."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.load import SCENARIO_VARIABLE, Operation, Scenario
from tests.faults.cli import Place, toml
from tests.load.test_whole import load_gate, recording

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).parent / "servers" / "planned.py"
PORT = 5557
HUB, HOSTS = f"gs-hub-{os.getpid()}", (f"gs-a-{os.getpid()}", f"gs-b-{os.getpid()}")
ADDRESS = "10.231.1.1"
OPERATIONS = (
    Operation(name="GET /a", path="/a", weight=3),
    Operation(name="GET /b", path="/b"),
)
SPREAD_MS = 1000.0  # answers take anything up to it: far more than a busy machine adds
APART_MS = 100.0  # that a busy service may add to one of the runs; generators say it themselves
ATTEMPTS = 5  # a run that its own report would not believe is measured again
SIGMAS = 4.0 * math.sqrt(2.0)  # both runs are samples: outside of it once in 15,000 comparisons
TARGET = """
[service]
base_url = %s
allow = [%s]
[auth.headers]
X-Key = "${KEY}"
[identities.bob]
headers = { X-Key = "${BOB}" }
[load]
rate = 60
identities = 2
operations = [{ path = "/a" }]
"""


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


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, tmp_path / "cache")


@contextmanager
def served(*words: str) -> Iterator[str]:
    """A service of the hub, by its origin."""
    argv = inside(HUB, sys.executable, str(SERVER), "--host", ADDRESS, *words)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield f"http://{ADDRESS}:{server.stdout.readline().strip()}"
        finally:
            server.kill()


@contextmanager
def workers(*argv: str, **env: str) -> Iterator[list[subprocess.Popen[str]]]:
    """One worker on each host."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    made = [
        subprocess.Popen(
            inside(name, sys.executable, "-m", *argv),
            env=surroundings,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in HOSTS
    ]
    try:
        yield made
    finally:
        for process in made:
            process.send_signal(signal.SIGTERM)
        for process in made:
            process.communicate(timeout=30)


def run(folder: Path, many: int, origin: str, **more: object) -> dict[str, Any]:
    """The same scenario from the hub, to its end and with every request at its second."""
    for attempt in range(ATTEMPTS):
        result = once(folder / str(attempt), many, origin, **more)
        if result["finished"] and result["handled"] == result["scheduled"]:
            break
    return result


def once(folder: Path, many: int, origin: str, **more: object) -> dict[str, Any]:
    """By one process of the hub, or by a worker on each host."""
    folder.mkdir(parents=True)
    path = folder / "scenario.json"
    given: dict[str, Any] = {"rate": 150, "duration_s": 2, "warmup_s": 0.5, **more}
    scenario = Scenario(
        quiet_s=0, grace_s=3, come_s=40, operations=OPERATIONS, workers=many, seed=7, **given
    )
    path.write_bytes(msgspec.json.encode(scenario))
    token = {"GATESCORE_LOAD_TOKEN": "t-0"}
    env = {**os.environ, "PYTHONPATH": str(ROOT), SCENARIO_VARIABLE: str(path), **token}
    argv = [sys.executable, "-m", "gates.load.team", "-H", origin]
    joining = ("gates.load.worker", "--master", ADDRESS, "--i-own-this-target", origin)
    with ExitStack() as stack:
        if many > 1:
            argv += ["--listen", f"0.0.0.0:{PORT}"]
            stack.enter_context(workers(*joining, **token))
        subprocess.run(
            inside(HUB, *argv), env=env, stdout=subprocess.DEVNULL, timeout=120, check=False
        )
    result: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    return result


def interval_ms(result: dict[str, Any], p: float) -> tuple[float, float, float]:
    """A percentile between the bounds of its interval, by the ranks that they have."""
    times = [us / 1000 for us, count in result["total"]["response"] for _ in range(count)]
    spread = SIGMAS * math.sqrt(p * (1 - p) * len(times))
    ranks = (len(times) * p - spread, len(times) * p, len(times) * p + spread)
    low, middle, high = (times[min(max(0, round(rank)), len(times) - 1)] for rank in ranks)
    return low, middle, high


def late_ms(result: dict[str, Any]) -> float:
    """How late the generators were at worst."""
    return float(max(us for us, _ in result["generator"]["lag"])) / 1000


def test_two_hosts_measure_what_one_process_does(hosts: None, tmp_path: Path) -> None:
    """Counts by operation and second are equal; percentiles within the interval of the one."""
    with served("--spread", str(SPREAD_MS / 1000)) as origin:
        alone = run(tmp_path / "one", 1, origin, duration_s=4)
        both = run(tmp_path / "two", 2, origin, duration_s=4)
    assert (both["finished"], both["error"], both["workers"]) == (True, "", 2)
    assert both["total"]["failures"] == alone["total"]["failures"] == {}
    for name in ("GET /a", "GET /b"):
        assert both["operations"][name]["requests"] == alone["operations"][name]["requests"]
    counts = [[one["count"] for one in result["intervals"]] for result in (alone, both)]
    assert counts[0] == counts[1] == [150] * 4
    apart = APART_MS + late_ms(alone) + late_ms(both)
    for p in (0.5, 0.9, 0.95):
        low, _, high = interval_ms(alone, p)
        assert low - apart <= interval_ms(both, p)[1] <= high + apart, (p, apart)
        assert high - low < SPREAD_MS / 2  # else it would say nothing


def test_two_hosts_go_on_for_missing_samples_alike(hosts: None, tmp_path: Path) -> None:
    """Every second answer is a failure: 100 arrivals bring 50 of the 120 successes needed."""
    with served("--status-every", "2", "500") as origin:
        both = run(tmp_path / "two", 2, origin, rate=50, needed={"": 120}, longest_s=20.0)
    assert (both["finished"], both["error"]) == (True, "")
    assert 120 <= sum(count for _, count in both["total"]["response"]) <= 170
    assert 2.5 < both["extended_s"] < 6
    assert both["handled"] == both["scheduled"] == both["total"]["requests"]
    assert both["duration_s"] == pytest.approx(2 + both["extended_s"], abs=0.3)


def judged(place: Place, origin: str, *, token: str = "") -> Any:
    """`gatescore run` on the hub, as the master of two workers."""
    quick = place.policy({"quick": load_gate(workers_wait_s=20)})
    target = place.target(TARGET % (toml(origin), toml(origin)))
    return place.run(
        *("run", target, "--policy", quick, "--i-own-this-target", origin),
        *("--load-master", ADDRESS, "--load-workers", "2"),
        env={"KEY": "canary-of-ann-9", "BOB": "canary-of-bob-8", "GATESCORE_LOAD_TOKEN": token},
        around=inside(HUB),
    )


def test_gatescore_run_leads_workers_of_two_hosts(hosts: None, place: Place) -> None:
    """They get the headers of all identities from the master, who waits for them and sums up."""
    with served("--need", "X-Key: canary-of-") as origin:
        joining = ("gates.cli", "run", "--load-worker", ADDRESS, "--i-own-this-target", origin)
        with workers(*joining, GATESCORE_LOAD_TOKEN="t-1"):
            done = judged(place, origin, token="t-1")
    found = recording(done)
    assert (found["finished"], found["error"], found["workers"]) == (True, "", 2)
    assert found["total"]["requests"] == found["handled"] <= found["scheduled"] == 120
    assert (found["total"]["failures"], found["remarks"]) == ({}, [])
    assert "canary" not in json.dumps(found) + done.stderr


@pytest.mark.parametrize(
    ("token", "owned", "said"),
    [
        ("t-2", True, "0 of 2 workers came within 20 s: none; start the missing ones"),
        ("t-1", False, "nobody here allowed a load on"),
    ],
)
def test_no_load_by_strangers_or_on_strangers(
    hosts: None, place: Place, token: str, owned: bool, said: str
) -> None:
    """A worker without the token of the run, and a run whose target nobody allowed to a worker."""
    with served() as origin:
        allowed = origin if owned else "http://10.231.1.1:9"
        joining = ("gates.cli", "run", "--load-worker", ADDRESS, "--i-own-this-target", allowed)
        with workers(*joining, GATESCORE_LOAD_TOKEN=token):
            done = judged(place, origin, token="t-1")
    gate = done.gate("quick")
    assert (gate["status"], gate["reason"]) == ("ERROR", "incomplete")
    assert said in gate["detail"]
    assert token == "t-1" or "turned away without our GATESCORE_LOAD_TOKEN: " in gate["detail"]
    assert recording(done)["total"]["requests"] == 0
