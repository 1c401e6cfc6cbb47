"""Holds thousands of idle connections to a service, and asks it for something meanwhile.

Input: the keys of `Given`. Connections are opened in portions; after each the service is asked
over a new connection, so that it has to have accepted the ones before. Then they are held while
it is asked often. In the end some of them are used.
"""

import math
import time
from typing import Any

import msgspec

from gates.core import statistics
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.probes import _common
from gates.shell import consumed
from gates.shell.exchange import Headers
from gates.shell.idle import RESERVED_FILES, Idle, Limit, files_left
from gates.shell.network import NetworkError, Problem, Refused, request

TOOL = "idle_connections"
METRIC = "scale.idle_connections"
RULE = "scale.idle-connections"
ATTEMPTS, PAUSE_S = 3, 0.1
PACE_S = 0.005  # between two questions while they are held
HOLDS = 8  # attempts to hold, each with half of the connections before
TOLERATED = 0.01  # of the accepted ones: more than this closed, and no more are opened
LATE = 0.05  # of the answers: with more the p95 is late
LOOK_EVERY = 4  # portions: then it is seen which of them the service has closed
USED = 200  # connections that are used in the end
FEWEST = 50  # below so many nobody asks whether half would do
NEARLY = 16  # files below its limit: a service keeps some for itself
THROTTLED = 429
FIX = (
    "Let waiting connections cost no thread and no worker: an event loop or a proxy before the "
    "service; raise its limit of connections and of open files."
)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The task. `paths` are what may be asked, the first that is answered below 400 is."""

    base_url: str
    paths: tuple[str, ...]
    connections: int = 10_000
    portion: int = 250
    hold_s: float = 5.0
    answer_s: float = 1.0  # of each answer while they are opened
    bound_ms: float = 100.0  # of the p95 while they are held
    seconds: float = 60.0  # no more are opened afterwards
    pid: int = 0


class Asked(msgspec.Struct, frozen=True):
    """What is asked, and the status that it has at rest."""

    path: str
    headers: Headers
    status: int


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to hold: connections that were open, and the answers meanwhile."""

    connections: int
    answers: int
    failures: int
    p95_ms: float

    def fine(self, bound_ms: float) -> bool:
        """Whether answers stayed within their bound."""
        return self.failures == 0 and self.p95_ms < bound_ms

    def told(self) -> str:
        """What was held, and how it answered meanwhile."""
        p95 = f", p95 {self.p95_ms:.0f} ms" if self.answers else ""
        lost = f", {self.failures} times nothing" if self.failures else ""
        return f"{self.connections} held; {self.answers} answers meanwhile{p95}{lost}"


def measure(raw: dict[str, Any]) -> ToolReport:
    """Open, hold, use and close them. Raises ProbeError."""
    given = _read(raw)
    asked = at_rest(given, tuple(_common.auth_headers().items()))
    try:
        with Idle(given.base_url, (given.base_url,)) as idle:
            return _measured(given, asked, idle)
    except Refused as error:
        return _report(Measurement(value=None, why=str(error)), 1)


def _measured(given: Given, asked: Asked, idle: Idle) -> ToolReport:
    possible = files_left(given.connections)
    accepted = fill(given, asked, idle, possible)
    filled = len(idle)
    theirs, ours = limit_of_service(given), limit_of_ours(given, idle, possible)
    held = hold(given, asked, idle)
    sent, answered = idle.ask(asked.path, asked.headers, USED, given.answer_s)
    if not answered and down(given, asked):
        detail = "the service ended while connections were held"
        raise _common.ProbeError(detail, Reason.TARGET_DOWN)
    count = held.connections * answered // sent if sent else 0
    limit = theirs or (ours if count == filled else "")
    said = f"{accepted} connections accepted, {held.told()}"
    said += f"; {answered} of {sent} that were used at the end answered" if sent else ""
    measured = Measurement(value=float(count), detail=said)
    if count >= given.connections:
        return _report(measured, 1 + held.answers + sent)
    if limit:
        why = f"limit: {limit}; until then {said}"
        return _report(Measurement(value=None, why=why), 1 + held.answers + sent)
    return _report(measured, 1 + held.answers + sent, (said,))


def at_rest(given: Given, headers: Headers) -> Asked:
    """What can be asked. Raises ProbeError: target-down, or incomplete where nothing can."""
    gone = False
    for path in dict.fromkeys(given.paths):
        try:
            url = given.base_url + path
            answer = request("GET", url, allow=(given.base_url,), headers=headers)
        except NetworkError as error:
            gone = error.kind is Problem.REFUSED
            continue
        except Refused as error:
            raise _common.ProbeError(error.detail, Reason.REFUSED_BY_SAFETY) from None
        if answer.status < 400:
            return Asked(path, headers, answer.status)
    if gone:
        raise _common.ProbeError("the service refuses connections", Reason.TARGET_DOWN)
    listed = ", ".join(given.paths)
    raise _common.ProbeError(f"nothing that can be asked is answered below 400: {listed}")


