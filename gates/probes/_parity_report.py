"""Puts what the parity probe saw into findings and measurements."""

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.parity.documents import Difference
from gates.core.parity.routes import Table
from gates.probes._caller import curl
from gates.probes._parity_dead import Judged, State
from gates.probes._parity_documents import Compared
from gates.probes._parity_hidden import Hidden, Search

TOOL = "parity"
DIFFERENCES, UNDOCUMENTED, DEAD = (
    "parity.differences",
    "parity.undocumented_routes",
    "parity.dead_operations",
)
SHOWN = 200  # differences that become findings


def report(
    documents: Compared, hidden: Search, judged: list[Judged], table: Table | None, sent: int
) -> ToolReport:
    """The report of one look."""
    dead = [one for one in judged if one.state is State.DEAD]
    return ToolReport(
        tool=TOOL,
        examined=max(len(judged), 1),
        examined_unit="operations",
        measurements={
            DIFFERENCES: _of_documents(documents),
            UNDOCUMENTED: _of_routes(hidden, table),
            DEAD: _of_operations(judged),
        },
        findings=(
            *(_difference(file, one) for file, one in documents.found[:SHOWN]),
            *(_route(one) for one in hidden.found),
            *(_operation(one) for one in dead),
        ),
        notes=tuple(_notes(documents, hidden, judged, sent)),
    )


def _of_documents(documents: Compared) -> Measurement:
    if documents.why:
        return Measurement(value=None, why=documents.why)
    count = len(documents.found)
    return Measurement(value=float(count), detail=f"{documents.pairs} served and committed")


def _of_routes(hidden: Search, table: Table | None) -> Measurement:
    if hidden.why:
        return Measurement(value=None, why=hidden.why)
    how = f"{hidden.looked} paths asked"
    if table is not None:
        how = f"{len(table.routes)} routes of {table.framework} read"
        how += "" if table.whole else ", not all of them: well-known paths asked too"
    return Measurement(value=float(len(hidden.found)), detail=how)


def _of_operations(judged: list[Judged]) -> Measurement:
    told = [one for one in judged if one.state is not State.UNTOLD]
    if not told:
        first = judged[0].detail if judged else "the document has none"
        return Measurement(value=None, why=f"of no operation can be told whether it lives: {first}")
    dead = sum(one.state is State.DEAD for one in told)
    return Measurement(value=float(dead), detail=f"{len(told)} of {len(judged)} operations told")


def _difference(file: str, one: Difference) -> Finding:
    return Finding(
        tool=TOOL,
        rule="parity.document-differs",
        severity=Severity.MEDIUM,
        message=f"{one.place}: {file} says {one.committed}, the service {one.served}",
        path=file,
        fix="Generate the committed document again from the service, or mend the service.",
        context=f"{one.place}|{one.committed}|{one.served}",
        metric=DIFFERENCES,
    )


def _route(one: Hidden) -> Finding:
    label = f"{one.method or 'ANY'} {one.path}"
    return Finding(
        tool=TOOL,
        rule="parity.undocumented-route",
        severity=Severity.HIGH,
        message=f"{label}: no document has it; {one.proof}",
        path=one.file,
        line=one.line,
        fix="Document it, remove it, or allow it by name (hidden_allowed of the gate).",
        reproduce=curl(one.method or "GET", one.path),
        context=label,
        metric=UNDOCUMENTED,
    )


def _operation(one: Judged) -> Finding:
    sent = one.sent
    return Finding(
        tool=TOOL,
        rule="parity.dead-operation",
        severity=Severity.HIGH,
        message=f"{one.op.label}: documented, but {one.detail}",
        fix="Build the operation, or take it out of the document.",
        reproduce=curl(sent.method, sent.path, headers=sent.headers, body=sent.body)
        if sent
        else "",
        context=one.op.label,
        metric=DEAD,
    )


def _notes(documents: Compared, hidden: Search, judged: list[Judged], sent: int) -> list[str]:
    untold = [f"{one.op.label} ({one.detail})" for one in judged if one.state is State.UNTOLD]
    notes = [*hidden.notes]
    if len(documents.found) > SHOWN:
        notes.append(f"{len(documents.found) - SHOWN} more differences of the documents")
    if untold:
        more = f" and {len(untold) - 20} more" if len(untold) > 20 else ""
        notes.append(f"whether these live cannot be told: {'; '.join(untold[:20])}{more}")
    return [*notes, f"{sent} requests sent"]
