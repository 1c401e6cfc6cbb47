"""Whether a rolling restart loses a request: another instance starts, the first is stopped."""

import threading
import time
from typing import Any

import msgspec

from gates.core.documented import Made
from gates.core.model import Measurement
from gates.probes._door import ControlError, Door, Instance
from gates.probes._enduring import Flaw, Given, Question, ask
from gates.shell.held import Held
from gates.shell.network import Refused

METRIC = "resilience.lost_requests"
CALLERS = 4
BEFORE_S, APART_S, HALF_S = 0.3, 0.1, 0.3
SLOW_S = 0.1  # from here on an operation is slow enough to be in flight when we want it
FIX = "On SIGTERM take no new connections, answer what was begun, and end only then."


class InFlight(msgspec.Struct, frozen=True, kw_only=True):
    """The request that is in flight at SIGTERM: one whose body is sent in two parts, or slow."""

    made: Made
    label: str


class Traffic:
    """Callers that ask one question over and over, at the address that holds at the time."""

    def __init__(self, given: Given, question: Question) -> None:
        self.address = given.base_url
        self.answered = 0
        self.lost: list[str] = []
        self._given, self._question = given, question
        self._end = threading.Event()
        self._callers = [threading.Thread(target=self._call) for _ in range(CALLERS)]

    def start(self) -> None:
        """Begin to ask."""
        for caller in self._callers:
            caller.start()

    def stop(self) -> None:
        """Wait for the last answers."""
        self._end.set()
        for caller in self._callers:
            caller.join()

    def _call(self) -> None:
        while not self._end.wait(0.01):
            heard = ask(self.address, self._question, self._given.answer_s)
            if heard.status == 0 or heard.status >= 500:
                self.lost.append(heard.words)
            else:
                self.answered += 1


def judged(
    given: Given, question: Question | None, flying: InFlight | None, gone: str
) -> tuple[Measurement, tuple[Flaw, ...], tuple[str, ...]]:
    """Roll once. `gone` says how the service has ended by itself already. Also notes."""
    if gone:
        return Measurement(value=None, why=f"the service {gone} before"), (), ()
    if not given.control:
        why = "the service was running already: only one that gatescore starts can be stopped"
        return Measurement(value=None, why=why), (), ()
    if question is None:
        return Measurement(value=None, why="no operation that can be read answers 2xx"), (), ()
    door = Door(given.control)
    try:
        second = door.second()
        return _rolled(given, door, second, question, flying)
    except (ControlError, Refused) as error:
        return Measurement(value=None, why=f"no second instance: {error}"), (), ()


def _rolled(
    given: Given, door: Door, second: Instance, question: Question, flying: InFlight | None
) -> tuple[Measurement, tuple[Flaw, ...], tuple[str, ...]]:
    traffic = Traffic(given, question)
    traffic.start()
    try:
        time.sleep(BEFORE_S)
        traffic.address = second.base_url
        time.sleep(APART_S)
        held, stopped = _stopped(given, door, flying)
        time.sleep(BEFORE_S)
    finally:
        traffic.stop()
    flaws = []
    if flying is not None and not 0 < held < 500:
        found = f"status {held}" if held else "no answer"
        flaws.append(_flaw("in-flight", flying.label, f"found {found} to a request in flight", ""))
    if traffic.lost:
        text = "found requests without a good answer while another instance took over"
        flaws.append(_flaw("switched", question.label, text, question.path))
    lost = len(traffic.lost) + (flying is not None and not 0 < held < 500)
    what = "with a request in flight" if flying else "no request could be kept in flight"
    detail = f"{traffic.answered} requests answered around a SIGTERM, {what}"
    notes = () if "SIGKILL" not in stopped.ended else ("it had to be killed after SIGTERM",)
    return Measurement(value=float(lost), detail=detail), tuple(flaws), notes


def _stopped(given: Given, door: Door, flying: InFlight | None) -> tuple[int, Instance]:
    """Stop the first instance with a request in flight; its status, and how the instance ended."""
    result: dict[str, Any] = {}

    def stop() -> None:
        try:
            result["instance"] = door.stop(0)
        except ControlError as error:
            result["error"] = error

    stopper = threading.Thread(target=stop)
    if flying is None:
        stop()
        status = 0
    else:
        status = _held(given, flying, stopper)
        stopper.join()
    if "error" in result:
        raise result["error"]
    return status, result["instance"]


def _held(given: Given, flying: InFlight, stopper: threading.Thread) -> int:
    """Begin a request, have the instance stopped, send the rest, and wait for the answer."""
    body = flying.made.body
    half = len(body) // 2
    try:
        with Held(given.base_url, (given.base_url,)) as held:
            held.begin(flying.made.method, flying.made.path, flying.made.headers, len(body))
            held.send(body[:half])
            time.sleep(APART_S if body else SLOW_S / 2)
            stopper.start()
            time.sleep(HALF_S if body else 0)
            held.send(body[half:])
            return held.status(given.answer_s)
    except OSError:
        if stopper.ident is None:
            stopper.start()
        return 0


def _flaw(word: str, subject: str, found: str, path: str) -> Flaw:
    return Flaw(
        metric=METRIC,
        rule=f"resilience.restart-{word}",
        subject=subject,
        message=f"{subject}: {found} when the first instance got SIGTERM; allowed: its answer",
        fix=FIX,
        path=path,
    )
