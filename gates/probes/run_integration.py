"""Runs the target's own integration tests against the service, and notes what they ask of it.

Input: service, integration, tree, python, node, base_url (of a service that runs already),
document, command (of pytest, with placeholders), sources (to be measured, none: not Python),
deadline_s. The environment of service and tests comes in GATESCORE_START.

A service that we start is started once more, measured by coverage.py, and ended before this
program ends. What the tests wrote, and coverage.json, lie in the working folder.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from gates.core import handlers
from gates.core.behaviour import Integration
from gates.core.documented import documented
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.core.redact import Redactor
from gates.core.target import Service
from gates.core.tested import Hit, Tested, percent, reached
from gates.probes import _common, _service_coverage
from gates.probes._recording_proxy import Proxy
from gates.probes._service_coverage import Unmeasured
from gates.probes.startup import Surroundings, surroundings
from gates.shell.cancellation import Cancellation
from gates.shell.network import NetworkError, Refused
from gates.shell.process import Ending, Limits, execute
from gates.shell.readiness import ServiceError
from gates.shell.service import Running, running
from gates.shell.variables import VariableMissing, expand

TOOL = "integration"
METRIC = "integration.operations_percent"
NOT_TESTED = "integration.operation-not-tested"
BASE_URL = "GATESCORE_BASE_URL"
LOG = "measured-service.log"
LOG_BYTES = 2**20
Functions = Sequence[tuple[str, tuple[int, int]]]
STRANGERS = 10  # requests outside the document that one note names
LEFT_S = 90.0  # of the deadline, for the start and the end of the service and for reports
LEAST_S = 20.0
PLACEHOLDER = re.compile(r"\{(base_url|output|python|node)\}")
LOG_LINES = 5


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input."""

    service: Service
    integration: Integration
    tree: str
    python: str
    command: tuple[str, ...]
    node: str = ""
    base_url: str = ""
    document: str = ""
    sources: tuple[str, ...] = ()
    deadline_s: float = 600.0


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What parse has to know of the tests: ran.json."""

    exit_code: int | None
    said: str = ""  # the last line on stderr or stdout
    uncovered: str = ""  # why there is no coverage


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """How the tests went: what the proxy saw, and the answer of their program."""

    hits: Mapping[Hit, int]
    exit_code: int | None
    said: str


def measure(given: dict[str, Any]) -> ToolReport:
    """Start the service, run the tests, end it, and say what was asked. Raises ProbeError."""
    task = msgspec.convert(given, Given)
    around = surroundings(os.environ)
    redactor = Redactor(around.variables.values())
    output = Path.cwd()
    try:
        with tempfile.TemporaryDirectory(prefix="service-", dir=output) as scratch:
            stood, uncovered = _measured(task, around, output, Path(scratch))
    except ServiceError as error:
        raise _common.ProbeError(redactor.text(error.detail), error.reason) from error
    except (NetworkError, Refused) as error:
        raise _common.ProbeError(redactor.text(str(error)), Reason.TARGET_DOWN) from error
    ran = Ran(exit_code=stood.exit_code, said=redactor.text(stood.said), uncovered=uncovered)
    (output / "ran.json").write_bytes(msgspec.json.encode(ran))
    functions = [] if uncovered else _service_coverage.functions(output / "coverage.json")
    return report(task, stood.hits, functions)


def _measured(task: Given, around: Surroundings, output: Path, scratch: Path) -> tuple[Stood, str]:
    """The tests, and why the service's coverage is not known; "" where it is."""
    service, rcfile, uncovered = task.service, None, _unmeasurable(task)
    if not uncovered:
        try:
            known = _service_coverage.environment(task.python, around.env, scratch)
            tree = Path(task.tree)
            rcfile = _service_coverage.settings(task.sources, tree, scratch, known.greenlet)
            service = _service_coverage.instrumented(service, known, rcfile, task.python)
        except Unmeasured as error:
            uncovered, rcfile = str(error), None
    try:
        with _serving(task, service, around, scratch) as live:
            stood = _tests(task, around, live, output)
    finally:
        _keep_log(scratch / "service.log", output / LOG)
    if rcfile:
        try:
            _service_coverage.combined(task.python, rcfile, Path(task.tree), output, around.env)
        except Unmeasured as error:
            uncovered = str(error)
    return stood, uncovered


def _keep_log(log: Path, kept: Path) -> None:
    """The end of what the service wrote; its state is not kept."""
    if log.is_file():
        kept.write_bytes(log.read_bytes()[-LOG_BYTES:])


def _unmeasurable(task: Given) -> str:
    if not task.service.start:
        return "the service was running already: only one that we start can be measured"
    return "" if task.sources else "the target file names no Python source that could be measured"


@contextmanager
def _serving(
    task: Given, service: Service, around: Surroundings, scratch: Path
) -> Iterator[Running]:
    with running(
        service,
        tree=Path(task.tree),
        python=task.python,
        node=task.node,
        env=around.env,
        variables=around.variables,
        output=scratch,
        cancel=Cancellation(),
    ) as live:
        yield live


