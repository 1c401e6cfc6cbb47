"""Adapter of the availability probe: answers beside the expected load, and a stop under it."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, watched_load
from gates.tools.formats.caller import caller_input, identity_secrets

DISTRIBUTION = "gatescore"
METRICS = {
    "availability.percent": Metric("Probes with a good answer under load", "%", Combine.LOW),
    "availability.lost_requests": Metric("Accepted requests that a stop under load loses"),
}

MOST_REQUESTS = 500
MOST_SECONDS = 600.0
_LEAST_S = 5.0
_EXTRA = ("every_s", "probe_s", "answer_s")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One load with the probe beside it, and the stop; settings as for the load gate, and
    `every_s`, `probe_s`, `answer_s`.
    """
    if target.load is None:
        return ()
    given = {
        **caller_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MOST_SECONDS),
        "control": options.control,
        "rate": target.load.rate,
        "operations": [one.path for one in target.load.operations if one.method == "GET"],
        **watched_load.settings(options, _EXTRA),
    }
    secrets = identity_secrets(target)
    return watched_load.commands(
        "availability", target, options, given, least_s=_LEAST_S, secrets=secrets
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report; what was seen beside a load that cannot be believed is none."""
    return watched_load.read(outputs, "availability")


def control() -> Control:
    """A service that ends with requests in flight when it is asked to stop."""
    return planted.control("availability")
