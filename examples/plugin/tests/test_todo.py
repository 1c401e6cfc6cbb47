"""The tests of the plugin: the port, the parser on what the program really prints, the report."""

import subprocess
import sys

import pytest
from gates.conformance import check
from gates.core.model import PolicyState, Reason, Scorecard, TargetState
from gates.core.target import Code, Target
from gates.core.tool import Options, ParseError, ToolOutput

from gatescore_todo import report, tool


def test_the_adapter_keeps_to_the_port():
    assert check(tool) == []


def test_the_control_comes_back(tmp_path):
    control = tool.control()
    for name, text in control.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    options = Options(
        tree=str(tmp_path), output=str(tmp_path), files=tuple(control.files), python=sys.executable
    )
    (one,) = tool.commands(Target(name="x", code=Code(paths=("src",))), options)
    for name, text in one.inputs.items():
        (tmp_path / name).write_text(text)
    ran = subprocess.run(one.argv, cwd=one.cwd, capture_output=True, check=True)
    found = tool.parse((ToolOutput(exit_code=0, stdout=ran.stdout),)).findings
    assert [(one.rule, one.path, one.line) for one in found] == [
        (control.rule, "src/planted.py", 1)
    ]


def test_a_crash_is_no_result():
    with pytest.raises(ParseError) as raised:
        tool.parse((ToolOutput(exit_code=1, stdout=b'{"files": 1, "todos": []}'),))
    assert raised.value.reason is Reason.TOOL_CRASHED


def test_a_scorecard_without_findings_has_a_report():
    card = Scorecard(
        target=TargetState(name="shop", revision="unknown", dirty=False),
        policy=PolicyState(name="ours", digest="sha256:0"),
        decisive_level=1,
    )
    assert report.render(card) == b"# Open TODOs of shop\n"
