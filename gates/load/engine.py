"""Issues arrivals at their intended instants, whatever the target does: the open model."""

import time
from collections.abc import Callable

import gevent
import msgspec
from gevent.pool import Pool

from gates.core import load
from gates.core.load import Operation, Scenario
from gates.load import machine
from gates.load.arrivals import arrivals
from gates.load.client import Send
from gates.load.machine import Usage
from gates.load.recorder import Outcome, Recorder

_LEAD_S = 0.05
_LATE_S = 0.1  # an arrival this late at the end of the window is not issued any more

Told = Callable[[Operation, float, Outcome], None]  # operation, response time in s, outcome


class Window(msgspec.Struct, frozen=True):
    """The measured window, in seconds of the monotonic clock, and the usage at both its ends."""

    opening: float
    closing: float
    first: Usage
    last: Usage
    scheduled: int


class _Run:
    """One run while it happens: the recorder, and the requests that are still open."""

    def __init__(self, scenario: Scenario, send: Send, recorder: Recorder, told: Told) -> None:
        self.send = send
        self.recorder = recorder
        self.told = told
        self.pool = Pool(machine.in_flight_limit(scenario))
        self.waiting: dict[int, tuple[Operation, float, float]] = {}

    def arrive(self, number: int, operation: Operation, intended: float) -> None:
        """Start one request; beyond the limit it is shed and counted as failed."""
        if self.pool.full():
            now = time.perf_counter()
            self.recorder.late(intended, now)
            self._end(operation, intended, now, Outcome(load.SHED))
            return
        self.pool.spawn(self._one, number, operation, intended)

    def abandon(self) -> None:
        """Count what is still open as failed, and drop it."""
        for operation, intended, started in self.waiting.values():
            self._end(operation, intended, started, Outcome(load.IN_FLIGHT))
        self.waiting.clear()
        self.pool.kill(block=False)

    def _one(self, number: int, operation: Operation, intended: float) -> None:
        started = time.perf_counter()
        self.recorder.late(intended, started)
        self.waiting[number] = (operation, intended, started)
        outcome = self.send(operation)
        del self.waiting[number]
        self._end(operation, intended, started, outcome)

    def _end(self, operation: Operation, intended: float, started: float, end: Outcome) -> None:
        now = time.perf_counter()
        self.recorder.record(operation.name, intended, started, now, end)
        if intended >= self.recorder.opening:
            self.told(operation, now - intended, end)


def drive(scenario: Scenario, send: Send, recorder: Recorder, told: Told) -> Window:
    """Run the whole scenario and return its window.

    One greenlet keeps the schedule, each request has its own: a slow answer never delays the next
    arrival. Requests still open `grace_s` after the window are counted as failed.
    """
    run = _Run(scenario, send, recorder, told)
    begin = time.perf_counter() + _LEAD_S
    recorder.opening = opening = begin + scenario.warmup_s
    closing = opening + scenario.duration_s
    first, last = gevent.spawn(_usage_at, opening), gevent.spawn(_usage_at, closing)
    missed_s = _issue(run, scenario, begin, closing)
    usage = first.get(), last.get()
    run.pool.join(timeout=scenario.grace_s)
    run.abandon()
    return Window(opening, closing, *usage, recorder.handled + round(missed_s * scenario.rate))


def _issue(run: _Run, scenario: Scenario, begin: float, closing: float) -> float:
    """Issue every arrival; return the seconds of the window whose arrivals were not reached."""
    horizon = scenario.timeout_s + 1  # no request is open longer
    for number, (offset, operation) in enumerate(arrivals(scenario)):
        intended = begin + offset
        _wait_until(intended)
        if time.perf_counter() > closing + _LATE_S:
            return closing - max(intended, run.recorder.opening)
        run.arrive(number, operation, intended)
        run.recorder.close_before(intended - horizon)
    return 0.0


def _wait_until(instant: float) -> None:
    """Sleep until `instant`; if it is over already, others get their turn all the same."""
    gevent.sleep(max(0.0, instant - time.perf_counter()))


def _usage_at(instant: float) -> Usage:
    _wait_until(instant)
    return machine.usage()
