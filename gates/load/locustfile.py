"""The program handed to Locust: one user whose only task is the whole run.

    GATESCORE_SCENARIO=scenario.json locust -f locustfile.py --headless -u 1 -r 1 -H ORIGIN

Writes `result.json` beside the scenario file, also when it is ended early (`finished: false`).
As a master it leads as many workers as the scenario says (gates.load.leading); as a worker it
does its share. Header values come from GATESCORE_AUTH, a JSON object.
"""

import logging
import os
from pathlib import Path
from typing import Any

import gevent
import msgspec
from locust import User, events
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from gates.core.load import RESULT, SCENARIO_VARIABLE, Scenario
from gates.load.following import follow
from gates.load.leading import lead
from gates.load.measuring import prepare, telling
from gates.load.session import Measured, ResultFile


def scenario_path() -> Path:
    """Return where the scenario is."""
    return Path(os.environ.get(SCENARIO_VARIABLE, "scenario.json"))


def run_scenario(user: User) -> None:
    """Measure, and end Locust. The task of the one user."""
    match user.environment.runner:
        case WorkerRunner() as runner:
            follow(runner, user.host or user.environment.host or "")
        case _:
            _alone(user)
    raise StopUser


def _alone(user: User) -> None:
    path = scenario_path()
    measured = Measured(msgspec.json.decode(path.read_bytes(), type=Scenario))
    file = ResultFile(path.parent / RESULT)
    environment = user.environment

    def ended(**_: object) -> None:
        file.save(measured.result("ended by a signal"))

    quitting: Any = environment.events.quitting
    quitting.add_listener(ended)
    try:
        prepare(measured, user.host or environment.host or "")(telling(environment))
        file.save(measured.result())
    except Exception as error:  # Locust would log it and start the task again
        logging.getLogger(__name__).exception("the run failed")
        file.save(measured.result(f"{type(error).__name__}: {error}"))
    if environment.runner:
        gevent.spawn(environment.runner.quit)


def begin(environment: Environment, **_: object) -> None:
    """Lead the workers, where this is the master. Ends the program where there is no scenario."""
    if not isinstance(environment.runner, WorkerRunner) and not scenario_path().exists():
        raise SystemExit(f"there is no {scenario_path()}: what makes it up has failed")
    if isinstance(environment.runner, MasterRunner):
        path = scenario_path()
        scenario = msgspec.json.decode(path.read_bytes(), type=Scenario)
        lead(environment.runner, scenario, ResultFile(path.parent / RESULT))


init: Any = events.init  # Locust's own word for it has no types
init.add_listener(begin)


class LoadUser(User):
    """Locust's handle on the run. There is one for each generator: its arrivals are the users."""

    tasks = [run_scenario]  # noqa: RUF012  (the form that Locust reads)
