"""Tries a service: with what it depends on cut, hung and slowed, with a burst, with a restart.

Input: that of the caller, and the keys of `_enduring.Given`.
"""

from typing import Any

import msgspec

from gates.core.documented import Documented, Made, documented, made
from gates.core.model import ToolReport
from gates.core.openapi import JSON
from gates.core.sampling import NoSample
from gates.probes import _common, _cutting, _openapi, _overloading, _rolling
from gates.probes._caller import DEFAULT, Caller
from gates.probes._door import ControlError, Door
from gates.probes._enduring import (
    TOOL,
    Flaw,
    Given,
    Heard,
    Question,
    ask_all,
    finding,
    headers_of,
    question,
    read_given,
)
from gates.probes._reachable import led, readable, writing
from gates.probes._rolling import InFlight
from gates.probes._watch_audit import login_of

MOST_READ = 8
Headers = tuple[tuple[str, str], ...]


def measure(given: dict[str, Any]) -> ToolReport:
    """All three parts, the restart last. Raises ProbeError."""
    task, caller = read_given(given), Caller(given, TOOL)
    document = _openapi.document(task.document)
    operations = documented(document) if isinstance(document, dict) else ()
    task = msgspec.structs.replace(task, upstreams=led(task.upstreams, operations))
    questions = questions_of(task, caller, operations, document)
    heard = ask_all(task, questions)
    cut = _cutting.judged(task, questions)
    crowded = _overloading.judged(task, tuple(one.question for one in heard if one.fine))
    flying = in_flight(caller, operations, document, heard)
    quick = next((one.question for one in heard if one.fine), None)
    rolled = _rolling.judged(task, quick, flying, ended(task))
    measurements = {
        _cutting.METRIC: cut[0],
        _overloading.METRIC: crowded[0],
        _rolling.METRIC: rolled[0],
    }
    flaws: list[Flaw] = sorted({*cut[1], *crowded[1], *rolled[1]})
    return ToolReport(
        tool=TOOL,
        examined=len(measurements),
        examined_unit="trials",
        measurements=measurements,
        findings=tuple(finding(flaw) for flaw in flaws),
        notes=(*cut[2], *rolled[2]),
    )


def questions_of(
    task: Given, caller: Caller, operations: tuple[Documented, ...], document: JSON
) -> tuple[Question, ...]:
    """What can be read: what upstreams name, what the document has, and the expected load."""
    own = (task.health, task.readiness, task.metrics)
    auth = headers_of(caller)
    named = [name for one in task.upstreams for name in one.operations]
    made_up = {op.label: _asked(op, document, auth) for op in operations}
    plain = [op.label for op, _ in readable(operations, document) if op.path not in own]
    loaded = [f"GET {path}" for path in task.operations]
    found: dict[str, Question] = {}
    for name in (*named, *plain, *loaded):
        asked = made_up.get(name) or _spelt(name, auth)
        if asked is not None:
            found[name] = asked
    kept = tuple(found.values())[: max(MOST_READ, len(named))]
    return kept or (Question(label=f"GET {task.health}", path=task.health),)


def _asked(op: Documented, document: JSON, auth: Headers) -> Question | None:
    try:
        return question(op, made(op, document), auth) if op.operation.method == "GET" else None
    except NoSample:
        return None


def _spelt(name: str, auth: Headers) -> Question | None:
    """A question that is no documented operation but written out: GET and a path."""
    path = name.removeprefix("GET ")
    if path == name or not path.startswith("/") or "{" in path:
        return None
    return Question(label=name.partition("?")[0], path=path, headers=auth)


def in_flight(
    caller: Caller, operations: tuple[Documented, ...], document: JSON, heard: tuple[Heard, ...]
) -> InFlight | None:
    """A login, another request with a body, or the slowest read, whichever there is."""
    known = caller.identities.get(DEFAULT)
    if known is not None and known.login:
        login = known.login
        label = f"{login['method']} {login['path']}"
        return InFlight(made=login_of(login, dict(login["body"])), label=label)
    auth = headers_of(caller)
    for op in writing(operations, ()):
        if op.operation.method == "POST" and "{" not in op.path:
            try:
                asked = made(op, document)
            except NoSample:
                continue
            if asked.body:
                headers = (*auth, *asked.headers)
                return InFlight(
                    made=msgspec.structs.replace(asked, headers=headers), label=op.label
                )
    slow = [one for one in heard if one.fine and one.elapsed_s >= _rolling.SLOW_S]
    if not slow:
        return None
    chosen = max(slow, key=lambda one: one.elapsed_s).question
    asked = Made(method="GET", path=chosen.path, headers=chosen.headers)
    return InFlight(made=asked, label=chosen.label)


def ended(task: Given) -> str:
    """How the service ended by itself, "" while it runs or where nobody knows."""
    if not task.control:
        return ""
    try:
        first = Door(task.control).instances()[0]
    except (ControlError, IndexError):
        return ""
    return first.ended


if __name__ == "__main__":
    _common.run(measure)
