"""What a service answers while something that it depends on is away, silent or slow."""

import time
from collections.abc import Iterator

import msgspec

from gates.core.behaviour import Upstream
from gates.core.model import Measurement
from gates.probes._door import ControlError, Door
from gates.probes._enduring import Flaw, Given, Heard, Question, ask_all

METRIC = "resilience.upstream_violations"
MODES = ("cut", "hang", "slow")
PAUSE_S = 0.1
WORDS = {"cut": "is cut", "hang": "hangs", "slow": "is slow"}
ALLOWED = "a bounded 503, or a fallback of 2xx"
FIXES = {
    "hang": "Give every call to it a time-out, and answer 503 when that has passed.",
    "status": "Catch its failure where it is called, and answer 503 or something kept from before.",
    "spread": "Ask it only where it is needed; or list this operation in service.upstreams.",
    "recovery": "Connect again for the next request, instead of keeping what is broken.",
}


class Trial(msgspec.Struct, kw_only=True):
    """What one upstream showed. `why` says why it was not judged."""

    flaws: list[Flaw] = []
    asked: int = 0
    why: str = ""
    notes: list[str] = []


def judged(
    given: Given, questions: tuple[Question, ...]
) -> tuple[Measurement, tuple[Flaw, ...], tuple[str, ...]]:
    """Cut, hang and slow every upstream. Also notes on what could not be tried."""
    if not given.upstreams:
        why = (
            "the target file names no upstreams: list them as [[service.upstreams]], or say under"
            ' [absent] why "resilience.upstreams" is not asked for'
        )
        return Measurement(value=None, why=why), (), ()
    if not given.control:
        why = "there is no door to the upstreams of this service"
        return Measurement(value=None, why=why), (), ()
    door = Door(given.control)
    trials = {one.name: tried(given, door, one, questions) for one in given.upstreams}
    flaws = tuple(flaw for trial in trials.values() for flaw in trial.flaws)
    unjudged = [f"upstream {name}: {trial.why}" for name, trial in trials.items() if trial.why]
    notes = (*unjudged, *(note for trial in trials.values() for note in trial.notes))
    if len(unjudged) == len(trials):
        return Measurement(value=None, why="; ".join(unjudged)), (), notes
    asked = sum(trial.asked for trial in trials.values())
    detail = f"{len(trials) - len(unjudged)} of {len(trials)} upstreams were tried, {asked} answers"
    return Measurement(value=float(len(flaws)), detail=detail), flaws, notes


def tried(given: Given, door: Door, upstream: Upstream, questions: tuple[Question, ...]) -> Trial:
    """All modes of one upstream, until it does not come back from one."""
    needing, others = parted(upstream, questions)
    before = ask_all(given, (*needing, *others))
    well = {heard.question for heard in before if heard.fine}
    needing = tuple(one for one in needing if one in well)
    others = tuple(one for one in others if one in well)
    if not needing:
        return Trial(why="no operation that needs it answers 2xx while all is well")
    trial = Trial()
    try:
        for mode in MODES:
            if not _one_mode(given, door, upstream, mode, needing, others, trial):
                break
    except ControlError as error:
        trial.why = error.detail
    return trial


def parted(
    upstream: Upstream, questions: tuple[Question, ...]
) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
    """The questions that need it, and those that do not; all need it where none is named."""
    if not upstream.operations:
        return questions, ()
    named = set(upstream.operations)
    needing = tuple(one for one in questions if one.label in named)
    return needing, tuple(one for one in questions if one not in needing)


def _one_mode(
    given: Given,
    door: Door,
    upstream: Upstream,
    mode: str,
    needing: tuple[Question, ...],
    others: tuple[Question, ...],
    trial: Trial,
) -> bool:
    """One way to fail; whether all was well again afterwards."""
    health = Question(label=f"GET {given.health}", path=given.health)
    try:
        _set(given, door, upstream, mode)
    except ControlError as error:
        if not error.unsupported:
            raise
        trial.notes.append(error.detail)
        return True
    try:
        heard = ask_all(given, (*needing, *others, health))
    finally:
        door.restore(upstream.name)
    led = door.upstreams().get(upstream.name)
    if led is not None and led.proxied and not led.connections:
        trial.why = "the service never connected to it through {upstream.NAME}"
        return False
    trial.asked += len(heard)
    trial.flaws += _flaws(upstream, mode, heard, needing, health)
    return _recovered(given, upstream, mode, (*needing, *others), trial)


def _set(given: Given, door: Door, upstream: Upstream, mode: str) -> None:
    match mode:
        case "cut":
            door.cut(upstream.name)
        case "hang":
            door.hang(upstream.name)
        case _:
            door.slow(upstream.name, given.slow_s)


def _flaws(
    upstream: Upstream,
    mode: str,
    heard: tuple[Heard, ...],
    needing: tuple[Question, ...],
    health: Question,
) -> Iterator[Flaw]:
    while_so = f"while the upstream {upstream.name} {WORDS[mode]}"
    for one in heard:
        subject = f"{upstream.name} {mode} {one.question.label}"
        if one.status == 0:
            word = "hang" if one.problem == "timeout" else "status"
            found = "found no answer in time" if word == "hang" else f"found {one.problem}"
        elif (
            one.question is health or one.served or (one.status == 503 and one.question in needing)
        ):
            continue
        else:
            word = "status" if one.question in needing else "spread"
            found = f"found status {one.status}"
        allowed = "the same answer as ever" if word == "spread" else ALLOWED
        text = f"{one.question.label}: {found} {while_so}; allowed: {allowed}"
        yield _flaw(word, subject, text, one.question.path)


def _recovered(
    given: Given, upstream: Upstream, mode: str, questions: tuple[Question, ...], trial: Trial
) -> bool:
    end = time.monotonic() + given.recover_s
    while True:
        wrong = [heard for heard in ask_all(given, questions) if not heard.served]
        if not wrong:
            return True
        if time.monotonic() > end:
            break
        time.sleep(PAUSE_S)
    label, path = wrong[0].question.label, wrong[0].question.path
    text = (
        f"{label}: found {wrong[0].words} {given.recover_s:g} s after the upstream {upstream.name}"
        f" was given back, which before {WORDS[mode]}; allowed: 2xx again"
    )
    trial.flaws.append(_flaw("recovery", f"{upstream.name} {mode}", text, path))
    return False


def _flaw(word: str, subject: str, message: str, path: str) -> Flaw:
    return Flaw(
        metric=METRIC,
        rule=f"resilience.upstream-{word}",
        subject=subject,
        message=message,
        fix=FIXES[word],
        path=path,
    )
