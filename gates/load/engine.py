"""Issues arrivals at their intended instants, whatever the target does: the open model."""

import time
from collections.abc import Callable, Mapping

import gevent
import msgspec
from gevent.pool import Pool

from gates.core import load
from gates.core.load import Operation, Scenario
from gates.load import machine
from gates.load.arrivals import arrivals, expected, window_s
from gates.load.client import Request, Sender
from gates.load.machine import Clocks, Usage
from gates.load.recorder import Outcome, Recorder

_LEAD_S = 0.05
_LATE_S = 0.1  # an arrival this late at the end of the window is not issued any more
_SPARE = 1.05  # of the time that missing samples should take

Told = Callable[[Operation, float, Outcome], None]  # operation, response time in s, outcome
Longer = Callable[[float], float]  # seconds of the window so far -> how much longer it has to be


class Window(msgspec.Struct, frozen=True):
    """The measured window, in seconds of the monotonic clock, and the usage at both its ends."""

    opening: float
    closing: float
    first: Usage
    last: Usage
    scheduled: int = 0
    clock_step_s: float = 0.0
    extended_s: float = 0.0


class Requests:
    """The requests of a run while they happen."""

    def __init__(self, scenario: Scenario, sender: Sender, recorder: Recorder, told: Told) -> None:
        self.pool = Pool(machine.in_flight_limit(scenario))
        self._sender = sender
        self._recorder = recorder
        self._told = told
        self._waiting: dict[int, tuple[Operation, float, float]] = {}

    def arrive(self, number: int, operation: Operation, intended: float) -> None:
        """Start one request; beyond the limit it is shed and counted as failed."""
        if self.pool.full():
            now = time.perf_counter()
            self._recorder.late(intended, now)
            self._end(operation, intended, now, Outcome(load.SHED))
            return
        self.pool.spawn(self._arrived, number, operation, intended)

    def send(self, number: int, request: Request, intended: float, started: float) -> None:
        """Send one request, wait for its end and record it."""
        self._waiting[number] = (request.operation, intended, started)
        outcome = self._sender.send(request)
        del self._waiting[number]
        self._end(request.operation, intended, started, outcome)

    def finish(self, grace_s: float) -> None:
        """Wait for what is open; what then still is counts as failed, and is dropped."""
        self.pool.join(timeout=grace_s)
        for operation, intended, started in self._waiting.values():
            self._end(operation, intended, started, Outcome(load.IN_FLIGHT))
        self._waiting.clear()
        self.pool.kill(block=False)

    def _arrived(self, number: int, operation: Operation, intended: float) -> None:
        started = time.perf_counter()
        self._recorder.late(intended, started)
        self.send(number, self._sender.ready(operation), intended, started)

    def _end(self, operation: Operation, intended: float, started: float, end: Outcome) -> None:
        now = time.perf_counter()
        self._recorder.record(operation.name, intended, started, now, end)
        if intended >= self._recorder.opening:
            self._told(operation, now - intended, end)


def drive(
    scenario: Scenario,
    sender: Sender,
    recorder: Recorder,
    told: Told,
    longer: Longer | None = None,
) -> Window:
    """Run the whole scenario and return its window, which `longer` may lengthen at its end.

    One greenlet keeps the schedule, each request has its own: a slow answer never delays the next
    arrival. Requests still open `grace_s` after the window are counted as failed.
    """
    longer = longer or own_longer(scenario, recorder)
    requests = Requests(scenario, sender, recorder, told)
    begin = time.perf_counter() + _LEAD_S
    watched = Watched(scenario, recorder, begin)
    closing, missed = _issue(scenario, requests, recorder, begin, longer)
    window = watched.window(closing)
    requests.finish(scenario.grace_s)
    return msgspec.structs.replace(window, scheduled=recorder.handled + missed)


class Watched:
    """Looks at the machine at both ends of the window, and at its clocks in between."""

    def __init__(self, scenario: Scenario, recorder: Recorder, begin: float) -> None:
        self._opening = recorder.opening = begin + scenario.warmup_s
        self._wished, self._pid = window_s(scenario), scenario.pid
        self._clocks = Clocks()
        self._watch = gevent.spawn(self._clocks.watch)
        self._first = gevent.spawn(_usage_at, self._opening, self._pid)

    def window(self, closing: float) -> Window:
        """Wait for the end of the window and return it, without what was scheduled."""
        last = _usage_at(closing, self._pid)
        self._watch.kill(block=False)
        self._clocks.look()
        opening = self._opening
        extended_s = max(0.0, closing - opening - self._wished)
        first, step_s = self._first.get(), self._clocks.step_s
        return Window(opening, closing, first, last, clock_step_s=step_s, extended_s=extended_s)


def longer_s(scenario: Scenario, successes: Mapping[str, int], elapsed_s: float) -> float:
    """Return how much longer a window has to be for the samples that are wanted.

    0 where they are there, or out of reach within `longest_s` at the pace of before.
    """
    left_s = scenario.longest_s - elapsed_s
    missing = [
        (needed - have, have)
        for name, needed in scenario.needed.items()
        if (have := successes[name] if name else sum(successes.values())) < needed
    ]
    if scenario.stages or left_s <= 0 or not missing or not all(have for _, have in missing):
        return 0.0
    more_s = max(lack * elapsed_s / have for lack, have in missing)
    return min(_SPARE * more_s, left_s) if more_s <= left_s else 0.0


def own_longer(scenario: Scenario, recorder: Recorder) -> Longer:
    """Return what decides for a generator that is alone."""

    def longer(elapsed_s: float) -> float:
        return longer_s(scenario, recorder.successes, elapsed_s)

    return longer


def wait_until(instant: float) -> None:
    """Sleep until `instant`; if it is over already, others get their turn all the same."""
    gevent.sleep(max(0.0, instant - time.perf_counter()))


def _issue(
    scenario: Scenario, requests: Requests, recorder: Recorder, begin: float, longer: Longer
) -> tuple[float, int]:
    """Issue every arrival; return the window's end, and its arrivals that were not reached."""
    horizon = scenario.timeout_s + 1  # no request is open longer
    closing = recorder.opening + window_s(scenario)
    for number, (offset, operation) in enumerate(arrivals(scenario)):
        intended = begin + offset
        while intended >= closing:
            wait_until(closing)
            more_s = longer(closing - recorder.opening)
            if not more_s:
                return closing, 0
            closing += more_s
        wait_until(intended)
        if time.perf_counter() > closing + _LATE_S:
            first = max(intended, recorder.opening) - begin
            missed = expected(scenario, first, closing - begin) / scenario.shares
            return closing, round(missed)
        requests.arrive(number, operation, intended)
        recorder.close_before(intended - horizon)
    return closing, 0


def _usage_at(instant: float, pid: int) -> Usage:
    wait_until(instant)
    return machine.usage(pid)
