"""What the page on features shows works: pytest writes the marker, and our readers keep it."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gates.core.model import ProofKind, Status
from gates.core.oracle import Oracle, Step
from gates.core.redact import Redactor
from gates.core.tool import ToolOutput
from gates.probes import oracles
from gates.probes._oracle_run import Outcome
from gates.tools import node_tests
from gates.tools import pytest as pytest_adapter
from gates.tools.formats import junit, own_report, places, proved
from gates.tools.formats.own_report import Source

DATA = Path(__file__).parent / "data"
PAGE = (Path(__file__).parents[2] / "docs" / "gates" / "features.md").read_text("utf-8")
CONFTEST, _ = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TESTS = """
import pytest

@pytest.mark.requirement("FR-1", "FR-2")
@pytest.mark.parametrize("n", [1, 2])
def test_marked(n):
    assert n == 1

@pytest.mark.requirement("FR-3")
@pytest.mark.skip
def test_skipped(): ...

def test_told(record_property):
    record_property("requirement", "FR-4")

def test_plain(): ...
"""
VITEST = b"""<testsuites><testsuite name="a"><testcase classname="a.test.ts" name="b &gt; c">
<properties><property name="requirement" value="FR-1, FR-2"/><property name="other" value="x"/>
</properties></testcase></testsuite></testsuites>"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The JUnit file of a session with the conftest of the page."""
    folder = tmp_path_factory.mktemp("marked")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_a.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-o", "junit_family=xunit1", "--junitxml=junit.xml", "--rootdir=."]
    command += ["-W", "ignore"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    return (folder / "junit.xml").read_bytes()


def test_the_marker_comes_through(written: bytes) -> None:
    found = {test.name: test.requirements for test in junit.read(written, what="x").tests}
    assert found == {
        "test_marked[1]": ("FR-1", "FR-2"),
        "test_marked[2]": ("FR-1", "FR-2"),
        "test_skipped": ("FR-3",),
        "test_told": ("FR-4",),
        "test_plain": (),
    }


def test_each_test_is_a_proof_or_none(written: bytes) -> None:
    tests = junit.read(written, what="x").tests
    proofs = [proved.test(one, f"t::{one.name}") for one in tests]
    assert {one.kind for one in proofs} == {ProofKind.TEST}
    assert [(one.name, one.state) for one in proofs] == [
        ("t::test_marked[1]", Status.PASS),
        ("t::test_marked[2]", Status.FAIL),
        ("t::test_skipped", Status.NO_DATA),
        ("t::test_told", Status.PASS),
        ("t::test_plain", Status.PASS),
    ]


def test_a_report_of_the_policys_own_tool_has_proofs_too() -> None:
    report = own_report.read(
        "ours",
        "junit",
        (Source(name="r", data=VITEST),),
        places.Tree(roots=("/t",), files=frozenset()),
        (),
    )
    (one,) = report.proofs
    assert (one.name, one.state) == ("a.test.ts::b > c", Status.PASS)
    assert one.requirements == ("FR-1", "FR-2")


def recording(folder: Path) -> tuple[ToolOutput, ...]:
    """What a tool left, as tests/tools/data keeps it."""
    return tuple(
        ToolOutput(
            exit_code=int(code.read_text()),
            stdout=code.with_suffix(".stdout").read_bytes(),
            stderr=code.with_suffix(".stderr").read_bytes(),
            files={
                file.name.split(".", 2)[2]: file.read_bytes()
                for file in folder.glob(f"{code.stem}.file.*")
            },
        )
        for code in sorted(folder.glob("*.exit"))
    )


@pytest.mark.parametrize(
    ("adapter", "case"),
    [
        (pytest_adapter, "pytest/9.2.0-control"),
        (node_tests, "node_tests/1.6.1-control"),
        (node_tests, "node_tests/4.1.11-control"),
        (node_tests, "node_tests/30.5.2-jest"),
    ],
    ids=["pytest", "vitest-1", "vitest-4", "jest-30"],
)
def test_the_report_of_a_suite_names_every_test(adapter: ModuleType, case: str) -> None:
    report = adapter.parse(recording(DATA / case))
    skipped = report.measurements["tests.skipped"].value
    states = [one.state for one in report.proofs]
    assert len(states) == report.examined + skipped
    assert states.count(Status.FAIL) == report.measurements["tests.failed"].value
    assert states.count(Status.NO_DATA) == skipped
    assert all("::" in one.name for one in report.proofs)


@pytest.mark.parametrize(
    ("failed", "gap", "state"),
    [(0, "", Status.PASS), (2, "", Status.FAIL), (0, "out of requests", Status.NO_DATA)],
)
def test_an_oracle_is_a_proof(failed: int, gap: str, state: Status) -> None:
    oracle = Oracle(id="one", title="t", steps=(Step(request="GET /"), Step(request="GET /")))
    outcome = Outcome(oracle=oracle, failed=failed, gap=gap, wrong=("w",) if failed else ())
    (proof,) = oracles.report([outcome], [], (), Redactor()).proofs
    assert (proof.kind, proof.name, proof.state) == (ProofKind.ORACLE, "one", state)
