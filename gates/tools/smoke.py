"""Adapter of the smoke probe: starts, and answers its health path."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "smoke.healthy": Metric("Answers its health path"),
    "smoke.ready_s": Metric("Time from start to the first healthy answer", "s"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    given = {
        "base_url": options.base_url,
        "health": target.service.health,
        "ready_s": options.ready_s,
    }
    return (probe("smoke", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "smoke")


def control() -> Control:
    """A service that is healthy for the three answers that count as ready, and never again."""
    return planted.control("smoke")
