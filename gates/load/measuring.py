"""Runs the scenario of one generator: whoever started it gets what was measured."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from locust.env import Environment

from gates.core.load import Model, Operation
from gates.load import closed, engine, machine
from gates.load.accounts import Known, made
from gates.load.client import Client, Identity, identities
from gates.load.engine import Longer, Told
from gates.load.recorder import Outcome
from gates.load.session import Measured, model

AUTH_VARIABLE = "GATESCORE_AUTH"
IDENTITIES_VARIABLE = "GATESCORE_IDENTITIES"

_T = TypeVar("_T")


class Callers(msgspec.Struct, frozen=True, kw_only=True):
    """Headers of the default identity, and all that are logged in, by name. Secret."""

    headers: dict[str, str] = {}
    known: dict[str, Known] = {}


def prepare(
    measured: Measured,
    origin: str,
    callers: Callers | None = None,
    longer: Longer | None = None,
) -> Callable[[Told], None]:
    """Wait until the machine is quiet, and return what runs the scenario.

    `callers` None: those of our own environment; `longer` None: we decide alone how long it is.
    """
    scenario = measured.scenario
    connections = machine.in_flight_limit(scenario)
    people = _people(measured, origin, callers or own_callers())
    client = Client(origin, scenario, people, connections)
    measured.quiet = machine.wait_quiet(scenario.quiet_s)
    machine.settle()
    drive = engine.drive if model(scenario) is Model.OPEN else closed.drive

    def run(told: Told) -> None:
        measured.window = drive(scenario, client, measured.recorder, told, longer)

    return run


def own_callers() -> Callers:
    """Who may send, from GATESCORE_AUTH and GATESCORE_IDENTITIES, both JSON objects."""
    return Callers(
        headers=_read(AUTH_VARIABLE, dict[str, str]),
        known=_read(IDENTITIES_VARIABLE, dict[str, Known]),
    )


def _read(variable: str, kind: type[_T]) -> _T:
    return msgspec.json.decode(os.environ.get(variable) or "{}", type=kind)


def _people(measured: Measured, origin: str, callers: Callers) -> tuple[Identity, ...]:
    """Who sends: those that are logged in, then accounts that are made for it."""
    scenario, known = measured.scenario, callers.known
    there = {name: one.headers for name, one in known.items()}
    people = identities(callers.headers, there, scenario.identities)
    missing = scenario.identities - len(people)
    if missing <= 0:
        return people
    if scenario.accounts is None:
        why = "the target file says of no more, and has no auth.register to make accounts"
        measured.remarks += (f"{len(people)} of {scenario.identities} identities: {why}",)
        return people
    more, told = made(scenario.accounts, missing, origin, known)
    measured.remarks += (told,)
    return (*people, *more)


def telling(environment: Environment) -> Told:
    """Return a listener that keeps Locust's own statistics and listeners informed."""
    fire: Any = environment.events.request.fire

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
