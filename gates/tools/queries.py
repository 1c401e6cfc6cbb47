"""Adapter of the query probe: statements per request, scans, and what grows with the data."""

import urllib.parse

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "database.query_p95_ms": Metric("Query time p95", "ms", Combine.HIGH),
    "database.repeated_statements": Metric("Statements repeated within one request"),
    "database.sequential_scans": Metric("Statements that read a large table from end to end"),
    "database.growing_operations": Metric("Ways in which operations grow with the data"),
}
MOST_REQUESTS = 1500
MAX_SECONDS = 120.0
SECRETS = ("GATESCORE_START",)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service or a database."""
    service, database = target.service, target.database
    if service is None or database is None:
        return ()
    known = caller_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MAX_SECONDS)
    said = msgspec.structs.replace(database, url=placed(database.url, options))
    given = {
        **known,
        "database": msgspec.to_builtins(said),
        "service": msgspec.to_builtins(service),
        "spans": options.spans,
        "tree": options.tree,
        "python": options.target_python or options.python,
        "node": options.settings.get("node", ""),
        "state": options.state,
        "port": urllib.parse.urlsplit(options.base_url).port or 0,
        "asks": options.settings.get("asks", 3),
    }
    return (probe("queries", options, given, secrets=(*identity_secrets(target), *SECRETS)),)


def placed(url: str, options: Options) -> str:
    """The address with `{state}` filled in."""
    return url.replace("{state}", options.state) if options.state else url


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [database]")
    return read_report(outputs[-1], "queries")


def control() -> Control:
    """A service that asks for the parts of a list one by one."""
    return planted.control("queries")
