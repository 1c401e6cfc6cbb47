"""What a service does with more requests at once than it can take, and afterwards."""

import time

from gates.core.model import Measurement
from gates.probes._enduring import Flaw, Given, Question, ask
from gates.shell.crowd import Crowd, crowd
from gates.shell.network import Refused

METRIC = "resilience.overload_violations"
TOLERATED = 0.01  # of the requests: the machine is busy too
REFUSING = (429, 503)
IN_A_ROW, NORMAL_S, PAUSE_S = 3, 1.0, 0.1
FIXES = {
    "status": "Refuse what is too much with 429 or 503 and Retry-After, before work is begun.",
    "no-answer": "Keep accepting connections, and answer 503 to what cannot be served.",
    "unbounded": "Bound the queue: refuse with 503 what could not be answered in time anyway.",
    "recovery": "Give back what a request held, also of those whose caller has gone away.",
}


def judged(given: Given, questions: tuple[Question, ...]) -> tuple[Measurement, tuple[Flaw, ...]]:
    """Send one burst and look at its answers."""
    chosen = next((one for one in questions if ask(given.base_url, one, given.answer_s).fine), None)
    if chosen is None:
        return Measurement(value=None, why="no operation that can be read answers 2xx"), ()
    try:
        seen = crowd(
            given.base_url + chosen.path,
            allow=(given.base_url,),
            headers=chosen.headers,
            connections=given.connections,
            seconds=given.burst_s,
            bound_s=given.answer_s,
        )
    except Refused as error:
        return Measurement(value=None, why=str(error)), ()
    flaws = flaws_of(given, chosen, seen)
    if not normal_again(given, chosen):
        text = f"not answered normally {given.recover_s:g} s after {_many(given)}"
        flaws = (*flaws, _flaw("recovery", chosen, text))
    counts = ", ".join(f"{count} × {status}" for status, count in seen.statuses.items())
    detail = f"{chosen.label}: {counts or 'no answers'}; the slowest in {seen.slowest_s:.2f} s"
    return Measurement(value=float(len(flaws)), detail=detail), flaws


def flaws_of(given: Given, chosen: Question, seen: Crowd) -> tuple[Flaw, ...]:
    """What is wrong with the answers of a burst."""
    flaws = []
    few = TOLERATED * max(seen.sent, 1)
    wrong = [s for s in seen.statuses if not (200 <= s < 400 or s in REFUSING)]
    if wrong:
        flaws.append(_flaw("status", chosen, f"found status {wrong[0]} during {_many(given)}"))
    if seen.broken > few:
        text = f"found connections that were closed without an answer during {_many(given)}"
        flaws.append(_flaw("no-answer", chosen, text))
    if seen.late + seen.silent > few:
        text = f"found answers later than {given.answer_s:g} s during {_many(given)}"
        flaws.append(_flaw("unbounded", chosen, text))
    return tuple(flaws)


def normal_again(given: Given, chosen: Question) -> bool:
    """Whether several answers in a row are quick, and no failures, soon enough."""
    end = time.monotonic() + given.recover_s
    in_a_row = 0
    while in_a_row < IN_A_ROW:
        heard = ask(given.base_url, chosen, NORMAL_S)
        in_a_row = in_a_row + 1 if heard.served else 0  # a limit's window may outlast the burst
        if time.monotonic() > end:
            return False
        if not in_a_row:
            time.sleep(PAUSE_S)
    return True


def _many(given: Given) -> str:
    return f"{given.connections} requests at once"


def _flaw(word: str, chosen: Question, found: str) -> Flaw:
    return Flaw(
        metric=METRIC,
        rule=f"resilience.overload-{word}",
        subject=chosen.label,
        message=f"{chosen.label}: {found}; allowed: 2xx, 429 or 503, each in time",
        fix=FIXES[word],
        path=chosen.path,
    )
