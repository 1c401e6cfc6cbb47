"""Starts the service under test, waits until it is healthy, and stops it with its whole tree.

The service runs in the snapshot, under a supervisor like every program, on a loopback port that
was free, and is taken for the target only if the listener is one of its own processes.
"""

import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gates.core.model import Reason
from gates.core.target import Service
from gates.shell.aftermath import SHOWN_LINES, ended, explained, last_lines, quoted
from gates.shell.cancellation import Cancellation
from gates.shell.listeners import on_port
from gates.shell.network import Refused, allow_list, check
from gates.shell.process import Ending, Limits, Supervised, execute, start
from gates.shell.readiness import (
    Health,
    ServiceError,
    await_health,
    foreign_listener,
    wrong_listener,
)

__all__ = ["Place", "Running", "ServiceError", "beside", "running", "started"]

LOOPBACK = "127.0.0.1"
LOG_BYTES = 8 * 2**20
STEP_DEADLINE_S = 60.0  # for migrate and seed, if the start deadline is not longer
HASTY_STOP_S = 2.0  # after a cancellation, instead of the target's own stop deadline
STRAY_GRACE_S = 1.0  # for what a service that died leaves behind: its death is told soon
PLACEHOLDER = re.compile(r"\{(python|node|port|state|output|otlp|upstream\.[^{}]+)\}")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where one start happens. `values` fills the placeholders of commands and environment."""

    service: Service
    tree: Path
    output: Path
    log: Path
    env: Mapping[str, str]
    values: Mapping[str, str]
    port: int

    def command(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_fill(part, self.values) for part in argv)


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A healthy service. `ready_s` is None and `pid` 0 for one that was already running.

    `pid` is its supervisor's: the service is everything below. `attempts` counts the health
    requests before it was taken for ready. `log` need not exist. `health` is the path they ask.
    `place` is where it was started, None for one that was already running.
    """

    base_url: str
    port: int
    ready_s: float | None
    attempts: int
    log: Path
    health: str = ""
    pid: int = 0
    place: Place | None = None
    supervised: Supervised | None = None

    def died(self) -> str | None:
        """How it ended, e.g. `exited with 3`; None while it runs, or if it is not ours."""
        finished = self.supervised.wait(0) if self.supervised else None
        return ended(finished) if finished else None

    def log_tail(self, lines: int = SHOWN_LINES) -> str:
        """The last lines it wrote but for our health checks, raw: redact them before showing."""
        return last_lines(self.log, lines, self.health)


@contextmanager
def running(
    service: Service,
    *,
    tree: Path,
    python: str,
    env: Mapping[str, str],
    variables: Mapping[str, str],
    output: Path,
    cancel: Cancellation,
    node: str = "",
    port: int = 0,
    upstreams: Mapping[str, str] | None = None,
    otlp: str = "",
) -> Iterator[Running]:
    """Starts a service (or looks for the one at `base_url`), yields it healthy, stops it.

    `node` is the program that runs a Node target. `env` is the allowed part of the caller's
    environment and `variables` the values of
    `service.env_from` and `service.env_generate`; `service.env` overrides both. `output` gets
    service.log, the state folder and the outputs of migrate and seed. `port` 0 means any free
    one. `upstreams` are other addresses, by name, than those of the target file. `otlp` is where
    spans are taken, "" for nowhere. Raises ServiceError: TARGET_DOWN, WRONG_TARGET,
    ENVIRONMENT_FAILED (migrate or seed), REFUSED_BY_SAFETY (base_url) or CANCELLED; OSError if
    `output` cannot be written.
    """
    if service.base_url:
        yield _attached(service, output, cancel)
        return
    with reserved_port(port) as reserved:
        place = placed(
            service, tree, python, {**env, **variables}, output, reserved, node, upstreams, otlp
        )
        run_step("migrate", service.migrate, place, cancel)
        run_step("seed", service.seed, place, cancel)
    with started(place, cancel) as made:
        yield made


