"""Asks of every operation what the gates of this run know of it, and what changed unseen.

Input: document (file), results (folder of the gates that have ended).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core import matrix
from gates.core.documented import documented
from gates.core.model import (
    Aspect,
    Finding,
    GateReport,
    Measurement,
    OperationEvidence,
    OperationRow,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.probes import _common

TOOL = "operations"
METRIC = "operations.changed_without_evidence"
NO_BASE = "no base document: nothing is known to have changed"


def measure(given: dict[str, Any]) -> ToolReport:
    """Join the evidence. Raises ProbeError for a document that has no operations."""
    document = _decoded(Path(given["document"]))
    found = [
        OperationEvidence(operation=op.label, aspect=Aspect.DOCUMENTED, state=Status.PASS, count=1)
        for op in documented(document)
    ]
    if not found:
        raise _common.ProbeError("the document has no operations", Reason.NOTHING_EXAMINED)
    reports = [report for gate in _ended(Path(given["results"])) for report in gate.reports]
    known = [*found, *(cell for report in reports for cell in report.operations)]
    rows = matrix.rows(known)
    unseen = matrix.without_evidence(rows)
    return ToolReport(
        tool=TOOL,
        examined=len(found),
        examined_unit="operations",
        measurements={METRIC: _measurement(rows, len(unseen), compared(reports))},
        findings=tuple(_finding(operation) for operation in unseen),
        operations=tuple(found),
    )


def compared(reports: list[ToolReport]) -> bool | None:
    """Whether the document was compared with a base; None if nobody tried."""
    for report in reports:
        measured = report.measurements.get("compatibility.breaking")
        if measured is not None:
            return measured.base is not None
    return None


def _measurement(
    rows: tuple[OperationRow, ...], unseen: int, with_base: bool | None
) -> Measurement:
    changed = sum(map(matrix.is_changed, rows))
    looked = sum(map(matrix.looked_at, rows))
    detail = f"{changed} changed; evidence for {looked} of {len(rows)} operations"
    match with_base:
        case None:
            return Measurement(value=None, why="no gate compared the document with its base")
        case False:
            return Measurement(value=0.0, detail=f"{NO_BASE}; {detail}")
        case True:
            return Measurement(value=float(unseen), base=0.0, detail=detail)


def _finding(operation: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule="operations.changed-without-evidence",
        severity=Severity.MEDIUM,
        message=f"{operation} has changed since the base, and no gate has called it",
        fix="Let the contract gate reach it, or hit it in an integration test or an oracle.",
        context=operation,
        metric=METRIC,
    )


def _ended(results: Path) -> Iterator[GateReport]:
    for file in sorted(results.glob("*/report.json")):
        yield msgspec.json.decode(file.read_bytes(), type=GateReport)


def _decoded(file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise _common.ProbeError(f"OpenAPI document {file.name}: {error}") from error


if __name__ == "__main__":
    _common.run(measure)
