"""Whether health and readiness answer, and readiness follows the upstreams that it needs."""

import time

from gates.core.behaviour import Upstream
from gates.core.model import Measurement
from gates.probes._door import ControlError, Door
from gates.probes._watching import Flaw, Watch, count
from gates.shell.network import NetworkError

HEALTH = "observability.health_violations"
READINESS = "observability.readiness_violations"
PAUSE_S = 0.2
ATTEMPT_S = 3.0


def health(watch: Watch) -> tuple[Measurement, tuple[Flaw, ...]]:
    """The health path answers 2xx."""
    path = watch.given.health
    flaws = _answers(watch, path, HEALTH, "health")
    return count(HEALTH, flaws, f"GET {path} was asked"), flaws


def readiness(watch: Watch) -> tuple[Measurement, tuple[Flaw, ...], tuple[str, ...]]:
    """The readiness path answers 2xx, and not while a required upstream is away; also notes."""
    path = watch.given.observability.readiness
    flaws = _answers(watch, path, READINESS, "readiness")
    required = [one for one in watch.given.upstreams if one.required]
    notes: list[str] = []
    tried = 0
    for upstream in required if watch.given.control and not flaws else ():
        try:
            flaws += _without(watch, Door(watch.given.control), upstream)
            tried += 1
        except ControlError as error:
            notes.append(f"upstream {upstream.name} could not be cut: {error.detail}")
    detail = f"GET {path} was asked; {tried} of {len(required)} required upstreams were cut"
    if not required:
        detail = f"GET {path} was asked; no required upstream is named, so none was cut"
    return count(READINESS, flaws, detail), flaws, tuple(notes)


def _answers(watch: Watch, path: str, metric: str, word: str) -> tuple[Flaw, ...]:
    status = _status(watch, path)
    if 200 <= status < 300:
        return ()
    found = f"found status {status}" if status else "found no answer"
    return (
        Flaw(
            metric=metric,
            rule=f"observability.{word}",
            subject=path,
            message=f"GET {path}: {found}; allowed: 2xx",
            fix="Answer it without authentication, with 2xx while all is well.",
            reproduce=f'curl -si "$BASE_URL"{path}',
        ),
    )


def _without(watch: Watch, door: Door, upstream: Upstream) -> tuple[Flaw, ...]:
    """What readiness says while an upstream is away, and after it is back."""
    path, given = watch.given.observability.readiness, watch.given
    door.cut(upstream.name)
    try:
        told = _becomes(watch, path, ready=False, seconds=given.ready_s)
    finally:
        door.restore(upstream.name)
    back = _becomes(watch, path, ready=True, seconds=given.recover_s)
    flaws = []
    if not told:
        text = f"still 2xx {given.ready_s:g} s after the upstream {upstream.name} was cut"
        flaws.append(_flaw(path, "always-ready", upstream, text))
    if not back:
        text = f"not 2xx {given.recover_s:g} s after the upstream {upstream.name} was given back"
        flaws.append(_flaw(path, "not-ready-again", upstream, text))
    return tuple(flaws)


def _becomes(watch: Watch, path: str, *, ready: bool, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        if (200 <= _status(watch, path) < 300) is ready:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE_S)


def _status(watch: Watch, path: str) -> int:
    """The status, 0 where no answer came."""
    try:
        return watch.caller.ask("GET", path, identity=None, deadline_s=ATTEMPT_S).status
    except NetworkError:
        return 0


FIXES = {
    "always-ready": "Ask every required upstream, with a short time-out, when readiness is asked.",
    "not-ready-again": "Connect again when readiness is asked, instead of keeping what is broken.",
}


def _flaw(path: str, word: str, upstream: Upstream, found: str) -> Flaw:
    return Flaw(
        metric=READINESS,
        rule=f"observability.{word}",
        subject=f"{path} {upstream.name}",
        message=f"GET {path}: {found}; allowed: not ready without it, and ready again with it",
        fix=FIXES[word],
        reproduce=f'curl -si "$BASE_URL"{path}',
    )
