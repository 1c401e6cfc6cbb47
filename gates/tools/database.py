"""Adapter of the database probe: the tables, the connection pool, and how long queries take."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import VARIABLES, identity_secrets, reading_input
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "database.schema_violations": Metric("Tables that break a rule of design"),
    "database.pool_violations": Metric("What is wrong with the connection pool"),
    # Left out of the report where the target sends spans: those are read by the tool queries.
    "database.query_p95_ms": Metric("Query time p95", "ms", Combine.HIGH),
}
MOST_REQUESTS = 600
MAX_SECONDS = 30.0
SQLITE = "sqlite:"


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service or a database."""
    service, database = target.service, target.database
    if service is None or database is None:
        return ()
    url = placed(led(database.url, service), options)
    said = msgspec.structs.replace(database, url=url)
    given = {
        **reading_input(target, options, max_requests=MOST_REQUESTS, max_seconds=MAX_SECONDS),
        "database": msgspec.to_builtins(said),
    }
    return (probe("database", options, given, secrets=(*identity_secrets(target), VARIABLES)),)


def led(url: str, service: Service) -> str:
    """The address with the upstreams that it names filled in."""
    for one in service.upstreams:
        url = url.replace(f"{{upstream.{one.name}}}", one.address)
    return url


def placed(url: str, options: Options) -> str:
    """The address with `{state}` filled in; a file of its own is below the tree."""
    place = url.replace("{state}", options.state) if options.state else url
    scheme, colon, rest = place.partition(":")
    relative = colon and scheme == "sqlite" and rest and not rest.startswith(("/", "$", "{"))
    return f"{SQLITE}{options.tree}/{rest}" if relative else place


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [database]")
    return read_report(outputs[-1], "database")


def control() -> Control:
    """A service whose database has a table without a primary key."""
    return planted.control("database")