def fill(given: Given, asked: Asked, idle: Idle, possible: int) -> int:
    """Open up to `possible`, while the service accepts, keeps and answers; how many it accepted."""
    end = time.monotonic() + given.seconds
    accepted = portions = 0
    while len(idle) < possible and time.monotonic() < end:
        wanted = min(given.portion, possible - len(idle))
        opened = idle.open(wanted, given.answer_s * ATTEMPTS)
        accepted, portions = accepted + opened, portions + 1
        if not answers(given, asked) or opened < wanted:
            break
        if portions % LOOK_EVERY == 0 and idle.alive() < (1 - TOLERATED) * accepted:
            break
    idle.alive()
    return accepted


def limit_of_ours(given: Given, idle: Idle, possible: int) -> str:
    """What on our side keeps us from more connections, "" if nothing does."""
    if idle.limit is Limit.PORTS:
        return f"this machine has ports for {len(idle)} connections (ip_local_port_range)"
    if idle.limit is Limit.FILES:
        return f"we had no more open files at {len(idle)} connections (RLIMIT_NOFILE)"
    if possible < given.connections:
        most = possible + RESERVED_FILES
        return f"we may have {most} open files here (hard RLIMIT_NOFILE, ulimit -Hn)"
    return ""


def limit_of_service(given: Given) -> str:
    """The process of the service that has used up its open files, "" if there is none."""
    for one in consumed.files(given.pid):
        if one.used >= one.limit - NEARLY:
            return (
                f"the service's process {one.process} may have {one.limit} open files "
                "(soft RLIMIT_NOFILE, ulimit -n)"
            )
    return ""


def hold(given: Given, asked: Asked, idle: Idle) -> Held:
    """Hold what is open while asking; where answers are late, half of it, and so on."""
    end = time.monotonic() + HOLDS * (given.hold_s + given.answer_s)
    while True:
        held = held_once(given, asked, idle)
        if held.fine(given.bound_ms):
            return held
        if held.connections < FEWEST or time.monotonic() > end:
            return msgspec.structs.replace(held, connections=0)
        idle.keep(held.connections // 2)


def held_once(given: Given, asked: Asked, idle: Idle) -> Held:
    """Ask for `hold_s`, and until there are answers enough for a p95, or for none in its bound."""
    enough, begun = statistics.needed_samples(0.95), time.monotonic()
    late = 0
    took: list[float | None] = []
    while time.monotonic() - begun < given.hold_s or len(took) < enough:
        took.append(ask(given, asked))
        late += took[-1] is None or 1000.0 * took[-1] >= given.bound_ms
        if took.count(None) >= ATTEMPTS or late > LATE * enough:
            break
        time.sleep(PACE_S)
    known = sorted(seconds for seconds in took if seconds is not None)
    rank = statistics.nearest_rank(len(known), 0.95)
    return Held(
        connections=idle.alive(),
        answers=len(known),
        failures=len(took) - len(known),
        p95_ms=1000.0 * known[rank - 1] if known else math.inf,
    )


def answers(given: Given, asked: Asked) -> bool:
    """Whether the service answers, at the latest when it is asked for the third time."""
    for _ in range(ATTEMPTS):
        if ask(given, asked) is not None:
            return True
        time.sleep(PAUSE_S)
    return False


def ask(given: Given, asked: Asked) -> float | None:
    """Seconds of one answer that is as at rest, or of a throttle; None where there is none."""
    try:
        answer = request(
            "GET",
            given.base_url + asked.path,
            allow=(given.base_url,),
            headers=asked.headers,
            deadline_s=given.answer_s,
        )
    except (NetworkError, Refused):
        return None
    return answer.elapsed_s if answer.status in (asked.status, THROTTLED) else None


def down(given: Given, asked: Asked) -> bool:
    """Whether nobody listens any more."""
    try:
        request("GET", given.base_url + asked.path, allow=(given.base_url,), deadline_s=2.0)
    except NetworkError as error:
        return error.kind is Problem.REFUSED
    except Refused:
        return False
    return False


def _read(raw: dict[str, Any]) -> Given:
    try:
        return msgspec.convert(raw, Given)
    except msgspec.ValidationError as error:
        raise _common.ProbeError(f"input: {error}", Reason.ADAPTER_BUG) from None


def _report(measured: Measurement, examined: int, missed: tuple[str, ...] = ()) -> ToolReport:
    return ToolReport(
        tool=TOOL,
        examined=examined,
        examined_unit="requests",
        measurements={METRIC: measured},
        findings=tuple(
            Finding(
                tool=TOOL,
                rule=RULE,
                severity=Severity.MEDIUM,
                message=f"fewer idle connections than wanted are held while it answers: {text}",
                fix=FIX,
                context="idle connections",
            )
            for text in missed
        ),
    )


if __name__ == "__main__":
    _common.run(measure)
