"""Adapter of the resilience probe: upstreams that fail, too many requests, and a restart."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "resilience.upstream_violations": Metric("Wrong answers while an upstream fails"),
    "resilience.overload_violations": Metric("Wrong answers to more requests than it can take"),
    "resilience.lost_requests": Metric("Requests that a rolling restart loses"),
}
MOST_REQUESTS = 500
MOST_SECONDS = 180.0  # far more than it takes, but for what does not come back
BOUNDS = ("answer_s", "slow_s", "recover_s", "burst_s", "connections")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    service = target.service
    if service is None:
        return ()
    known = caller_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MOST_SECONDS)
    given = {
        **known,
        "readiness": target.observability.readiness,
        "metrics": target.observability.metrics,
        "control": options.control,
        "upstreams": msgspec.to_builtins(service.upstreams),
        "operations": loaded(target),
        **{name: options.settings[name] for name in BOUNDS if name in options.settings},
    }
    return (probe("resilience", options, given, secrets=identity_secrets(target)),)


def loaded(target: Target) -> list[str]:
    """Paths that the expected load reads."""
    operations = target.load.operations if target.load else ()
    return [one.path for one in operations if one.method == "GET"]


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "resilience")


def control() -> Control:
    """A service that ends with requests in flight when it is asked to stop."""
    return planted.control("resilience")
