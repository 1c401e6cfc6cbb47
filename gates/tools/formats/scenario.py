"""How a load of the document's operations is made up: the probe before Locust, and its notes."""

import msgspec

from gates.core.load import Scenario
from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Invocation, Options, ToolOutput
from gates.tools.formats import load_report, load_run
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

MAX_REQUESTS = 400
MAX_SECONDS = 30.0


def invocations(plain: Scenario, target: Target, options: Options) -> tuple[Invocation, ...]:
    """The run of a scenario; if it has no operations, the probe first that makes them up."""
    run = load_run.invocation(plain, target, options)
    if plain.operations or plain.locustfile:
        return (run,)
    # the probe writes the file that the run would bring along
    return (making(plain, target, options), msgspec.structs.replace(run, inputs={}))


def making(plain: Scenario, target: Target, options: Options) -> Invocation:
    """The probe that writes `scenario.json`: `plain` with operations of the document."""
    load, service, auth = target.load, target.service, target.auth
    shown = target.observability
    sessions = [one.path for one in (auth.login, auth.refresh) if one]
    given = {
        **caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS),
        "weights": load.weights if load else {},
        "writes": load.writes if load else True,
        "objectives": sorted(load.objectives) if load else [],
        "machines": [service.health if service else "", shown.readiness, shown.metrics],
        "sessions": sessions,
        "requests": _requests(plain),
        "scenario": msgspec.to_builtins(plain),
    }
    return probe("scenario", options, given, secrets=identity_secrets(target))


def read(outputs: tuple[ToolOutput, ...], tool: str) -> ToolReport:
    """The report of `invocations`: what was left out of a made-up load is among its notes.

    Raises ParseError: that of the probe, then those of `load_report.read`.
    """
    if len(outputs) < 2:
        return load_report.read(outputs, tool)
    made_up = read_report(outputs[0], "scenario")
    report = load_report.read(outputs[1:], tool)
    first = f"the load is made up of {made_up.examined} operations of the OpenAPI document"
    notes = (first, *made_up.notes, *report.notes)
    return msgspec.structs.replace(report, notes=notes)


def _requests(plain: Scenario) -> int:
    """At most so many requests are sent, warm-up included, if no answer takes less than 20 ms."""
    seconds = plain.warmup_s + max(
        plain.duration_s, plain.longest_s, sum(stage.seconds for stage in plain.stages)
    )
    closed = plain.users / max(plain.think_s, 0.02)
    return int(max((plain.rate, closed, *(stage.rate for stage in plain.stages))) * seconds)
