"""Adapter of the pacts probe: what consumers expect in their Pact files holds."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "pact-python"
METRICS = {
    "contracts.unmet": Metric("Interactions of consumer contracts that are not met"),
    "contracts.interactions": Metric("Interactions of consumer contracts that were verified"),
}
AUTH = "GATESCORE_AUTH"


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without consumers' contracts."""
    if target.service is None or target.consumers is None:
        return ()
    given = {
        "base_url": options.base_url,
        "tree": options.tree,
        "pacts": target.consumers.pacts,
        "states": target.consumers.states,
    }
    known = bool(target.auth.login or target.auth.headers)
    return (probe("pacts", options, given, secrets=(AUTH,) if known else ()),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [consumers]")
    return read_report(outputs[-1], "pacts")


def control() -> Control:
    """A service that lacks a field that its consumer expects."""
    return planted.control("pacts")
