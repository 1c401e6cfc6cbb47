"""A worker: says hello to its master, does its share of the scenario, hands over its counts."""

import logging
from typing import Any

import gevent
import msgspec
from gevent.event import AsyncResult, Event
from locust.runners import WorkerRunner

from gates.core.load import LoadResult, Scenario
from gates.load import signals
from gates.load.measuring import prepare, telling
from gates.load.session import Measured


def follow(runner: WorkerRunner, origin: str) -> None:
    """Do what the master says, once, beside Locust: it moves users when another worker comes."""
    if signals.SHARE not in runner.custom_messages:
        gevent.spawn(_followed, runner, origin)


def _followed(runner: WorkerRunner, origin: str) -> None:
    given: AsyncResult[dict[str, Any]] = AsyncResult()
    start = Event()

    def share(msg: Any, **_: object) -> None:
        given.set(msg.data)

    def begin(**_: object) -> None:
        start.set()

    runner.register_message(signals.SHARE, share)
    runner.register_message(signals.START, begin)
    hello = {"version": signals.our_version(), "name": signals.our_name()}
    runner.send_message(signals.HELLO, hello)
    told = given.get() or {}
    measured = Measured(msgspec.json.decode(told["scenario"], type=Scenario))
    result = _measured(runner, measured, origin, told["headers"], start)
    runner.send_message(signals.RESULT, {"result": msgspec.json.encode(result).decode()})


def _measured(
    runner: WorkerRunner,
    measured: Measured,
    origin: str,
    headers: dict[str, str] | None,
    start: Event,
) -> LoadResult:
    try:
        run = prepare(measured, origin, headers)
        runner.send_message(signals.READY, {})
        start.wait()
        runner.send_message(signals.STARTED, {})
        run(telling(runner.environment))
    except Exception as error:
        logging.getLogger(__name__).exception("the share of this worker failed")
        return measured.result(f"{signals.our_name()}: {type(error).__name__}: {error}")
    return measured.result()