@contextmanager
def started(place: Place, cancel: Cancellation) -> Iterator[Running]:
    """Starts the service in a place that is made, yields it healthy, stops it. Raises as above."""
    supervised, begin = start_in(place), time.monotonic()
    try:
        health = _until_ready(place, supervised, begin, cancel)
        yield Running(
            base_url=f"http://{LOOPBACK}:{place.port}",
            port=place.port,
            ready_s=health.ready_s,
            attempts=health.attempts,
            log=place.log,
            health=place.service.health,
            pid=supervised.pid,
            place=place,
            supervised=supervised,
        )
    finally:
        stop(supervised, place.service.stop_deadline_s, cancel)


def _attached(service: Service, output: Path, cancel: Cancellation) -> Running:
    """The service that somebody else started, if it is healthy and may be spoken to."""
    base_url = service.base_url.rstrip("/")
    try:
        allow = allow_list(base_url, service.allow)
        origin = check(base_url, allow)
    except Refused as error:
        raise ServiceError(Reason.REFUSED_BY_SAFETY, f"service.base_url: {error.detail}") from None

    def pause(seconds: float) -> None:
        if cancel.wait(seconds):
            raise ServiceError(Reason.CANCELLED, "cancelled while waiting for the service")

    health = await_health(
        base_url + service.health,
        allow=allow,
        deadline_s=service.start_deadline_s,
        since=time.monotonic(),
        pause=pause,
    )
    log = output / "service.log"
    return Running(
        base_url=base_url, port=origin.port, ready_s=None, attempts=health.attempts, log=log
    )


@contextmanager
def reserved_port(port: int) -> Iterator[int]:
    """Holds a loopback port, bound but not listening, until the service may take it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        if port:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((LOOPBACK, port))
        except OSError as error:
            by = ", ".join(str(listener) for listener in on_port(port)) or "another process"
            detail = f"port {port} cannot be had ({error.strerror}): it is used by {by}; end that"
            raise ServiceError(Reason.TARGET_DOWN, detail) from None
        yield held.getsockname()[1]


def placed(
    service: Service,
    tree: Path,
    python: str,
    env: Mapping[str, str],
    output: Path,
    port: int,
    node: str = "",
    upstreams: Mapping[str, str] | None = None,
    otlp: str = "",
) -> Place:
    """Makes the folder of this start and fills in the environment."""
    output = output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    number = next(n for n in range(1, 10_000) if not (output / _numbered("state", n)).exists())
    state = output / _numbered("state", number)
    state.mkdir(mode=0o700)
    programs = {"python": python, "node": node}
    values = {
        **programs,
        "node": node or "node",
        "port": str(port),
        "state": str(state),
        "output": str(output),
        **({"otlp": otlp} if otlp else {}),
        **upstream_values(service, upstreams or {}),
    }
    own = own_environment(service, values)
    return Place(
        service=service,
        tree=tree,
        output=output,
        log=output / f"{_numbered('service', number)}.log",
        env={**env, "PATH": _commands_of(programs, env.get("PATH", os.defpath)), **own},
        values=values,
        port=port,
    )


def own_environment(service: Service, values: Mapping[str, str]) -> dict[str, str]:
    """The variables of the target file; those that say where spans go only where they go to."""
    return {
        name: _fill(value, values)
        for name, value in service.env.items()
        if "otlp" in values or "{otlp}" not in value
    }


def upstream_values(service: Service, led: Mapping[str, str]) -> dict[str, str]:
    """The placeholders of the upstreams: where each is, or where the service is led instead."""
    return {
        f"upstream.{each.name}": led.get(each.name, each.address)
        for each in service.upstreams
        if each.address
    }


def beside(place: Place, port: int, log: Path) -> Place:
    """The place of another start with the same state, on another port or with another log."""
    values = {**place.values, "port": str(port)}
    own = own_environment(place.service, values)
    return msgspec.structs.replace(
        place, values=values, env={**place.env, **own}, port=port, log=log
    )


def _commands_of(programs: Mapping[str, str], path: str) -> str:
    """A search path on which the target's own commands come first, and those of our tools not."""
    ours = str(Path(sys.executable).parent)
    rest = (folder for folder in path.split(os.pathsep) if folder != ours)
    first = (str(Path(program).parent) for program in programs.values() if program)
    return os.pathsep.join((*first, *rest))


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Replaces the placeholders in one pass: what a value contains is not looked at again."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def run_step(name: str, argv: tuple[str, ...], place: Place, cancel: Cancellation) -> None:
    """Runs migrate or seed to its end, if the target has it."""
    if not argv:
        return
    finished = execute(
        place.command(argv),
        cwd=place.tree,
        env=place.env,
        output=place.output,
        limits=Limits(deadline_s=max(place.service.start_deadline_s, STEP_DEADLINE_S)),
        cancel=cancel,
        name=name,
    )
    if finished.ending is Ending.CANCELLED:
        raise ServiceError(Reason.CANCELLED, f"service.{name}: {finished.detail}")
    if finished.ending is not Ending.EXITED or finished.exit_code != 0:
        said = last_lines(finished.stderr, SHOWN_LINES) or last_lines(finished.stdout, SHOWN_LINES)
        detail = f"service.{name} {ended(finished)}{explained(said)}"
        raise ServiceError(Reason.ENVIRONMENT_FAILED, detail)


