"""Adapter of the authorisation probe: who can use what belongs to others, or to other roles."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "authorization.exposed_objects": Metric("Objects of others that can be used"),
    "authorization.exposed_functions": Metric("Operations of a role that others can use"),
    "authorization.tried_percent": Metric(
        "Operations with an id or a role that could be tried", "%", Combine.LOW
    ),
}
MAX_REQUESTS = 600
MAX_SECONDS = 60.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    said = target.authorization
    given = {
        **caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS),
        "gate_deadline_s": options.deadline_s * 0.9,
        "roles": {role: list(names) for role, names in said.roles.items()},
        "public": list(said.public),
        "private": list(said.private),
    }
    return (probe("authorization", options, given, secrets=identity_secrets(target)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "authorization")


def control() -> Control:
    """A service whose notes everybody can read, change and delete by their number."""
    return planted.control("authorization")
