"""Asks the service over and over beside its expected load, then stops it with requests in flight.

Input: that of the caller, `control`, `operations` (paths that the load reads), `rate`, the
load (`_watched_load.Program`), `every_s` between two probes and `probe_s` for the answer of one.
"""

from typing import Any

import msgspec

from gates.core.documented import documented
from gates.core.model import ToolReport
from gates.probes import _common, _openapi, _prober, _stopping, resilience
from gates.probes._caller import Caller
from gates.probes._enduring import Given, Question, ask_all, read_given
from gates.probes._prober import Prober
from gates.probes._stopping import Task
from gates.probes._watched_load import Program, watched

TOOL = "availability"


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """The input beside that of the caller."""

    load: Program
    rate: float
    every_s: float = 0.1
    probe_s: float = 2.0


def measure(given: dict[str, Any]) -> ToolReport:
    """The probes beside the load, then the stop. Raises ProbeError."""
    task, beside, caller = read_given(given), msgspec.convert(given, Beside), Caller(given, TOOL)
    document = _openapi.document(task.document)
    operations = documented(document) if isinstance(document, dict) else ()
    heard = ask_all(task, resilience.questions_of(task, caller, operations, document))
    fine = tuple(one.question for one in heard if one.fine)
    prober = Prober(task.base_url, probed(task, fine), beside.probe_s)
    window = watched(beside.load, prober.look, beside.every_s)
    probes = tuple(one for one in prober.results() if window.holds(one.at))
    flying = resilience.in_flight(caller, operations, document, heard)
    stopped = _stopping.judged(stop_of(task, beside), reads(task, fine) or fine, flying)
    return ToolReport(
        tool=TOOL,
        examined=len(probes),
        examined_unit="probes",
        measurements={
            _prober.PERCENT: _prober.share(probes),
            _stopping.LOST: stopped.measurement,
        },
        findings=(*_prober.findings(probes, TOOL), *stopped.findings),
        notes=stopped.notes,
        series=(_prober.curve(probes, window.opening),),
    )


def reads(task: Given, fine: tuple[Question, ...]) -> tuple[Question, ...]:
    """What can be read and answers well, the operations of the load first; not the health path."""
    places = {path: number for number, path in reversed([*enumerate(task.operations)])}
    known = [one for one in fine if one.path != task.health]
    return tuple(sorted(known, key=lambda one: places.get(one.path, len(places))))


def probed(task: Given, fine: tuple[Question, ...]) -> tuple[Question, ...]:
    """What is asked over and over: the health path, and one operation that is read."""
    return (Question(label=f"GET {task.health}", path=task.health), *reads(task, fine)[:1])


def stop_of(task: Given, beside: Beside) -> Task:
    """What the stop has to know."""
    return Task(
        base_url=task.base_url,
        control=task.control,
        rate=beside.rate,
        answer_s=task.answer_s,
    )


if __name__ == "__main__":
    _common.run(measure)
