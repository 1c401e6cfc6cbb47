"""Adapter of the start-up probe: refuses to start without each variable that it requires."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "startup.refused_percent": Metric(
        "Required variables without which it refuses to start", "%", Combine.LOW
    ),
}
SECRETS = ("GATESCORE_START",)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    given = {
        "service": msgspec.to_builtins(target.service),
        "required": required(target.service),
        "tree": options.tree,
        "python": options.target_python or options.python,
        "node": options.settings.get("node", ""),
    }
    return (probe("startup", options, given, secrets=SECRETS),)


def required(service: Service) -> tuple[str, ...]:
    """Names of the variables without which it must not start."""
    if service.required is not None:
        return service.required
    return (*service.env_from, *service.env_generate)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "startup")


def control() -> Control:
    """A service that starts with a secret of its own making where it gets none."""
    return planted.control("startup")
