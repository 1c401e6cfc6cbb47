"""Adapter of the probe of idle connections: how many are held while the service answers."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "scale.idle_connections": Metric("Idle connections held while it answers", combine=Combine.LOW)
}
# setting -> key of the probe's input
SETTINGS = {
    "idle_connections": "connections",
    "idle_hold_s": "hold_s",
    "idle_bound_ms": "bound_ms",
    "idle_seconds": "seconds",
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service. Settings: `SETTINGS`."""
    service = target.service
    if service is None:
        return ()
    loaded = target.load.operations if target.load else ()
    reads = [one.path for one in loaded if one.method.upper() == "GET"]
    given = {
        "base_url": options.base_url,
        "paths": [*reads, service.health],
        "pid": options.pid,
        **{
            key: options.settings[name]
            for name, key in SETTINGS.items()
            if name in options.settings
        },
    }
    protected = bool(target.auth.headers or target.auth.login)
    secrets = ("GATESCORE_AUTH",) if protected else ()
    return (probe("idle_connections", options, given, secrets=secrets),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "idle_connections")


def control() -> Control:
    """A service that closes every connection on which nothing comes for a moment."""
    return planted.control("idle_connections")
