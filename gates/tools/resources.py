"""Adapter of the resources probe: what the service's processes hold under the expected load."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, watched_load

DISTRIBUTION = "gatescore"
METRICS = {
    "resources.rest_mb": Metric("Resident memory at rest", "MB"),
    "resources.trends": Metric("Quantities that grow under an even load"),
    "resources.peak_mb": Metric("Most resident memory under load", "MB"),
    "resources.cpu_percent": Metric("Processor time under load, of one core", "%"),
}

_LEAST_S = 6.0  # a shorter load tells nothing of growth
_EXTRA = ("every_s", "settle_s")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One load with the probe beside it; settings as for the load gate, `every_s`, `settle_s`."""
    given = {"pid": options.pid, **watched_load.settings(options, _EXTRA)}
    return watched_load.commands("resources", target, options, given, least_s=_LEAST_S)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report; a load that cannot be believed is none. Raises ParseError."""
    return watched_load.read(outputs, "resources")


def control() -> Control:
    """A service that keeps 400 kB of each request."""
    return planted.control("resources")
