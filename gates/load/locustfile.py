"""The program handed to Locust: one user whose only task is the whole open-model run.

    GATESCORE_SCENARIO=scenario.json locust -f locustfile.py --headless -u 1 -r 1 -H ORIGIN

Writes `result.json` beside the scenario file, also when it is ended early (`finished: false`).
Header values come from GATESCORE_AUTH, a JSON object.
"""

import logging
import os
from pathlib import Path
from typing import Any

import gevent
import msgspec
from locust import User
from locust.exception import StopUser

from gates.core.load import RESULT, SCENARIO_VARIABLE, Operation, Scenario
from gates.load import machine
from gates.load.client import sender
from gates.load.engine import drive
from gates.load.recorder import Outcome
from gates.load.session import Session

AUTH_VARIABLE = "GATESCORE_AUTH"


def run_scenario(user: User) -> None:
    """Measure, write the result, end Locust. The task of the one user."""
    path = Path(os.environ.get(SCENARIO_VARIABLE, "scenario.json"))
    session = Session(msgspec.json.decode(path.read_bytes(), type=Scenario), path.parent / RESULT)
    user.environment.events.quitting.add_listener(lambda **_: session.save("ended by a signal"))
    try:
        _measure(user, session)
    except Exception as error:  # Locust would log it and start the task again
        logging.getLogger(__name__).exception("the run failed")
        session.save(f"{type(error).__name__}: {error}")
    gevent.spawn(user.environment.runner.quit)
    raise StopUser


def _measure(user: User, session: Session) -> None:
    scenario = session.scenario
    send = sender(
        user.host or user.environment.host or "",
        msgspec.json.decode(os.environ.get(AUTH_VARIABLE) or "{}", type=dict[str, str]),
        timeout_s=scenario.timeout_s,
        connections=machine.in_flight_limit(scenario),
    )
    session.quiet = machine.wait_quiet(scenario.quiet_s)
    machine.settle()
    session.window = drive(scenario, send, session.recorder, _telling(user))
    session.save()


def _telling(user: User) -> Any:
    """Return a listener that keeps Locust's own statistics and listeners informed."""
    fire = user.environment.events.request.fire

    def told(operation: Operation, seconds: float, outcome: Outcome) -> None:
        fire(
            request_type=operation.method,
            name=operation.name,
            response_time=seconds * 1000,
            response_length=outcome.size,
            exception=RuntimeError(outcome.failure) if outcome.failure else None,
            context={},
        )

    return told


class OpenModelUser(User):
    """Locust's handle on the run. It is never more than one: its arrivals are the users."""

    fixed_count = 1
    tasks = [run_scenario]  # noqa: RUF012  (the form that Locust reads)
