"""Starts a service once without each variable that it requires: it has to refuse, and say why.

Input: service (as in the target file), required (names), tree, python, node. The environment that
the service gets comes in GATESCORE_START: a JSON object with `env` and the secret `variables`. A
start with all variables comes first: where that fails, a refusal would prove nothing.
"""

import os
import re
import shlex
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.redact import Redactor
from gates.core.target import Service
from gates.probes import _common
from gates.shell.readiness import ServiceError
from gates.shell.trial import Trial, trial

TOOL = "startup"
METRIC = "startup.refused_percent"
NOT_REFUSED = "startup.not-refused"
VARIABLE = "GATESCORE_START"
AT_ONCE = 4
SHOWN = 300  # characters of what it said
ALLOWED = "allowed: ends with another code than 0 and names the variable"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input."""

    service: Service
    required: tuple[str, ...]
    tree: str
    python: str
    node: str = ""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the service gets beside its own `env`: what is allowed, and the secrets."""

    env: dict[str, str] = {}
    variables: dict[str, str] = {}


def measure(given: dict[str, Any]) -> ToolReport:
    """Start it without each variable, at most four starts side by side. Raises ProbeError."""
    task = msgspec.convert(given, Given)
    if reason := _unasked(task):
        return _common.unjudged(TOOL, [METRIC], reason)
    around = surroundings(os.environ)
    with tempfile.TemporaryDirectory(prefix="starts-", dir=Path.cwd()) as folder:
        try:
            prepare = _control(task, around, Path(folder))
            if isinstance(prepare, str):
                return _common.unjudged(
                    TOOL, [METRIC], Redactor(around.variables.values()).text(prepare)
                )
            trials = _trials(task, around, Path(folder), prepare)
        except ServiceError as error:
            detail = Redactor(around.variables.values()).text(error.detail)
            raise _common.ProbeError(detail, error.reason) from error
    return _report(task, around, trials)


def surroundings(environ: Mapping[str, str]) -> Surroundings:
    """What GATESCORE_START says. Raises ProbeError, never quoting a value."""
    try:
        return msgspec.json.decode(environ.get(VARIABLE, ""), type=Surroundings)
    except msgspec.DecodeError:
        detail = f"{VARIABLE} does not hold the environment of the service"
        raise _common.ProbeError(detail, Reason.ADAPTER_BUG) from None


def _unasked(task: Given) -> str:
    if not task.required:
        return "the target file names no required variables"
    if not task.service.start:
        return "the service was running already: only a service that we start can refuse to"
    return ""


def _control(task: Given, around: Surroundings, folder: Path) -> bool | str:
    """Whether a start with all variables needs migrate and seed before; or why it fails."""
    ways = (False, True) if task.service.migrate or task.service.seed else (False,)
    said = ""
    for prepare in ways:
        seen = _try(task, around, folder / f"all-{prepare}", prepare, "")
        if seen.healthy:
            return prepare
        said = f"{seen.ended or 'was not healthy in time'}: {_last(seen.said)}"
    return f"with all its variables the service does not start a second time either: it {said}"


def _trials(task: Given, around: Surroundings, folder: Path, prepare: bool) -> dict[str, Trial]:
    def one(numbered: tuple[int, str]) -> Trial:
        number, name = numbered
        return _try(task, around, folder / f"start-{number}", prepare, name)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(task.required, pool.map(one, enumerate(task.required)), strict=True))


def _try(task: Given, around: Surroundings, output: Path, prepare: bool, without: str) -> Trial:
    return trial(
        task.service,
        tree=Path(task.tree),
        python=task.python,
        node=task.node,
        env={**around.env, **around.variables},
        output=output,
        prepare=prepare,
        without=without,
    )


def fault(name: str, seen: Trial, deadline_s: float) -> str:
    """What a service did instead of refusing; "" if it refused and named the variable."""
    if seen.healthy:
        return "started all the same and answered its health path"
    if seen.exit_code is None:
        return seen.ended or f"was still running after {deadline_s:g} s"
    if seen.exit_code == 0:
        return "ended with 0, as if nothing were wrong"
    if not re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", seen.said, re.IGNORECASE):
        return f"{seen.ended} and did not name it; it said: {_last(seen.said)}"
    return ""


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:SHOWN] if lines else "nothing"


def _report(task: Given, around: Surroundings, trials: Mapping[str, Trial]) -> ToolReport:
    deadline_s = task.service.start_deadline_s
    faults = {name: fault(name, seen, deadline_s) for name, seen in trials.items()}
    redactor = Redactor(around.variables.values())
    wrong = {name: redactor.text(words) for name, words in faults.items() if words}
    refused = len(faults) - len(wrong)
    return ToolReport(
        tool=TOOL,
        examined=len(faults),
        examined_unit="starts",
        measurements={
            METRIC: Measurement(
                value=100.0 * refused / len(faults),
                detail=f"refused to start without {refused} of {len(faults)} required variables",
            )
        },
        findings=tuple(_finding(task.service, name, words) for name, words in wrong.items()),
    )


def _finding(service: Service, name: str, words: str) -> Finding:
    command = shlex.join(service.start).replace("'{python}'", "python").replace("'{node}'", "node")
    return Finding(
        tool=TOOL,
        rule=NOT_REFUSED,
        severity=Severity.MEDIUM,
        message=f"{name}: without it the service {words}; {ALLOWED}",
        fix="Read every required variable at the start; end with an error that names the missing.",
        reproduce=f"env -u {name} {command}",
        context=name,
    )


if __name__ == "__main__":
    _common.run(measure)
