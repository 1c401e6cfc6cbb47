"""Adapter of the injection probe: declared parameters that are taken as more than a value."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import attacking_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {"injection.parameters": Metric("Injectable parameters")}
MAX_REQUESTS = 700
MAX_SECONDS = 60.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service.

    It is let loose only on a service that was started for this run, or where the policy says so.
    """
    if target.service is None:
        return ()
    given = attacking_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS)
    return (probe("injection", options, given, secrets=identity_secrets(target)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "injection")


def control() -> Control:
    """A service that makes a statement of SQL out of what it searches for."""
    return planted.control("injection")
