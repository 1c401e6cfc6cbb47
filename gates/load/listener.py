"""Handed to Locust beside a locustfile of the target: records every request that it tells of.

    GATESCORE_SCENARIO=scenario.json locust -f theirs.py,listener.py --headless -u 5 -r 5 -H ORIGIN

It is the users of that file that decide when a request is sent: each waits for its answer, so
times are service times. Requests that have no end when Locust stops its users are not told of.
"""

import os
import time
from pathlib import Path
from typing import Any

import gevent
import msgspec
from locust import events
from locust.env import Environment

from gates.core.load import RESULT, SCENARIO_VARIABLE, Scenario
from gates.load import machine
from gates.load.arrivals import window_s
from gates.load.engine import Watched, longer_s, wait_until
from gates.load.recorder import Outcome
from gates.load.session import Measured, ResultFile

_REMARK = "requests that were open when Locust ended its users are not counted"


class Listener:
    """Records one run of Locust."""

    def __init__(self, environment: Environment, measured: Measured, file: ResultFile) -> None:
        self._environment = environment
        self._measured = measured
        self._file = file
        measured.remarks = (_REMARK,)
        told: Any = environment.events
        told.request.add_listener(self.record)
        told.quitting.add_listener(self.ended)
        told.test_start.add_listener(self.started)

    def started(self, **_: object) -> None:
        """Begin to measure; Locust has begun to start its users."""
        gevent.spawn(self._run)

    def record(
        self,
        request_type: str,
        name: str,
        response_time: float,
        response_length: int | None,
        exception: BaseException | None,
        **_: object,
    ) -> None:
        """Take one request that ended now; `response_time` in ms."""
        measured, ended = self._measured, time.perf_counter()
        started = ended - (response_time or 0.0) / 1000
        window = measured.recorder.opening, measured.closing
        if started > window[1]:
            return
        label = f"{request_type} {name}".strip()
        measured.asked.setdefault(label, label)
        measured.recorder.handled += started >= window[0]
        outcome = Outcome(_failure(exception), response_length or 0)
        measured.recorder.record(label, started, started, ended, outcome)

    def ended(self, **_: object) -> None:
        """Leave a result also where a signal ended the run."""
        self._file.save(self._measured.result("ended by a signal"))

    def _run(self) -> None:
        measured, scenario = self._measured, self._measured.scenario
        watched = Watched(scenario, measured.recorder, time.perf_counter())
        opening = measured.recorder.opening
        measured.closing = opening + window_s(scenario)
        while True:
            wait_until(measured.closing)
            more_s = longer_s(scenario, measured.recorder.successes, measured.closing - opening)
            if not more_s:
                break
            measured.closing += more_s
        window = watched.window(measured.closing)
        if self._environment.runner:
            self._environment.runner.stop()  # its users end what they have begun
        wanted = round(scenario.rate * (measured.closing - opening))
        measured.window = msgspec.structs.replace(window, scheduled=wanted)
        self._file.save(measured.result())
        if self._environment.runner:
            self._environment.runner.quit()


def _failure(exception: BaseException | None) -> str:
    return "" if exception is None else f"{type(exception).__name__}: {exception}"[:200]


def begin(environment: Environment, **_: object) -> None:
    """Listen to the run that Locust is about to start."""
    path = Path(os.environ.get(SCENARIO_VARIABLE, "scenario.json"))
    scenario = msgspec.json.decode(path.read_bytes(), type=Scenario)
    measured = Measured(scenario)
    measured.quiet = machine.wait_quiet(scenario.quiet_s)
    Listener(environment, measured, ResultFile(path.parent / RESULT))
    machine.settle()


init: Any = events.init  # Locust's own word for it has no types
init.add_listener(begin)
