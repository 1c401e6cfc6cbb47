"""Calls that a reviewer minds: the database from a route, and the network without a timeout."""

from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, report, scope

DISTRIBUTION = "gatescore"
LANGUAGE = "python"
METRICS = {
    "review.sql_in_routes": Metric("SQL and ORM calls in modules of routes"),
    "review.no_timeout": Metric("Outgoing calls without a timeout"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our probe over the Python files of the code."""
    code = target.code
    if code is None:
        return ()
    files = scope.below(options.files, code.paths, (".py",))
    return (report.probe("calls", options, {"tree": options.tree, "files": files}),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "calls")
    return report.read_report(outputs[0], "calls")


def control() -> Control:
    """A route that asks the database itself."""
    return planted.control("calls")
