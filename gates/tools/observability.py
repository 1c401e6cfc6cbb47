"""Adapter of the observability probe: what a running service shows of itself."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import VARIABLES, caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "observability.health_violations": Metric("Flaws of the health path"),
    "observability.readiness_violations": Metric("Flaws of the readiness path"),
    "observability.metrics_violations": Metric("Flaws of the metrics"),
    "observability.request_id_violations": Metric("Flaws of the request ids"),
    "observability.log_violations": Metric("Flaws of the log"),
    "observability.trace_violations": Metric("Places where a trace is lost"),
    "observability.log_secrets": Metric("Kinds of secrets in the log"),
    "observability.audit_percent": Metric(
        "Writes and logins with their audit line", "%", Combine.LOW
    ),
}
MOST_REQUESTS = 120
MOST_SECONDS = 60.0  # far more than it takes, but for what does not come back
BOUNDS = ("ready_s", "recover_s", "log_s")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    service = target.service
    if service is None:
        return ()
    known = caller_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MOST_SECONDS)
    given = {
        **known,
        "observability": msgspec.to_builtins(target.observability),
        "service_log": options.service_log,
        "control": options.control,
        "upstreams": msgspec.to_builtins(service.upstreams),
        "generated": service.env_generate,
        **{name: options.settings[name] for name in BOUNDS if name in options.settings},
    }
    secrets = (*identity_secrets(target), VARIABLES)
    return (probe("observability", options, given, secrets=secrets),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "observability")


def control() -> Control:
    """A service whose answers do not carry the id of their request."""
    return planted.control("observability")
