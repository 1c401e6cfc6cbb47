"""The evidence of a gate: which version of a tool really ran."""

import pytest

from gates.core.model import Execution, ToolReport
from gates.runner.gate import as_told


@pytest.mark.parametrize(("told", "shown"), [("8.1.1", "8.1.1"), ("", "9.2.0")])
def test_the_version_that_the_report_tells_replaces_ours(told: str, shown: str) -> None:
    ran = Execution(tool="pytest", argv=("pytest",), version="9.2.0", exit_code=0)
    report = ToolReport(tool="pytest", examined=1, examined_unit="tests", version=told)
    assert [one.version for one in as_told((ran, ran), report)] == [shown, shown]
