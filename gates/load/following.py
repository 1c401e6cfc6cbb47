"""A worker: says hello to its master, does its share of the scenario, hands over its counts."""

import logging
import os
from pathlib import Path
from typing import Any

import gevent
import msgspec
from gevent.event import AsyncResult, Event
from locust.runners import WorkerRunner

from gates.core.load import LoadResult, Scenario
from gates.load import permission, signals
from gates.load.extending import Asking, may_extend
from gates.load.measuring import Callers, prepare, telling
from gates.load.session import Measured

SERVED_VARIABLE = "GATESCORE_LOAD_SERVED"  # names a file that is made when a master came


class Refused(Exception):
    """What the master wants is not allowed here."""


def follow(runner: WorkerRunner, origin: str) -> None:
    """Do what the master says, once, beside Locust: it moves users when another worker comes."""
    if signals.SHARE not in runner.custom_messages:
        gevent.spawn(_followed, runner, origin)


def _followed(runner: WorkerRunner, origin: str) -> None:
    given: AsyncResult[dict[str, Any]] = AsyncResult()
    start = Event()

    def share(msg: Any, **_: object) -> None:
        told = msg.data or {}
        words = (str(told.get("scenario")), told.get("callers") or "")
        if signals.is_proven(told.get("proof"), signals.SHARE, runner.client_id, *words):
            given.set(told)
        else:
            text = "a master without our %s was not followed"
            logging.getLogger(__name__).error(text, signals.TOKEN_VARIABLE)

    def begin(**_: object) -> None:
        start.set()

    runner.register_message(signals.SHARE, share)
    runner.register_message(signals.START, begin)
    hello = {
        "version": signals.our_version(),
        "name": signals.our_name(),
        "proof": signals.proof(signals.HELLO, runner.client_id),
    }
    runner.send_message(signals.HELLO, hello)
    told = given.get() or {}
    if served := os.environ.get(SERVED_VARIABLE):
        Path(served).touch()
    measured = Measured(msgspec.json.decode(told["scenario"], type=Scenario))
    result = _measured(runner, measured, origin, told["callers"], start)
    runner.send_message(signals.RESULT, {"result": msgspec.json.encode(result).decode()})


def _measured(
    runner: WorkerRunner, measured: Measured, origin: str, callers: str | None, start: Event
) -> LoadResult:
    try:
        _check(origin)
        known = msgspec.json.decode(callers, type=Callers) if callers else None
        asking = _asking(runner, measured)
        run = prepare(measured, origin, known, asking.longer if asking else None)
        runner.send_message(signals.READY, {})
        start.wait()
        runner.send_message(signals.STARTED, {})
        if asking:
            gevent.spawn(asking.watch)
        run(telling(runner.environment))
    except Refused as error:
        return measured.result(f"worker {signals.our_name()}: {error}")
    except Exception as error:
        logging.getLogger(__name__).exception("the share of this worker failed")
        return measured.result(f"{signals.our_name()}: {type(error).__name__}: {error}")
    return measured.result()


def _check(origin: str) -> None:
    """Raises Refused."""
    if why := permission.refusal(origin):
        logging.getLogger(__name__).error("refused: %s", why)
        raise Refused(why)


def _asking(runner: WorkerRunner, measured: Measured) -> Asking | None:
    if not may_extend(measured.scenario):
        return None
    asking = Asking(measured.scenario, measured.recorder, runner.send_message)

    def window(msg: Any, **_: object) -> None:
        asking.answered(msg.data)

    runner.register_message(signals.WINDOW, window)
    return asking
