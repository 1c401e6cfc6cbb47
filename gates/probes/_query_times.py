"""The p95 of query times while reads are sent: a Prometheus histogram, or pg_stat_statements."""

from collections.abc import Callable

from gates.core import call_times, quantiles
from gates.core.call_times import Calls
from gates.core.capacity import Database
from gates.core.model import Measurement
from gates.core.quantiles import Buckets
from gates.core.statistics import needed_samples
from gates.probes._caller import Caller
from gates.probes._databases import DatabaseError, Kind, Place, postgresql
from gates.probes._scraping import Unreadable, scraped

P = 0.95
NEEDED = needed_samples(P)
KEY = "database.url"
COARSE_S = 1.0  # a histogram whose last bound is lower says too little of slow queries
NO_SOURCE = (
    "the target file does not say where query times are seen: database.duration_metric, "
    "database.spans, or a PostgreSQL with pg_stat_statements as database.url"
)
NO_EXTENSION = "database.url: no pg_stat_statements there: CREATE EXTENSION pg_stat_statements"
_STATEMENTS = """
SELECT concat_ws(' ', userid, queryid, toplevel), calls, mean_exec_time, stddev_exec_time,
       max_exec_time
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query !~* '^\\s*(begin|commit|rollback|set|show|discard|deallocate|start)\\M'
  AND query !~ 'pg_stat_statements'
"""


def measured(
    caller: Caller, said: Database, metrics: str, place: Place | None, send: Callable[[], object]
) -> Measurement:
    """What was asked of the database while `send` sends reads."""
    try:
        if said.duration_metric:
            before = _buckets(caller, said.duration_metric, metrics)
            send()
            after = _buckets(caller, said.duration_metric, metrics)
            return from_histogram(said.duration_metric, before, after)
        if place is not None and place.kind is Kind.POSTGRESQL:
            first = _statements(place)
            send()
            return from_statements(call_times.between(first, _statements(place)))
    except (Unreadable, DatabaseError) as error:
        return Measurement(value=None, why=str(error))
    return Measurement(value=None, why=NO_SOURCE)


def _buckets(caller: Caller, name: str, path: str) -> Buckets | None:
    return quantiles.buckets(scraped(caller, path), name)


def from_histogram(name: str, before: Buckets | None, after: Buckets | None) -> Measurement:
    """The p95 of what was added, in ms; the histogram is in seconds."""
    if after is None:
        why = f"the metrics have no histogram {name} (database.duration_metric)"
        return Measurement(value=None, why=why)
    try:
        found = quantiles.quantile(quantiles.between(before or {}, after), P)
    except quantiles.Went as error:
        return Measurement(value=None, why=f"{name}: {error}")
    if found is None:
        return Measurement(value=None, why=f"{name} counted no query while reads were sent")
    low, count = 1000 * found.low, found.count
    if found.value is not None:
        detail = f"{count} queries; it lies between {low:g} and {1000 * found.high:g} ms"
        value = 1000 * found.value
    elif found.low >= COARSE_S:
        value, detail = low, f"{count} queries; over {low:g} ms, the last bound"
    else:
        why = f"{name}: more than 5 % lie over its last bound of {low:g} ms: add greater buckets"
        return Measurement(value=None, why=why)
    return Measurement(value=value, samples=count, needed=NEEDED, detail=detail)


def from_statements(added: tuple[Calls, ...]) -> Measurement:
    """What the p95 is at most, in ms."""
    calls = sum(one.calls for one in added)
    if not calls:
        why = "pg_stat_statements counted no query while reads were sent"
        return Measurement(value=None, why=why)
    low, high = call_times.bounds(added, P)
    detail = (
        f"{calls} queries; pg_stat_statements keeps no percentile: from its means and deviations "
        f"the p95 is at least {low:.3g} and at most {high:.3g} ms; name database.duration_metric "
        "for a closer one"
    )
    return Measurement(value=high, samples=calls, needed=NEEDED, detail=detail)


def _statements(place: Place) -> dict[str, Calls]:
    with postgresql(place.address, KEY) as connection:
        there = "SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'"
        if connection.execute(there).fetchone() is None:
            raise DatabaseError(NO_EXTENSION)
        return {row[0]: call_times.kept(*row[1:]) for row in connection.execute(_STATEMENTS)}
