"""Waits until a service is healthy, and proves that the answers were its own."""

import time
from collections.abc import Callable

import msgspec

from gates.core.model import Reason
from gates.shell.listeners import Listener, family, listeners
from gates.shell.network import NetworkError, Refused, request

IN_A_ROW = 3  # healthy answers, so that a service that flaps while it starts is not taken for up
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 0.25
ATTEMPT_S = 2.0  # a health answer that takes longer is none


class ServiceError(Exception):
    """There is no service to look at. `detail` may quote its log: redact it before showing."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Health(msgspec.Struct, frozen=True):
    """`ready_s`: from `since` to the first healthy answer. `attempts`: requests sent in all."""

    ready_s: float
    attempts: int


def await_health(
    url: str,
    *,
    allow: tuple[str, ...],
    deadline_s: float,
    since: float,
    pause: Callable[[float], None],
) -> Health:
    """Asks until three answers in a row are 2xx. `since` is of time.monotonic().

    `pause` sleeps and raises ServiceError where there is nothing to wait for any more; so does
    this function at the deadline (TARGET_DOWN) and where the URL is not allowed.
    """
    attempts = in_a_row = 0
    ready_s: float | None = None
    last, length = "no answer", FIRST_PAUSE_S
    while (left := since + deadline_s - time.monotonic()) > 0:
        attempts += 1
        last = _ask(url, allow, min(left, ATTEMPT_S))
        in_a_row = 0 if last else in_a_row + 1
        if in_a_row and ready_s is None:
            ready_s = time.monotonic() - since
        if in_a_row == IN_A_ROW and ready_s is not None:
            return Health(ready_s, attempts)
        pause(FIRST_PAUSE_S if in_a_row else length)
        length = min(length * 1.5, LONGEST_PAUSE_S)
    last = last or f"fewer than {IN_A_ROW} healthy answers in a row"
    detail = f"{url} was not healthy within {deadline_s:g} s ({attempts} attempts); last: {last}"
    raise ServiceError(Reason.TARGET_DOWN, detail)


def _ask(url: str, allow: tuple[str, ...], deadline_s: float) -> str:
    """Why one answer is not healthy; nothing if it is."""
    try:
        answer = request("GET", url, allow=allow, deadline_s=deadline_s)
    except Refused as error:
        raise ServiceError(Reason.REFUSED_BY_SAFETY, error.detail) from None
    except NetworkError as error:
        return str(error)
    return "" if 200 <= answer.status < 300 else f"status {answer.status}"


def wrong_listener(root: int, port: int) -> str:
    """Why an answer from `port` may not be that of a process below `root`; nothing if it is."""
    found = listeners(root)
    ours = family(root)
    here = [listener for listener in found if listener.port == port]
    foreign = [listener for listener in here if listener.pid not in ours]
    if foreign:
        return f"port {port}: listener {_names(foreign)} is not our target"
    return "" if here else _nobody(port, [each for each in found if each.pid in ours])


def foreign_listener(root: int, port: int) -> str:
    """Names those on `port` that are not below `root`; nothing if there is none."""
    ours = family(root)
    return _names([each for each in listeners(root) if each.port == port and each.pid not in ours])


def _nobody(port: int, elsewhere: list[Listener]) -> str:
    """What to say where nobody listens."""
    if not elsewhere:
        return f"nothing listens on port {port}"
    ports = ", ".join(str(listener.port) for listener in elsewhere)
    return (
        f"nothing listens on port {port}, but the target listens on {ports}: "
        "pass {port} to it in service.start"
    )


def _names(found: list[Listener]) -> str:
    return ", ".join(str(listener) for listener in found)
