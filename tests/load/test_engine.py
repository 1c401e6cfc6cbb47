"""The schedule itself, with requests that are functions of the test."""

import time
from collections.abc import Callable

import gevent
import pytest

from gates.core.load import IN_FLIGHT, SHED, Operation, Scenario
from gates.load.client import Request
from gates.load.engine import Window, drive
from gates.load.recorder import Outcome, Recorder, total

OPERATION = Operation(name="a", path="/a")


class Faked:
    """Sends by a function of the test."""

    def __init__(self, send: Callable[[Operation], Outcome]) -> None:
        self._send = send

    def ready(self, operation: Operation) -> Request:
        return Request(operation)

    def send(self, request: Request) -> Outcome:
        return self._send(request.operation)


def driven(send: Callable[[Operation], Outcome], **given: float) -> tuple[Window, Recorder]:
    values = {"rate": 50.0, "duration_s": 1.0, **given}
    scenario = Scenario(operations=(OPERATION,), **values)  # type: ignore[arg-type]
    recorder = Recorder(scenario.duration_s, ("a",))
    return drive(scenario, Faked(send), recorder, lambda *_: None), recorder


def test_response_time_counts_from_the_intended_start() -> None:
    """The whole program stands still for 0.3 s: service time hides it from 14 later requests."""
    sent = 0

    def stalling(_: Operation) -> Outcome:
        nonlocal sent
        sent += 1
        if sent == 10:
            time.sleep(0.3)
        return Outcome()

    recorded = total(driven(stalling)[1].operations().values())
    delayed, slow = (
        sum(n for us, n in part if us > 15_000) for part in (recorded.response, recorded.service)
    )
    assert delayed >= 15 > slow >= 1  # more where the machine itself stands still for a moment


def test_a_slow_answer_delays_no_arrival() -> None:
    def slow(_: Operation) -> Outcome:
        gevent.sleep(0.4)
        return Outcome()

    window, recorder = driven(slow)
    assert (window.scheduled, recorder.handled) == (50, 50)
    assert total(recorder.operations().values()).failures == {}


def test_requests_beyond_the_limit_are_shed_and_counted() -> None:
    def hanging(_: Operation) -> Outcome:
        gevent.sleep(60)
        return Outcome()

    window, recorder = driven(hanging, max_in_flight=8, grace_s=0.0)
    assert total(recorder.operations().values()).failures == {IN_FLIGHT: 8, SHED: 42}
    assert window.scheduled == recorder.handled == 50


def test_a_schedule_that_cannot_be_kept_is_cut_at_its_end() -> None:
    def blocking(_: Operation) -> Outcome:
        time.sleep(0.05)
        return Outcome()

    window, recorder = driven(blocking)
    assert window.scheduled == pytest.approx(50, abs=1)
    assert recorder.handled < 30
