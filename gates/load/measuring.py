"""Runs the scenario of one generator: whoever started it gets what was measured."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from locust.env import Environment

from gates.core.load import Model, Operation
from gates.load import closed, engine, machine
from gates.load.accounts import Known, made
from gates.load.client import Client, Identity, identities
from gates.load.engine import Told
from gates.load.recorder import Outcome
from gates.load.session import Measured, model

AUTH_VARIABLE = "GATESCORE_AUTH"
IDENTITIES_VARIABLE = "GATESCORE_IDENTITIES"

Headers = Mapping[str, str]


def prepare(
    measured: Measured, origin: str, headers: Headers | None = None
) -> Callable[[Told], None]:
    """Wait until the machine is quiet, and return what runs the scenario."""
    scenario = measured.scenario
    connections = machine.in_flight_limit(scenario)
    auth = headers if headers is not None else own_headers()
    client = Client(origin, scenario, _people(measured, origin, auth), connections)
    measured.quiet = machine.wait_quiet(scenario.quiet_s)
    machine.settle()
    drive = engine.drive if model(scenario) is Model.OPEN else closed.drive

    def run(told: Told) -> None:
        measured.window = drive(scenario, client, measured.recorder, told)

    return run


def own_headers() -> Headers:
    """Headers of the default identity, from GATESCORE_AUTH, a JSON object."""
    return msgspec.json.decode(os.environ.get(AUTH_VARIABLE) or "{}", type=dict[str, str])


def own_identities() -> Mapping[str, Known]:
    """Identities that are logged in, from GATESCORE_IDENTITIES, by name."""
    text = os.environ.get(IDENTITIES_VARIABLE) or "{}"
    return msgspec.json.decode(text, type=dict[str, Known])


def _people(measured: Measured, origin: str, auth: Headers) -> tuple[Identity, ...]:
    """Who sends: those that are logged in, then accounts that are made for it."""
    scenario, known = measured.scenario, own_identities()
    there = {name: one.headers for name, one in known.items()}
    people = identities(auth, there, scenario.identities)
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
