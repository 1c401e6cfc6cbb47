"""Starts a service only to see how the start ends, in a folder and on a port of its own."""

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gates.core.target import Service
from gates.shell.aftermath import ended, last_lines
from gates.shell.cancellation import Cancellation
from gates.shell.process import Supervised
from gates.shell.readiness import ServiceError, await_health
from gates.shell.service import (
    LOG_BYTES,
    LOOPBACK,
    Place,
    placed,
    reserved_port,
    run_step,
    start_in,
    stop,
    watching,
)

GRACE_S = 2.0


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """How a start ended. `exit_code` None: it did not end by itself. `said` is raw: redact it."""

    healthy: bool
    exit_code: int | None
    ended: str  # how, for people; "" where it did not end by itself
    said: str


def trial(
    service: Service,
    *,
    tree: Path,
    python: str,
    env: Mapping[str, str],
    output: Path,
    node: str = "",
    prepare: bool = False,
    without: str = "",
) -> Trial:
    """Start a service, wait until it is healthy, has ended, or its start deadline has passed.

    `env` is everything that it gets but `service.env`; `without` names a variable that the start
    alone does not get. `prepare`: migrate and seed run before. Everything that was started is gone
    afterwards. Raises ServiceError (migrate, seed or the port) and OSError.
    """
    cancel = Cancellation()
    with reserved_port(0) as port:
        place = placed(service, tree, python, env, output, port, node)
        if prepare:
            run_step("migrate", service.migrate, place, cancel)
            run_step("seed", service.seed, place, cancel)
    left = {name: value for name, value in place.env.items() if name != without}
    supervised = start_in(msgspec.structs.replace(place, env=left))
    try:
        healthy = _healthy(place, supervised, cancel)
        finished = supervised.wait(0)
    finally:
        stop(supervised, min(service.stop_deadline_s, GRACE_S), cancel)
    return Trial(
        healthy=healthy,
        exit_code=finished.exit_code if finished else None,
        ended=ended(finished) if finished else "",
        said=last_lines(place.log, LOG_BYTES, service.health),
    )


def _healthy(place: Place, supervised: Supervised, cancel: Cancellation) -> bool:
    base_url = f"http://{LOOPBACK}:{place.port}"
    try:
        await_health(
            base_url + place.service.health,
            allow=(base_url,),
            deadline_s=place.service.start_deadline_s,
            since=time.monotonic(),
            pause=watching(supervised, cancel),
        )
    except ServiceError:
        return False
    return True
