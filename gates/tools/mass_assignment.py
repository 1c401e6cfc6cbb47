"""Adapter of the mass assignment probe: fields that a caller must not set, and can."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import attacking_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "injection.mass_assignment": Metric("Read-only or privileged fields that callers can set")
}
MAX_REQUESTS = 250
MAX_SECONDS = 60.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service.

    It is let loose only on a service that was started for this run, or where the policy says so.
    """
    if target.service is None:
        return ()
    given = attacking_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS)
    return (probe("mass_assignment", options, given, secrets=identity_secrets(target)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "mass_assignment")


def control() -> Control:
    """A service whose notes take the id of their owner from the request."""
    return planted.control("mass_assignment")
