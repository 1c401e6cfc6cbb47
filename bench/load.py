"""Whether a load's figures are true: a stalled server, the histogram, and what a request costs."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import load_clients
from bench.measure import Failed, spread
from bench.results import Row
from gates.core import statistics
from gates.core.load import LoadResult
from gates.load.histogram import Histogram
from gates.load.recorder import Outcome, Recorder

RATE = 100.0
STALLS = ((10.0, 2.0, (0.9, 0.99), 3), (60.0, 6.0, (0.95, 0.99), 1))  # of, stopped, p, rounds
SERVER = Path(__file__).with_name("load_server.py")
VALUES, RECORDED = 1_000_000, 200_000
# About what one core sends: at a low rate each request is a wake-up of its own, and costs more.
FULL_RATE, LOW_RATE, OPEN_S, USERS = 7000.0, 1500.0, 6.0, 20
FLAT_S = 4.0
ROUNDS = 3
LABELS = {
    "explained": "what the stop alone explains",  # more than that is the catching up after it
    "reference": "reference",
    "ours": "ours",
    "stock": "stock Locust",
}
MOST_PERCENT, MOST_P50_MS = 3.0, 2.0
MOST_ERROR, MOST_US, MOST_CPU = 0.1, 10.0, 1 / 0.6
MOST_SHARE = (
    0.8  # two workers send a quarter more at least, also where the server has a core of them
)


class Server:
    """The server of a benchmark."""

    def __init__(self) -> None:
        argv = [sys.executable, str(SERVER)]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        self.port = int(self._line())
        self.origin = f"http://127.0.0.1:{self.port}"

    def reached(self, paths: set[str]) -> None:
        """Wait until each path was asked for."""
        while paths:
            paths = paths - {self._line()}

    def stop_for(self, seconds: float) -> tuple[float, float]:
        """Let it stand still; from when to when, in seconds of the clock that all clients have."""
        os.kill(self._process.pid, signal.SIGSTOP)
        begin = time.perf_counter()
        time.sleep(seconds)
        os.kill(self._process.pid, signal.SIGCONT)
        return begin, time.perf_counter()

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise Failed("the server of the benchmark ended")
        return line.strip()


def rows(scratch: Path) -> Iterator[Row]:
    """Measure."""
    yield from _histogram()
    yield from _costs(scratch)
    yield from _capacity(scratch)
    for seconds, stopped, judged, rounds in STALLS:
        found = [stall(scratch / f"{seconds:g}-{n}", seconds, stopped) for n in range(rounds)]
        yield from _stalls(f"server stopped {stopped:g} s of {seconds:g} s", found, judged)


Stall = dict[str, statistics.Counts]  # client -> (ms, how often)


def stall(folder: Path, seconds: float, stopped: float) -> Stall:
    """All three clients at one time against one server, which stands still in the middle."""
    server = Server()
    ours, stock = folder / "ours", folder / "stock"
    try:
        of_ours = load_clients.start_ours(ours, server.origin, load_clients.scenario(RATE, seconds))
        of_stock = load_clients.start_stock(
            stock, server.origin, users=10, each=f"{RATE / 10:g}", seconds=seconds
        )
        server.reached({"/ours", "/stock"})
        reference, explained = asyncio.run(_beside(server, seconds, stopped))
        result = load_clients.read_ours(ours, of_ours)
        counted = load_clients.read_stock(stock, of_stock)
    finally:
        server.end()
    mine = tuple((us / 1000, count) for us, count in result.total.response)
    return {"ours": mine, "reference": reference, "stock": counted.times, "explained": explained}


async def _beside(
    server: Server, seconds: float, stopped: float
) -> tuple[statistics.Counts, statistics.Counts]:
    """What the reference saw, and what the stop alone would have cost each of its requests."""
    loop = asyncio.get_running_loop()
    due = load_clients.instants(RATE, seconds)
    client = asyncio.create_task(load_clients.reference(server.port, due))
    await asyncio.sleep(seconds / 4)
    stopping = loop.run_in_executor(None, server.stop_for, stopped)
    found = await client
    begin, end = await stopping
    waits = sorted(1000 * (end - one) if begin <= one < end else 0.0 for one in due)
    return found, tuple((wait, 1) for wait in waits)


def _stalls(what: str, found: list[Stall], judged: tuple[float, ...]) -> Iterator[Row]:
    def of(client: str, p: float) -> list[float]:
        return [statistics.percentile(one[client], p) for one in found]

    pairs = list(zip(of("ours", 0.5), of("reference", 0.5), strict=True))
    apart = spread(abs(a - b) for a, b in pairs)
    yield Row(what=f"{what}: p50 beside a reference", unit="ms", found=apart, at_most=MOST_P50_MS)
    for p in judged:
        name = f"p{round(100 * p)}"
        pairs = list(zip(of("ours", p), of("reference", p), strict=True))
        apart = spread(100 * abs(a - b) / b for a, b in pairs)
        text = f"{what}: {name} beside a reference"
        yield Row(what=text, unit="%", found=apart, at_most=MOST_PERCENT)
        for client, label in LABELS.items():
            yield Row(what=f"{what}: {name}, {label}", unit="ms", found=spread(of(client, p)))


def _histogram() -> Iterator[Row]:
    chance, histogram = random.Random(11), Histogram()
    values = [chance.lognormvariate(-5, 1.2) for _ in range(VALUES)]
    for value in values:
        histogram.add(value)
    values.sort()
    counts = histogram.counts()
    shares = (*(n / 100 for n in range(1, 100)), 0.999, 0.9999)
    worst = max(_error(counts, values, p) for p in shares)
    what = "percentiles of 1,000,000 recorded values beside the exact ones, worst"
    yield Row(what=what, unit="%", found=spread([worst]), at_most=MOST_ERROR)
    cost = spread(_cost_us(values) for _ in range(5))
    yield Row(what="recording one request", unit="µs", found=cost, at_most=MOST_US)


def _error(counts: statistics.Counts, values: list[float], p: float) -> float:
    exact = values[statistics.nearest_rank(len(values), p) - 1] * 1e6
    return 100 * abs(statistics.percentile(counts, p) - exact) / exact


def _cost_us(values: list[float]) -> float:
    recorder, outcome = Recorder(1000.0, ("a",)), Outcome("", 100)
    recorder.opening = 0.0
    begin = time.process_time()
    for number, value in enumerate(values[:RECORDED]):
        due = number / 1000
        recorder.late(due, due)
        recorder.record("a", due, due, due + value, outcome)
    return 1e6 * (time.process_time() - begin) / RECORDED


def _costs(scratch: Path) -> Iterator[Row]:
    """CPU per request, which says how much one core can send, also on a machine that is shared."""
    found: dict[str, list[float]] = {"stock": [], "one": [], "two": [], "low": []}
    server = Server()
    try:
        for number in range(ROUNDS):
            folder = scratch / f"cost-{number}"
            found["stock"].append(_stock_us(folder / "stock", server))
            found["one"].append(_ours_us(folder / "one", server, 1, FULL_RATE))
            found["two"].append(_ours_us(folder / "two", server, 2, FULL_RATE))
            found["low"].append(_ours_us(folder / "low", server, 1, LOW_RATE))
    finally:
        server.end()
    for name, beside in (("one", "one generator"), ("two", "two workers")):
        ratio = spread(a / b for a, b in zip(found[name], found["stock"], strict=True))
        what = f"CPU per request under full load, {beside} beside stock FastHttpUser"
        yield Row(what=what, unit="×", found=ratio, at_most=MOST_CPU)
    yield Row(
        what="CPU per request flat out, stock FastHttpUser", unit="µs", found=spread(found["stock"])
    )
    yield Row(
        what="CPU per request under full load, one generator", unit="µs", found=spread(found["one"])
    )


def _capacity(scratch: Path) -> Iterator[Row]:
    """Flat out: what one core cannot send, two workers can, each with a core of its own."""
    found: dict[int, list[LoadResult]] = {1: [], 2: []}
    server = Server()
    try:
        for number in range(ROUNDS):
            for workers, results in found.items():
                folder = scratch / f"capacity-{number}-{workers}"
                results.append(_flat_out(folder, server, workers))
    finally:
        server.end()
    pairs = zip(found[1], found[2], strict=True)
    ratio = spread(_core_rps(one) / _core_rps(two) for one, two in pairs)
    what = "requests while the busiest generator uses one core, one generator as a share of two"
    yield Row(what=what, unit="×", found=ratio, at_most=MOST_SHARE)
    for workers, name in ((1, "one generator"), (2, "two workers")):
        rates = spread(one.total.requests / one.duration_s for one in found[workers])
        text = f"requests per second flat out beside the server, {name}"
        yield Row(what=text, unit="1/s", found=rates)


def _flat_out(folder: Path, server: Server, workers: int) -> LoadResult:
    """Users who never think: each worker sends as fast as its core lets it."""
    given = load_clients.scenario(
        FULL_RATE, FLAT_S, workers=workers, users=USERS * workers, think_s=0.0, warmup_s=0.5
    )
    return load_clients.read_ours(folder, load_clients.start_ours(folder, server.origin, given))


def _core_rps(result: LoadResult) -> float:
    """What all generators send while the busiest uses a whole core, also on a shared machine."""
    return result.total.requests / (result.generator.cpu_percent / 100 * result.duration_s)


def _stock_us(folder: Path, server: Server) -> float:
    process = load_clients.start_stock(folder, server.origin, users=USERS, each="", seconds=OPEN_S)
    counted = load_clients.read_stock(folder, process)
    return 1e6 * counted.cpu_s / counted.requests


def _ours_us(folder: Path, server: Server, workers: int, rate: float) -> float:
    """Of the busiest generator, times how many there are; `rate` is that of each."""
    given = load_clients.scenario(rate * workers, OPEN_S, workers=workers)
    process = load_clients.start_ours(folder, server.origin, given)
    result = load_clients.read_ours(folder, process)
    used_s = workers * result.generator.cpu_percent / 100 * result.duration_s
    return 1e6 * used_s / result.total.requests
