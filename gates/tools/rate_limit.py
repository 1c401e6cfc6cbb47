"""Adapter of the throttling probe: the login, declared limits, lists."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "throttle.login_attempts": Metric("Wrong password that is refused first", "", Combine.HIGH),
    "throttle.no_retry_after": Metric("Refusals without Retry-After, or that are not kept up"),
    "throttle.declared_violations": Metric("Declared limits that do not hold"),
    "throttle.lists_unthrottled": Metric("List operations without a throttle"),
}
MAX_REQUESTS = 600
MAX_SECONDS = 45.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    given = caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS)
    given |= {
        "codes": options.settings.get("codes", [429]),
        "burst": options.settings.get("burst", 100),
        "most_per_limit": options.settings.get("most_per_limit", 220),
        "throttles": msgspec.to_builtins(target.throttles),
    }
    return (probe("rate_limit", options, given, secrets=identity_secrets(target)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "rate_limit")


def control() -> Control:
    """A service whose login never tires."""
    return planted.control("rate_limit")
