"""Adapter of the errors probe: what error answers tell, and the envelope they are in."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "errors.leaks": Metric("Stack traces, SQL, file paths and banners in error answers"),
    "errors.outside_envelope": Metric("Error answers outside the error envelope"),
}
MOST_REQUESTS = 120
MOST_SECONDS = 20.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    given = {
        **caller_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MOST_SECONDS),
        "envelope": options.settings.get("envelope", "documented"),
    }
    return (probe("errors", options, given, secrets=identity_secrets(target)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "errors")


def control() -> Control:
    """A service whose errors are stack traces."""
    return planted.control("errors")