def _tests(task: Given, around: Surroundings, live: Running, output: Path) -> Stood:
    """Run the tests through the proxy. Raises ProbeError where they came to no end."""
    with Proxy(live.base_url) as proxy:
        values = {
            "base_url": proxy.base_url,
            "output": str(output),
            "python": task.python,
            "node": task.node or "node",
        }
        finished = execute(
            tuple(_filled(part, values) for part in task.command),
            cwd=Path(task.tree),
            env=_environment(task, around, values),
            output=output,
            limits=Limits(deadline_s=max(task.deadline_s - LEFT_S, LEAST_S)),
            cancel=Cancellation(),
            name="tests",
        )
        hits = proxy.hits
    if died := live.died():
        log = Redactor(around.variables.values()).text(live.log_tail(LOG_LINES))
        detail = f"the service {died} during the integration tests: {log}"
        raise _common.ProbeError(detail, Reason.TARGET_DOWN)
    if finished.ending is not Ending.EXITED:
        reason = Reason.TIMEOUT if finished.ending is Ending.TIMEOUT else Reason.TOOL_CRASHED
        detail = f"the integration tests did not end: {finished.ending.value} {finished.detail}"
        raise _common.ProbeError(detail, reason)
    return Stood(hits=hits, exit_code=finished.exit_code, said=_last(finished))


def _last(finished: Any) -> str:
    for file in (finished.stderr, finished.stdout):
        text = file.read_bytes()[-20_000:].decode("utf-8", "replace") if file.exists() else ""
        if lines := [line.strip() for line in text.splitlines() if line.strip()]:
            return str(lines[-1][:500])
    return "it said nothing"


def _environment(task: Given, around: Surroundings, values: Mapping[str, str]) -> dict[str, str]:
    """What the tests get: the allowed environment, the address, and what the target file names."""
    own = {}
    for name, value in task.integration.env.items():
        try:
            text = expand(value, around.variables, where=f"integration.env.{name}")
        except VariableMissing as error:
            raise _common.ProbeError(str(error), Reason.ENVIRONMENT_FAILED) from None
        own[name] = _filled(text, values)
    programs = [str(Path(program).parent) for program in (task.python, task.node) if program]
    path = os.pathsep.join([*programs, around.env.get("PATH", os.defpath)])
    given = {BASE_URL: values["base_url"], "PATH": path}
    return {**around.env, **given, **own}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def report(task: Given, hits: Mapping[Hit, int], functions: Functions = ()) -> ToolReport:
    """What the tests asked of the documented operations."""
    if not task.document:
        why = "the target file names no [openapi] document to compare with"
        return _reported({METRIC: Measurement(value=None, why=why)}, ())
    document = msgspec.json.decode(Path(task.document).read_bytes())
    operations = documented(document)
    found, strangers = reached(operations, hits)
    share = percent(found)
    if share is None:
        why = "the document has no operations"
        return _reported({METRIC: Measurement(value=None, why=why)}, ())
    whole = sum(not one.lacks for one in found)
    measured = Measurement(value=share, detail=f"{whole} of {len(found)} operations")
    notes = [] if hits else [_unheard(task)]
    if strangers:
        named = ", ".join(strangers[:STRANGERS])
        more = f" and {len(strangers) - STRANGERS} more" if len(strangers) > STRANGERS else ""
        notes.append(f"requests that are no documented operation: {named}{more}")
    told = _reported({METRIC: measured}, found, tuple(notes))
    cells = (*told.operations, *handlers.evidence(operations, functions))
    return msgspec.structs.replace(told, operations=cells)


def _unheard(task: Given) -> str:
    used = any("{base_url}" in part for part in (*task.integration.env.values(), *task.command))
    hint = (
        "the tests have to use the address that integration.env gives them"
        if used
        else f'give the address to the tests: integration.env = {{ NAME = "{{base_url}}" }}, '
        f"or let them read {BASE_URL}"
    )
    return f"the tests asked nothing of the service: {hint}"


def _reported(
    measurements: dict[str, Measurement], found: tuple[Tested, ...], notes: tuple[str, ...] = ()
) -> ToolReport:
    return ToolReport(
        tool=TOOL,
        examined=0,
        examined_unit="tests",
        measurements=measurements,
        findings=tuple(_finding(one) for one in found if one.lacks),
        notes=notes,
        operations=tuple(_evidence(one) for one in found),
    )


def _finding(one: Tested) -> Finding:
    return Finding(
        tool=TOOL,
        rule=NOT_TESTED,
        severity=Severity.MEDIUM,
        message=f"{one.label}: no integration test gets {one.lacks.replace(' and ', ' or ')}",
        fix="Write an integration test that asks for it and checks the answer.",
        context=f"{one.label} {one.lacks}",
    )


def _evidence(one: Tested) -> OperationEvidence:
    count = one.successes + one.errors + one.others
    if not count:
        state, detail = Status.NO_DATA, "no integration test asks for it"
    elif one.lacks:
        state, detail = Status.FAIL, f"lacks {one.lacks}"
    else:
        state, detail = Status.PASS, ""
    return OperationEvidence(
        operation=one.label, aspect=Aspect.TESTED, state=state, count=count, detail=detail
    )


if __name__ == "__main__":
    _common.run(measure)
