"""Adapter of the cache probe: how often a cache is hit while the same reads come again."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import VARIABLES, identity_secrets, reading_input
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "cache.hit_percent": Metric("Lookups of the cache that are hits", "%", Combine.LOW),
}
MOST_REQUESTS = 600
MAX_SECONDS = 30.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service or a cache."""
    service, cache = target.service, target.cache
    if service is None or cache is None:
        return ()
    given = {
        **reading_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MAX_SECONDS),
        "cache": msgspec.to_builtins(cache),
    }
    return (probe("cache", options, given, secrets=(*identity_secrets(target), VARIABLES)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [cache]")
    return read_report(outputs[-1], "cache")


def control() -> Control:
    """A service whose cache is asked and never hit."""
    return planted.control("cache")
