"""Sends short slices of one load to two revisions in turn: python -m gates.load.paired FILE.

FILE is a `gates.core.pairs.Task`; `slices.json` is written beside it. Header values come from
GATESCORE_AUTH and GATESCORE_BASE_AUTH, JSON objects.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import gevent
import msgspec
from gevent.pool import Pool

from gates.core import load
from gates.core.comparing import LATENCIES, Change, compared
from gates.core.load import Operation, Scenario
from gates.core.pairs import BASE_VARIABLE, MADE_UP, RESULT, Slice, Slices, Task, Twin, pairs
from gates.load import machine
from gates.load.arrivals import arrivals
from gates.load.client import Client, Identity, Sender
from gates.load.histogram import Histogram
from gates.load.recorder import Outcome

AUTH_VARIABLE = "GATESCORE_AUTH"
_LEAD_S = 0.02  # between the end of one slice and the begin of the next
_LATE_S = 0.1  # an arrival this late at the end of its slice is not issued any more
_JUDGED = list(LATENCIES).index("p95")


class Recording:
    """One slice on one side while it happens."""

    def __init__(self, begin: float) -> None:
        self._begin = begin
        self._times: dict[str, list[int]] = {}
        self._failures: dict[str, dict[str, int]] = {}
        self._ends: list[int] = []

    def end(self, operation: str, intended: float, outcome: Outcome) -> None:
        """Take one request that ended now."""
        now = time.perf_counter()
        self._ends.append(max(0, round((now - self._begin) * 1e6)))
        if outcome.failure:
            kinds = self._failures.setdefault(operation, {})
            kinds[outcome.failure] = kinds.get(outcome.failure, 0) + 1
        else:
            times = self._times.setdefault(operation, [])
            times.append(max(1, round((now - intended) * 1e6)))

    def slice(self) -> Slice:
        """What was recorded."""
        return Slice(
            times={name: tuple(times) for name, times in sorted(self._times.items())},
            failures=dict(sorted(self._failures.items())),
            ends=tuple(sorted(self._ends)),
        )


class Generator:
    """How the generator keeps its schedule, over all slices."""

    def __init__(self) -> None:
        self.lag = Histogram()
        self.scheduled = 0
        self.handled = 0


def sent(sender: Sender, scenario: Scenario, generator: Generator) -> Slice:
    """One slice: every arrival at its instant, then wait until all have ended or time is up."""
    begin = time.perf_counter() + _LEAD_S
    recording = Recording(begin)
    pool = Pool(machine.in_flight_limit(scenario))
    waiting: dict[int, tuple[Operation, float]] = {}

    def arrived(number: int, operation: Operation, intended: float) -> None:
        generator.lag.add(time.perf_counter() - intended)
        request = sender.ready(operation)
        waiting[number] = (request.operation, intended)
        outcome = sender.send(request)
        del waiting[number]
        recording.end(request.operation.name, intended, outcome)

    for number, (offset, operation) in enumerate(arrivals(scenario)):
        intended = begin + offset
        generator.scheduled += 1
        gevent.sleep(max(0.0, intended - time.perf_counter()))
        if time.perf_counter() > begin + scenario.duration_s + _LATE_S:
            continue
        generator.handled += 1
        if pool.full():
            recording.end(operation.name, intended, Outcome(load.SHED))
        else:
            pool.spawn(arrived, number, operation, intended)
    pool.join(timeout=scenario.timeout_s + 1)
    for operation, intended in waiting.values():
        recording.end(operation.name, intended, Outcome(load.IN_FLIGHT))
    pool.kill(block=False)
    return recording.slice()


def twins(task: Task, base: Sender, candidate: Sender, generator: Generator) -> Iterator[Twin]:
    """Pair after pair: the same arrivals on both sides, in an order left to chance."""
    order = random.Random(task.scenario.seed)  # noqa: S311  (repeatable, not secret)
    for number in range(task.most_pairs):
        part = numbered(task.scenario, number)
        first = order.random() < 0.5
        found = [sent(side, part, generator) for side in turns(base, candidate, first)]
        then, now = found if first else reversed(found)
        yield Twin(base=then, candidate=now, base_first=first)


def turns(base: Sender, candidate: Sender, base_first: bool) -> tuple[Sender, Sender]:
    """Who is asked first."""
    return (base, candidate) if base_first else (candidate, base)


def numbered(scenario: Scenario, number: int) -> Scenario:
    """The slice of this number: other arrivals than those before."""
    return msgspec.structs.replace(scenario, seed=scenario.seed + 2 * number)


def enough(task: Task, known: list[Twin]) -> bool:
    """Whether no more pairs are needed: one look after `pairs`, and the last at `most_pairs`.

    One look alone: an interval that is looked at again and again misleads sooner or later.
    """
    if len(known) != task.pairs:
        return len(known) >= task.most_pairs
    return compared(pairs(known), task.rules)[_JUDGED].change is not Change.INCONCLUSIVE


def measured(task: Task) -> Slices:
    """Warm both sides up, then send pairs of slices until there are enough."""
    scenario = task.scenario
    base = sender(task.base_origin, scenario, os.environ.get(BASE_VARIABLE, ""))
    candidate = sender(task.origin, scenario, os.environ.get(AUTH_VARIABLE, ""))
    machine.settle()
    warmed = warm_up(task, base, candidate)
    generator, known = Generator(), list[Twin]()
    first = machine.usage()
    for twin in twins(task, base, candidate, generator):
        known.append(twin)
        if enough(task, known):
            break
    last = machine.usage()
    return Slices(
        task=task,
        finished=True,
        twins=tuple(known),
        warmup_requests=warmed,
        scheduled=generator.scheduled,
        handled=generator.handled,
        duration_s=last.wall - first.wall,
        cpu_percent=machine.share(last.own - first.own, last.wall - first.wall),
        lag=generator.lag.counts(),
    )


def filled(task: Task, path: Path) -> Task:
    """The task with operations: its own, or those that were made up before."""
    if task.scenario.operations:
        return task
    made = msgspec.json.decode(path.with_name(MADE_UP).read_bytes(), type=Scenario)
    part = msgspec.structs.replace(task.scenario, operations=made.operations, values=made.values)
    return msgspec.structs.replace(task, scenario=part)


def warm_up(task: Task, base: Sender, candidate: Sender) -> int:
    """Let both sides load what they load late; how many requests that were."""
    if task.warmup_s <= 0:
        return 0
    part = msgspec.structs.replace(task.scenario, duration_s=task.warmup_s)
    return sum(len(sent(side, part, Generator()).ends) for side in (base, candidate))


def sender(origin: str, scenario: Scenario, headers: str) -> Client:
    """Who sends to one side, as the identity of these headers."""
    known = msgspec.json.decode(headers or "{}", type=dict[str, str])
    limit = machine.in_flight_limit(scenario)
    return Client(origin, scenario, (Identity("", known),), limit)


def main() -> int:
    """Do what the file says, and write the result beside it by atomic rename."""
    path = Path(sys.argv[1])
    task = msgspec.json.decode(path.read_bytes(), type=Task)
    try:
        sending = bool(task.base_origin)
        result = measured(filled(task, path)) if sending else Slices(task=task, finished=True)
    except Exception as error:  # noqa: BLE001  what went wrong is told in one line
        result = Slices(task=task, finished=False, error=f"{type(error).__name__}: {error}")
    part = path.with_name(RESULT).with_suffix(".part")
    part.write_bytes(msgspec.json.encode(result))
    part.replace(path.with_name(RESULT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
