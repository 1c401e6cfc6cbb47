"""Drives users who wait for each answer and think before the next request: the closed model."""

import random
import time
from collections.abc import Iterator
from itertools import accumulate, count

import gevent
import msgspec

from gates.core.load import Operation, Scenario
from gates.load.arrivals import window_s
from gates.load.client import Sender
from gates.load.engine import Longer, Requests, Told, Watched, Window, own_longer, wait_until
from gates.load.recorder import Recorder

_LEAD_S = 0.05
_LOOK_S = 0.005
_SPREAD_S = 1.0  # users who do not think still start at different instants


def drive(
    scenario: Scenario,
    sender: Sender,
    recorder: Recorder,
    told: Told,
    longer: Longer | None = None,
) -> Window:
    """Run the whole scenario and return its window; `scheduled` is what its rate asks for.

    The instant at which a user sends is its intended one: times are service times.
    """
    longer = longer or own_longer(scenario, recorder)
    requests = Requests(scenario, sender, recorder, told)
    begin = time.perf_counter() + _LEAD_S
    watched = Watched(scenario, recorder, begin)
    end = _End(recorder.opening + window_s(scenario))
    numbers = count()
    for user in range(scenario.share, scenario.users, scenario.shares):
        due = begin + min(scenario.think_s or _SPREAD_S, _SPREAD_S) * user / scenario.users
        user_of = _User(scenario, sender, recorder, requests)
        requests.pool.spawn(user_of.live, user, numbers, due, end)
    _extend(longer, recorder, end)
    window = watched.window(end.instant)
    requests.finish(scenario.grace_s)
    wanted = scenario.rate * (end.instant - recorder.opening) / scenario.shares
    return msgspec.structs.replace(window, scheduled=round(wanted))


class _End:
    """The end of the window, which may move."""

    def __init__(self, instant: float) -> None:
        self.instant = instant
        self.over = False

    def passed(self) -> bool:
        """Return whether it was reached; wait until it is known whether it moves."""
        if time.perf_counter() < self.instant:
            return False
        while not self.over and time.perf_counter() >= self.instant:
            gevent.sleep(_LOOK_S)
        return True


class _User:
    """One user."""

    def __init__(
        self, scenario: Scenario, sender: Sender, recorder: Recorder, requests: Requests
    ) -> None:
        self._scenario = scenario
        self._sender = sender
        self._recorder = recorder
        self._requests = requests

    def live(self, user: int, numbers: Iterator[int], due: float, end: _End) -> None:
        """Send, wait, think, until the end."""
        for operation in _choices(self._scenario, user):
            wait_until(due)
            if end.passed():
                due = time.perf_counter()
            if end.over:
                return
            started = time.perf_counter()
            self._recorder.late(due, started)
            request = self._sender.ready(operation)
            self._requests.send(next(numbers), request, started, started)
            due = time.perf_counter() + self._scenario.think_s


def _choices(scenario: Scenario, user: int) -> Iterator[Operation]:
    chance = random.Random(f"{scenario.seed} {user}")  # noqa: S311  (repeatable, not secret)
    weights = tuple(accumulate(operation.weight for operation in scenario.operations))
    while True:
        yield chance.choices(scenario.operations, cum_weights=weights)[0]


def _extend(longer: Longer, recorder: Recorder, end: _End) -> None:
    """Wait for the end of the window, and move it as long as samples are missing."""
    while True:
        wait_until(end.instant)
        more_s = longer(end.instant - recorder.opening)
        if not more_s:
            end.over = True
            return
        end.instant += more_s
