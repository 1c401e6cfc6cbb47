"""Lets workers go on for missing samples together: each asks, all are told the same new end."""

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import gevent
import msgspec

from gates.core.load import Scenario
from gates.load import signals
from gates.load.arrivals import window_s
from gates.load.engine import longer_s, wait_until
from gates.load.recorder import Recorder

_AHEAD_S = 1.0  # before the end of the window: time for the word of the master
_ANSWER_S = 5.0  # after the end; a worker that hears nothing ends, and the run is broken
_LOOK_S = 0.005
_SAME_S = 1e-6

Send = Callable[[str, dict[str, Any]], None]  # word, data


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker has by now, so many seconds after its window opened."""

    elapsed_s: float
    successes: dict[str, int]


def may_extend(scenario: Scenario) -> bool:
    """Return whether a run may be longer than it was planned; one of stages never is."""
    return not scenario.stages and scenario.longest_s > window_s(scenario)


def agreed_s(scenario: Scenario, told: Sequence[Progress], window: float) -> float:
    """Return how long the window of all workers is to be, in seconds; `window` is what it is now.

    It is longer where samples of all together will be missing at its end and `longest_s` brings
    them at the pace of before.
    """
    elapsed_s = min(one.elapsed_s for one in told)
    successes: Counter[str] = Counter()
    for one in told:
        successes.update(one.successes)
    wanted = elapsed_s + longer_s(scenario, successes, elapsed_s)
    if wanted <= window or window >= scenario.longest_s:
        return window
    return min(max(wanted, window + ahead_s(scenario)), scenario.longest_s)


def ahead_s(scenario: Scenario) -> float:
    """Return how long before the end of the window its workers ask."""
    return min(_AHEAD_S, window_s(scenario) / 4)


class Asking:
    """The end of the window of one worker, which its master may move."""

    def __init__(self, scenario: Scenario, recorder: Recorder, send: Send) -> None:
        self._ahead_s = ahead_s(scenario)
        self._recorder = recorder
        self._send = send
        self._window_s = window_s(scenario)
        self._answered = 0
        self._over = False

    def watch(self) -> None:
        """Ask before each end, until it stays where it is."""
        while math.isinf(self._recorder.opening):
            gevent.sleep(_LOOK_S)
        for number in count(1):
            wait_until(self._recorder.opening + self._window_s - self._ahead_s)
            self._send(signals.PROGRESS, {"round": number, **self._progress()})
            while self._answered < number:
                gevent.sleep(_LOOK_S)
            if self._over:
                return

    def answered(self, data: dict[str, Any]) -> None:
        """Take the word of the master."""
        told = float(data["seconds"])
        self._over = told <= self._window_s + _SAME_S
        self._window_s = max(self._window_s, told)
        self._answered = int(data["round"])

    def longer(self, elapsed_s: float) -> float:
        """Return how much longer the window is after so many seconds; wait until that is known."""
        limit = time.perf_counter() + _ANSWER_S
        while not self._over and self._window_s <= elapsed_s + _SAME_S:
            if time.perf_counter() > limit:
                return 0.0
            gevent.sleep(_LOOK_S)
        more_s = self._window_s - elapsed_s
        return more_s if more_s > _SAME_S else 0.0

    def _progress(self) -> dict[str, Any]:
        elapsed_s = time.perf_counter() - self._recorder.opening
        told = Progress(elapsed_s=elapsed_s, successes=dict(self._recorder.successes))
        found: dict[str, Any] = msgspec.to_builtins(told)
        return found
