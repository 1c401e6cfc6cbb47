"""Adapter of the migration probe: up on an empty database, down, and up again."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "database.migration_failures": Metric("Steps of up, down and up again that go wrong"),
}
SECRETS = ("GATESCORE_START",)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service or a database."""
    if target.service is None or target.database is None:
        return ()
    given = {
        "service": msgspec.to_builtins(target.service),
        "database": msgspec.to_builtins(target.database),
        "tree": options.tree,
        "python": options.target_python or options.python,
        "node": options.settings.get("node", ""),
    }
    return (probe("migrations", options, given, secrets=SECRETS),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [database]")
    return read_report(outputs[-1], "migrations")


def control() -> Control:
    """A service whose last migration leaves a table behind on its way back."""
    return planted.control("migrations")
