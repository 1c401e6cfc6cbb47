"""The operations probe joins the reports of a run; without a base nothing is known to change."""

import json
from pathlib import Path

import msgspec
import pytest

from gates.core.model import (
    Aspect,
    GateReport,
    Measurement,
    OperationEvidence,
    Reason,
    Status,
    ToolReport,
)
from gates.probes import operations
from gates.probes._common import ProbeError

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {"/a": {"get": {}, "post": {}}},
}
CHANGED = OperationEvidence(operation="POST /v1/a", aspect=Aspect.CHANGED, state=Status.PASS)
CALLED = OperationEvidence(
    operation="POST /v1/a", aspect=Aspect.EXERCISED, state=Status.PASS, count=4
)


def report(folder: Path, gate: str, base: float | None, *cells: OperationEvidence) -> None:
    measured = Measurement(value=0.0, base=base)
    tool = ToolReport(
        tool=gate,
        examined=1,
        examined_unit="x",
        measurements={f"{gate}.breaking": measured},
        operations=cells,
    )
    (folder / gate).mkdir()
    (folder / gate / "report.json").write_bytes(
        msgspec.json.encode(GateReport(gate=gate, reports=(tool,)))
    )


def looked(tmp_path: Path, document: object = DOCUMENT) -> ToolReport:
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document))
    return operations.measure({"document": str(file), "results": str(tmp_path / "results")})


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


def test_a_changed_operation_that_nobody_called_is_named(tmp_path: Path, results: Path) -> None:
    report(results, "compatibility", 0.0, CHANGED)
    found = looked(tmp_path)
    measured = found.measurements[operations.METRIC]
    assert (measured.value, measured.base) == (1.0, 0.0)
    assert [one.context for one in found.findings] == ["POST /v1/a"]
    assert [cell.operation for cell in found.operations] == ["GET /v1/a", "POST /v1/a"]


def test_one_that_was_called_is_not(tmp_path: Path, results: Path) -> None:
    report(results, "compatibility", 0.0, CHANGED)
    report(results, "contract", None, CALLED)
    found = looked(tmp_path)
    assert found.measurements[operations.METRIC].value == 0.0
    assert found.findings == ()


def test_without_a_base_there_is_no_base_to_the_number(tmp_path: Path, results: Path) -> None:
    """The judge then says WARN "no base", never PASS."""
    report(results, "compatibility", None)
    measured = looked(tmp_path).measurements[operations.METRIC]
    assert measured.base is None
    assert "no base document" in measured.detail


def test_without_a_comparison_there_is_no_number(tmp_path: Path, results: Path) -> None:
    measured = looked(tmp_path).measurements[operations.METRIC]
    assert measured.value is None
    assert "compared" in measured.why


def test_a_document_without_operations_is_nothing_examined(tmp_path: Path, results: Path) -> None:
    """B27."""
    with pytest.raises(ProbeError) as caught:
        looked(tmp_path, {"openapi": "3.1.0", "paths": {}})
    assert caught.value.reason is Reason.NOTHING_EXAMINED
