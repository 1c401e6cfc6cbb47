"""Looks at the database behind a service: its tables, its connection pool, how long queries take.

Input: what `_caller` reads, and the keys of `Given`. Secrets: GATESCORE_IDENTITIES and
GATESCORE_VARIABLES. The database is only ever read.
"""

from typing import Any

import msgspec

from gates.core import catalogue
from gates.core.capacity import Database
from gates.core.catalogue import Violation
from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _catalogues, _common, _pool, _query_times, _reads
from gates.probes._caller import Caller, Exhausted
from gates.probes._databases import DatabaseError, Place, place
from gates.probes._reads import Read

TOOL = "database"
SCHEMA = "database.schema_violations"
POOL = "database.pool_violations"
QUERIES = "database.query_p95_ms"
KEY = "database.url"
NO_URL = "the target file does not say where the database is: database.url"
_SEVERITIES = {
    catalogue.NO_KEY: Severity.MEDIUM,
    catalogue.BROKEN: Severity.HIGH,
    catalogue.NO_POLICY: Severity.HIGH,
}


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input beside that of the caller."""

    database: Database
    document: str = ""
    metrics: str = "/metrics"
    own: tuple[str, ...] = ()  # paths of those who watch the service
    operations: tuple[str, ...] = ()  # paths of the expected load, to read
    most_reads: int = 300
    reads_s: float = 3.0


def measure(given: dict[str, Any]) -> ToolReport:
    """The tables, then the pool, then the queries. Raises ProbeError."""
    task, caller = msgspec.convert(given, Given, strict=False), Caller(given, TOOL)
    said = task.database
    where, problem = _place(said.url)
    tables, schema, findings = _schema(where, problem, said.timestamps)
    try:
        reads = _reads.reads(caller, task.document, task.operations, task.own)
        pool = _pool.watched(caller, said, task.metrics, where, reads)
        queries = {} if said.spans else {QUERIES: _queries(task, caller, where, reads)}
    except Exhausted as error:
        raise _common.ProbeError(str(error)) from None
    return ToolReport(
        tool=TOOL,
        examined=tables + caller.sent,
        examined_unit="tables and requests",
        measurements={SCHEMA: schema, POOL: pool.measurement, **queries},
        findings=(*findings, *(_of_pool(*flaw) for flaw in (pool.pool.flaws if pool.pool else ()))),
    )


def _place(url: str) -> tuple[Place | None, str]:
    if not url:
        return None, NO_URL
    try:
        return place(url, _common.variables(), KEY), ""
    except DatabaseError as error:
        return None, str(error)


def _schema(
    where: Place | None, problem: str, timestamps: tuple[str, ...]
) -> tuple[int, Measurement, tuple[Finding, ...]]:
    """How many tables there are, how many rules they break, and the findings."""
    if where is None:
        return 0, Measurement(value=None, why=problem), ()
    try:
        tables = _catalogues.tables(where, KEY)
    except DatabaseError as error:
        return 0, Measurement(value=None, why=str(error)), ()
    if not tables:
        why = f"{KEY}: there is no table in this database: is it the service's?"
        return 0, Measurement(value=None, why=why), ()
    found = catalogue.violations(tables, timestamps)
    detail = f"{len(tables)} tables looked at"
    measured = Measurement(value=float(len(found)), detail=detail)
    return len(tables), measured, tuple(_of_schema(one) for one in found)


def _queries(task: Given, caller: Caller, where: Place | None, reads: list[Read]) -> Measurement:
    def send() -> int:
        return _reads.repeated(caller, reads, most=task.most_reads, seconds=task.reads_s)

    return _query_times.measured(caller, task.database, task.metrics, where, send)


def _of_schema(one: Violation) -> Finding:
    return Finding(
        tool=TOOL,
        rule=one.rule,
        severity=_SEVERITIES.get(one.rule, Severity.LOW),
        message=one.message,
        fix=one.fix,
        context=" ".join((one.rule, one.table, *one.columns)),
        metric=SCHEMA,
    )


def _of_pool(rule: str, message: str, fix: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=Severity.MEDIUM,
        message=message,
        fix=fix,
        context=rule,
        metric=POOL,
    )


if __name__ == "__main__":
    _common.run(measure)
