"""Whether a service that is asked to stop under load answers what it has accepted.

Accepted is what a process of the service holds the connection of when SIGTERM is sent: that is
looked up among its own sockets. What still waits in the kernel's queue has not been accepted.
"""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count, cycle

import msgspec
import psutil

from gates.core.model import Finding, Measurement, Severity
from gates.probes._door import ControlError, Door, Instance
from gates.probes._enduring import Question
from gates.probes._process_tree import accepted_on
from gates.probes._rolling import SLOW_S, InFlight
from gates.shell.held import Held
from gates.shell.network import Refused, check

LOST = "availability.lost_requests"
TRIES = 3  # stops, until one finds a request in flight: a busy machine may be late with it
HELD = 3  # requests that are kept in flight on purpose
BEFORE_S, HALF_S = 0.5, 0.3
MOST_PER_S = 100.0
AT_ONCE = 64
FIX = "On SIGTERM take no new connections, answer what was begun, and end only then."


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is stopped, and under which load."""

    base_url: str
    control: str
    rate: float
    answer_s: float


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One request: our port, when all (or half) of it was sent, when its answer came.

    `status` 0: there was no whole answer.
    """

    label: str
    port: int
    sent: float
    ended: float
    status: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the stop led to."""

    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The stop: its instant, the ports of connections accepted by then, how the service ended."""

    at: float
    accepted: frozenset[int]
    instance: Instance


class Traffic:
    """Sends reads at an even rate, each on a connection of its own, until it is stopped."""

    def __init__(self, task: Task, questions: tuple[Question, ...]) -> None:
        self._task, self._questions = task, cycle(questions)
        self._end = threading.Event()
        self._sent: list[Future[Sent | None]] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def results(self) -> tuple[Sent, ...]:
        """All requests that found somebody to connect to."""
        found = (one.result() for one in self._sent)
        return tuple(one for one in found if one is not None)

    def _run(self) -> None:
        apart = 1 / min(self._task.rate, MOST_PER_S)
        begin = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for number in count():
                if self._end.wait(max(begin + number * apart - time.monotonic(), 0.0)):
                    return
                self._sent.append(pool.submit(read, self._task, next(self._questions)))


def read(task: Task, question: Question) -> Sent | None:
    """One read; None where nobody took the connection."""
    try:
        with Held(task.base_url, (task.base_url,)) as line:
            line.begin("GET", question.path, question.headers, 0)
            sent, port = time.monotonic(), line.port
            status = line.status(task.answer_s)
    except OSError:
        return None
    return Sent(label=question.label, port=port, sent=sent, ended=time.monotonic(), status=status)


def judged(task: Task, questions: tuple[Question, ...], flying: InFlight | None) -> Outcome:
    """Stop the service under load with requests in flight, and start it anew."""
    why = _impossible(task, questions)
    if why:
        return Outcome(measurement=Measurement(value=None, why=why))
    door = Door(task.control)
    try:
        found = _tried(task, questions, flying, door)
        for _ in range(TRIES - 1):
            if found.measurement.value is not None or not _runs(door):
                break
            found = _tried(task, questions, flying, door)
        return found
    except (ControlError, Refused, OSError, psutil.Error) as error:
        return Outcome(measurement=Measurement(value=None, why=f"it was not stopped: {error}"))


def _tried(
    task: Task, questions: tuple[Question, ...], flying: InFlight | None, door: Door
) -> Outcome:
    """One stop and start. Raises ControlError, Refused, OSError or psutil.Error."""
    number = _running(door)
    with Traffic(task, questions) as traffic:
        time.sleep(BEFORE_S)
        stopped, held = _stopped(task, door, number, flying)
    return outcome((*traffic.results(), *held), stopped, _again(door))


def _runs(door: Door) -> bool:
    """Whether the service was started anew. Raises ControlError."""
    return any(not one.ended for one in door.instances())


def _running(door: Door) -> int:
    """The instance that runs; the gate may have started it anew before. Raises ControlError."""
    running = [one.number for one in door.instances() if not one.ended]
    if not running:
        raise ControlError("it has ended by itself")
    return running[-1]


def _impossible(task: Task, questions: tuple[Question, ...]) -> str:
    if not task.control:
        return "the service was running already: only one that gatescore starts can be stopped"
    if not questions:
        return "no operation that can be read answers 2xx"
    return ""


