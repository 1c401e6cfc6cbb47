"""Adapter of the operations probe: what the gates of the run know of each operation."""

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "operations.changed_without_evidence": Metric("Changed operations that no gate has called"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a document."""
    if target.openapi is None:
        return ()
    given = {"document": options.document, "results": options.results}
    return (probe("operations", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [openapi]")
    return read_report(outputs[-1], "operations")


def control() -> Control:
    """A run whose comparison names a changed operation that nobody called."""
    return planted.control("operations")
