"""The metric of missed objectives, on the recorded run with 200 requests, a quarter failed."""

import json
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Severity, ToolReport
from gates.core.tool import ToolOutput
from gates.tools import locust

DATA = Path(__file__).parent / "data" / "locust"
METRIC = "load.objectives_missed"


def judged(case: str, objectives: dict[str, Any]) -> ToolReport:
    result = json.loads((DATA / f"2.47.0-{case}" / "result.json").read_bytes())
    result["objectives"] = objectives
    data = json.dumps(result).encode()
    return locust.parse((ToolOutput(exit_code=0, files={"result": data}),))


def operation(case: str) -> str:
    result = json.loads((DATA / f"2.47.0-{case}" / "result.json").read_bytes())
    return next(iter(result["operations"]))


def test_without_objectives_there_is_no_number_and_the_key_is_named() -> None:
    found = judged("healthy", {}).measurements[METRIC]
    assert found.value is None
    assert found.why.endswith("the target file has no load.objectives")


def test_all_that_hold_are_zero_missed() -> None:
    bounds = {"p50_ms": 1e6, "p95_ms": 1e6, "errors_percent": 0.0}
    report = judged("healthy", {operation("healthy"): bounds})
    assert report.measurements[METRIC].value == 0
    assert report.measurements[METRIC].detail == "3 bounds of single operations"
    assert report.findings == ()


def test_each_missed_bound_is_a_finding() -> None:
    name = operation("healthy")
    report = judged("healthy", {name: {"p50_ms": 0.001, "p95_ms": 0.001}})
    assert report.measurements[METRIC].value == 2
    assert [one.rule for one in report.findings] == ["load.objective-p50", "load.objective-p95"]
    assert {one.metric for one in report.findings} == {METRIC}
    assert {one.context for one in report.findings} == {f"{name} p50", f"{name} p95"}
    assert {one.severity for one in report.findings} == {Severity.HIGH}


def test_failures_are_told_in_per_cent() -> None:
    report = judged("errors", {operation("errors"): {"errors_percent": 1.0}})
    told = [one.message for one in report.findings if one.rule == "load.objective-errors"]
    assert told[0].endswith("25 % of its requests failed; its objective is 1 %")


@pytest.mark.parametrize(
    ("bounds", "value"), [({"p99_ms": 1e6}, None), ({"p99_ms": 1e6, "p50_ms": 1e-3}, 1.0)]
)
def test_few_samples_give_no_pass_but_may_give_a_miss(
    bounds: dict[str, float], value: float | None
) -> None:
    found = judged("errors", {operation("errors"): bounds}).measurements[METRIC]
    assert found.value == value
    assert "too few samples for the p99" in found.why + found.detail
