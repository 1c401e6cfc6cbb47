"""The generators that are compared: ours, stock Locust, and an open-loop reference client."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.measure import Failed
from gates.core import statistics
from gates.core.load import SCENARIO_VARIABLE, LoadResult, Operation, Scenario

ROOT = Path(__file__).parents[1]
OURS = ROOT / "gates" / "load" / "locustfile.py"
STOCK = """
import json, os, time
from locust import FastHttpUser, constant, constant_throughput, events, task
class Reader(FastHttpUser):
    each = os.environ["EACH"]
    wait_time = constant_throughput(float(each)) if each else constant(0)
    @task
    def read(self):
        self.client.get("/stock")
begin = {}
@events.test_start.add_listener
def start(**_):
    begin["cpu"] = time.process_time()
@events.test_stop.add_listener
def stop(environment, **_):
    used = time.process_time() - begin["cpu"]
    stats = environment.stats.total
    with open(os.environ["LEFT"], "w") as file:
        json.dump({"cpu_s": used, "requests": stats.num_requests,
                   "times": sorted(stats.response_times.items())}, file)
"""


class Stock(msgspec.Struct, frozen=True):
    """What stock Locust counted; `times` are (ms, count), rounded as it does."""

    cpu_s: float
    requests: int
    times: tuple[tuple[float, int], ...]


def start_ours(folder: Path, origin: str, scenario: Scenario) -> subprocess.Popen[bytes]:
    """Start our generator, or several of them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "scenario.json"
    path.write_bytes(msgspec.json.encode(scenario))
    program = [sys.executable, "-m", "gates.load.team"]
    if scenario.workers == 1:
        program = [*_locust(), "-f", str(OURS), "-u", "1", "-r", "1"]
    return _started([*program, "-H", origin], folder, **{SCENARIO_VARIABLE: str(path)})


def read_ours(folder: Path, process: subprocess.Popen[bytes]) -> LoadResult:
    """Wait for its end and return what it recorded. Raises Failed."""
    process.wait()
    try:
        result = msgspec.json.decode((folder / "result.json").read_bytes(), type=LoadResult)
    except OSError:
        raise Failed(f"no result: {(folder / 'log').read_text()[-2000:]}") from None
    if not result.finished:
        raise Failed(result.error)
    return result


def start_stock(
    folder: Path, origin: str, *, users: int, each: str, seconds: float
) -> subprocess.Popen[bytes]:
    """Start stock Locust: `each` user sends so many requests per second, "" as fast as it can."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "stock.py"
    path.write_text(STOCK)
    many = str(users)
    argv = [*_locust(), "-f", str(path), "-u", many, "-r", many, "-H", origin]
    left = str(folder / "left.json")
    return _started([*argv, "-t", f"{seconds:g}s"], folder, EACH=each, LEFT=left)


def read_stock(folder: Path, process: subprocess.Popen[bytes]) -> Stock:
    """Wait for its end and return what it counted. Raises Failed."""
    process.wait()
    try:
        return msgspec.convert(json.loads((folder / "left.json").read_bytes()), Stock)
    except OSError:
        raise Failed(f"no result: {(folder / 'log').read_text()[-2000:]}") from None


def instants(rate: float, seconds: float) -> tuple[float, ...]:
    """Return when the requests of an open loop that begins now are due."""
    begin = time.perf_counter() + 0.1
    return tuple(begin + number / rate for number in range(round(rate * seconds)))


async def reference(port: int, due: Sequence[float]) -> statistics.Counts:
    """Open loop, one task for each request: (ms since its intended instant, 1), ascending."""
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def one(intended: float) -> float:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /reference HTTP/1.1\r\nHost: here\r\n\r\n")
        await reader.readuntil(b"ok")
        ended = time.perf_counter()
        idle.append((reader, writer))
        return 1000 * (ended - intended)

    tasks = []
    for intended in due:
        await asyncio.sleep(max(0.0, intended - time.perf_counter()))
        tasks.append(asyncio.create_task(one(intended)))
    found = await asyncio.gather(*tasks)
    for _, writer in idle:
        writer.close()
    return tuple((value, 1) for value in sorted(found))


def scenario(rate: float, seconds: float, **more: object) -> Scenario:
    """Return a load without a wait for a quiet machine: what is compared runs at one time."""
    given: dict[str, object] = {"quiet_s": 0.0, "warmup_s": 0.0, **more}
    operations = (Operation(name="ours", path="/ours"),)
    return Scenario(rate=rate, duration_s=seconds, operations=operations, **given)  # type: ignore[arg-type]


def _locust() -> list[str]:
    return [sys.executable, "-m", "locust", "--headless", "--only-summary", "--loglevel", "ERROR"]


def _started(argv: list[str], folder: Path, **env: str) -> subprocess.Popen[bytes]:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), **env}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(argv, cwd=folder, env=surroundings, stdout=log, stderr=log)