def start_in(place: Place) -> Supervised:
    """Starts the service; its log is cut where it grows too large."""
    return start(
        place.command(place.service.start),
        cwd=place.tree,
        env=place.env,
        stdout=place.log,
        stderr=place.log,
        limits=Limits(deadline_s=0, grace_s=STRAY_GRACE_S, max_bytes=LOG_BYTES),
        keep_running=True,
    )


def stop(supervised: Supervised, grace_s: float, cancel: Cancellation) -> None:
    """Ends the service and all it started, politely as long as there is time."""
    try:
        supervised.end(Ending.CANCELLED, min(grace_s, HASTY_STOP_S) if cancel.is_set() else grace_s)
    finally:
        supervised.close()


def _until_ready(
    place: Place, supervised: Supervised, begin: float, cancel: Cancellation
) -> Health:
    """Waits for health and checks who answered."""
    base_url = f"http://{LOOPBACK}:{place.port}"
    try:
        health = await_health(
            base_url + place.service.health,
            allow=(base_url,),
            deadline_s=place.service.start_deadline_s,
            since=begin,
            pause=watching(supervised, cancel),
        )
    except ServiceError as error:
        raise _explained(error, place, supervised) from None
    if wrong := wrong_listener(supervised.pid, place.port):
        raise ServiceError(Reason.WRONG_TARGET, wrong)
    return health


def watching(supervised: Supervised, cancel: Cancellation) -> Callable[[float], None]:
    """A sleep that ends with the service or with a cancellation."""

    def pause(seconds: float) -> None:
        finished = supervised.wait(seconds, cancel)
        if cancel.is_set():
            raise ServiceError(Reason.CANCELLED, "cancelled while the service started")
        if finished:
            detail = f"the service {ended(finished)}"
            raise ServiceError(Reason.TARGET_DOWN, detail)

    return pause


def _explained(error: ServiceError, place: Place, supervised: Supervised) -> ServiceError:
    """The same error with what the port and the log say about it."""
    if error.reason is not Reason.TARGET_DOWN:
        return error
    foreign = foreign_listener(supervised.pid, place.port)
    said = last_lines(place.log, SHOWN_LINES, place.service.health)
    if supervised.wait(0):
        taken = f"; port {place.port} is in use by {foreign}" if foreign else ""
        return ServiceError(Reason.TARGET_DOWN, f"{error.detail}{taken}{explained(said)}")
    wrong = wrong_listener(supervised.pid, place.port)
    reason = Reason.WRONG_TARGET if foreign else Reason.TARGET_DOWN
    return ServiceError(reason, f"{error.detail}{f'; {wrong}' if wrong else ''}{quoted(said)}")
