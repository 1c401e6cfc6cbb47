"""What the probe `advisories` tells its adapter, and the numbers of every audit of dependencies."""

import datetime
from collections.abc import Iterable
from typing import Annotated

import msgspec

from gates.core.locks.model import Package
from gates.core.model import Finding, Measurement, ToolReport
from gates.core.requirements import Unaudited
from gates.core.tool import Combine, Metric
from gates.core.vulnerable import HIGH, OTHERS, UNAUDITED, notes

Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
AGE, COMPLETE = "advisories.age_days", "advisories.complete"

COUNTS = {
    HIGH: Metric("Known vulnerabilities, critical, high or of unknown severity"),
    OTHERS: Metric("Other known vulnerabilities"),
    UNAUDITED: Metric("Dependencies that could not be audited"),
}
METRICS = COUNTS | {
    AGE: Metric("Age of the advisory data", "days", Combine.HIGH),
    COMPLETE: Metric("Advisory data is a full dated export", combine=Combine.LOW),
}


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """One dependency file: what was asked of pip-audit and what it said.

    `stdout` is None where there was nothing to ask.
    """

    file: str
    pins: tuple[Package, ...]
    unaudited: tuple[Unaudited, ...]
    exit_code: int
    stdout: str | None
    stderr_tail: str
    notes: tuple[str, ...] = ()


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """Where the advisories come from.

    `date` is RFC 3339, "" if nobody knows it. `live` means: asked in this run.
    """

    source: str
    live: bool
    complete: bool
    date: str
    records: Count
    packages: Count


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the adapter needs.

    `severities` maps an id or alias to a severity, "" where nobody rated it; `exploited` are those
    known to be exploited; `errors` are questions that got no answer; `today` is the day of the run,
    RFC 3339.
    """

    audits: tuple[Audited, ...]
    severities: dict[str, str]
    data: Data
    errors: tuple[str, ...]
    today: str
    exploited: tuple[str, ...] = ()


def report(
    tool: str,
    *,
    examined: int,
    found: Iterable[Finding],
    data: Data,
    today: str,
    said: Iterable[str] = (),
) -> ToolReport:
    """The report of an audit: `examined` dependencies were looked up, `said` are further notes."""
    findings = tuple(found)
    gaps = [finding.message for finding in findings if finding.metric == UNAUDITED]
    counts = {name: sum(f.metric == name for f in findings) for name in COUNTS}
    measured = {name: Measurement(value=count) for name, count in counts.items()}
    measured[UNAUDITED] = Measurement(value=len(gaps), detail="; ".join(gaps))
    return ToolReport(
        tool=tool,
        examined=examined,
        examined_unit="dependencies",
        measurements=measured | {AGE: age(data, today), COMPLETE: complete(data)},
        findings=findings,
        notes=(*notes(findings), *said),
    )


def age(data: Data, today: str) -> Measurement:
    """Days between the data's date and `today`; None with a reason where nobody knows."""
    if data.live:
        return Measurement(value=0, detail=f"asked {data.source} in this run")
    if not data.date:
        return Measurement(value=None, why=f"nobody knows the date of {data.source}")
    try:
        days = (datetime.date.fromisoformat(today) - datetime.date.fromisoformat(data.date)).days
    except ValueError:
        return Measurement(value=None, why=f"{data.date!r} or {today!r} is no date")
    if days < 0:
        return Measurement(value=None, why=f"{data.source} is from the future: {data.date}")
    return Measurement(value=days, detail=f"{data.source}, data of {data.date}")


def complete(data: Data) -> Measurement:
    """1 for a full dated export or a service that answers, else 0."""
    if data.complete:
        count = "" if data.live else f": {data.records} records, {data.packages} packages"
        return Measurement(value=1, detail=f"{data.source}{count}")
    detail = f"partial data: {data.records} records, {data.packages} packages"
    return Measurement(value=0, detail=detail)