def _stopped(
    task: Task, door: Door, number: int, flying: InFlight | None
) -> tuple[Stopped, tuple[Sent, ...]]:
    """Begin requests, ask the service to stop, send their rest, and wait for their answers."""
    body = flying.made.body if flying else b""
    with ExitStack() as stack:
        lines = [_begun(stack, task, flying) for _ in range(HELD)] if flying else []
        sent = time.monotonic()
        time.sleep(HALF_S if body else SLOW_S / 2)
        accepted, at = accepted_on(check(task.base_url, (task.base_url,)).port), time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            stopping = pool.submit(door.stop, number)
            time.sleep(HALF_S if body else 0.0)
            for line in lines:
                line.send(body[len(body) // 2 :])
            label = flying.label if flying else ""
            answers = tuple(_answered(line, label, sent, task.answer_s) for line in lines)
            stopped = Stopped(at=at, accepted=accepted, instance=stopping.result())
    return stopped, answers


def _begun(stack: ExitStack, task: Task, flying: InFlight) -> Held:
    """A request of which half the body is sent; the whole of one without a body."""
    made = flying.made
    line = stack.enter_context(Held(task.base_url, (task.base_url,)))
    line.begin(made.method, made.path, made.headers, len(made.body))
    line.send(made.body[: len(made.body) // 2])
    return line


def _answered(line: Held, label: str, sent: float, seconds: float) -> Sent:
    port = line.port
    status = line.status(seconds)
    return Sent(label=label, port=port, sent=sent, ended=time.monotonic(), status=status)


def _again(door: Door) -> str:
    """Start the service anew; how that went."""
    begin = time.monotonic()
    try:
        door.restart()
    except ControlError as error:
        return f"afterwards it did not start anew: {error}"
    return f"started anew, it answered {time.monotonic() - begin:.1f} s later"


def outcome(sent: Iterable[Sent], stopped: Stopped, again: str) -> Outcome:
    """Judge what became of the requests that were accepted, and not yet answered, at the stop."""
    every = tuple(sent)
    open_ = [one for one in every if is_open(one, stopped)]
    lost = [one for one in open_ if not answered(one)]
    lost += [one for one in every if one.sent > stopped.at and failed_later(one)]
    notes = [again] if again else []
    if "SIGKILL" in stopped.instance.ended:
        notes.append("it had to be killed after SIGTERM")
    if not open_ and not lost:
        why = (
            f"none of {len(every)} requests was in flight at SIGTERM: add an operation with a "
            f"body, or one that takes {SLOW_S:g} s, to [load] or the OpenAPI document"
        )
        return Outcome(measurement=Measurement(value=None, why=why), notes=tuple(notes))
    detail = (
        f"{len(open_)} of {len(every)} requests were accepted and not yet answered at SIGTERM: "
        f"{len(open_) - sum(not answered(one) for one in open_)} got their answer"
    )
    return Outcome(
        measurement=Measurement(value=float(len(lost)), samples=len(open_), detail=detail),
        findings=tuple(_findings(lost, stopped)),
        notes=tuple(notes),
    )


def is_open(one: Sent, stopped: Stopped) -> bool:
    """Whether the service had accepted a request at the stop, and had not answered it."""
    return one.port in stopped.accepted and one.sent <= stopped.at < one.ended


def answered(one: Sent) -> bool:
    """Whether a whole answer came that is no failure."""
    return 0 < one.status < 500


def failed_later(one: Sent) -> bool:
    """Whether a request that came later was accepted and then failed; 503 refuses politely."""
    return one.status >= 500 and one.status != 503


def _findings(lost: list[Sent], stopped: Stopped) -> Iterable[Finding]:
    """One finding for each request: that many does it count."""
    for one in sorted(lost, key=lambda one: (one.label, one.sent)):
        found = f"status {one.status}" if one.status else "no whole answer"
        when = "in flight at" if one.sent <= stopped.at else "accepted after"
        word = "in-flight" if one.sent <= stopped.at else "later"
        yield Finding(
            tool="availability",
            rule=f"availability.stop-{word}",
            severity=Severity.MEDIUM,
            message=f"{one.label}: found {found} to a request {when} SIGTERM; allowed: its answer",
            fix=FIX,
            context=one.label,
            metric=LOST,
        )
