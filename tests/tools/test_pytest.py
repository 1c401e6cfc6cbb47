"""A target's tests run for real: failures, early ends, and coverage that counts every own line."""

import venv
from importlib.metadata import version

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.tools import pytest as tool

CODE = Code(paths=("src",), tests=("tests",))
SHOP = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n"
GOOD = "from shop.sums import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
TREE = {"src/shop/__init__.py": "", "src/shop/sums.py": SHOP, "tests/test_sums.py": GOOD}
VERSIONS = b'{"pytest": "8.1.1", "coverage": "7.4.0"}'
SCOPE = b'{"tree": "/tree", "files": ["src/a.py"]}'
JUNIT = (
    b'<testsuites><testsuite tests="1"><testcase classname="t" name="a"/></testsuite></testsuites>'
)


def values(report):
    return {name: measurement.value for name, measurement in report.measurements.items()}


def test_the_planted_failure_is_found_with_its_place(report_of):
    report = report_of(tool, dict(tool.control().files), CODE)
    (finding,) = [f for f in report.findings if f.rule == "test-failed"]
    assert (finding.path, finding.line, finding.severity) == (
        "tests/test_planted.py",
        1,
        Severity.HIGH,
    )
    assert "test_planted: assert 1 == 2" in finding.message
    assert values(report)["tests.failed"] == 1
    assert report.examined == 1


def test_a_good_suite_counts_lines_of_its_own_files_only(report_of):
    report = report_of(tool, TREE, CODE)
    assert values(report) == {
        "tests.failed": 0,
        "tests.run": 1,
        "tests.skipped": 0,
        "coverage.percent": 75.0,
        "coverage.branches_percent": None,
    }
    assert report.measurements["coverage.percent"].detail == "3 of 4 statements"
    assert [(f.rule, f.path, f.line, f.message) for f in report.findings] == [
        ("not-covered", "src/shop/sums.py", 6, "1 lines that no test runs: 6")
    ]
    assert report.incomplete == ()


def test_a_file_that_no_test_imports_counts_with_nothing_covered(report_of):
    files = {**TREE, "src/shop/never.py": "A = 1\nB = 2\nC = 3\nD = 4\n"}
    assert values(report_of(tool, files, CODE))["coverage.percent"] == 37.5


def test_the_targets_own_settings_cannot_hide_lines_p17(report_of):
    own = "[run]\nomit = *\n[report]\nomit = *\nexclude_lines = .*\n"
    report = report_of(tool, {**TREE, ".coveragerc": own, "setup.cfg": own}, CODE)
    assert values(report)["coverage.percent"] == 75.0


def test_own_coverage_and_workers_in_the_settings_do_not_take_ours_away(report_of):
    pytest.importorskip("pytest_cov")
    own = "[pytest]\naddopts = --cov=src --cov-fail-under=100\n"
    report = report_of(tool, {**TREE, "pytest.ini": own}, CODE)
    assert values(report)["coverage.percent"] == 75.0
    assert report.incomplete == ()


def test_collect_only_in_the_settings_runs_nothing_p17(report_of):
    report = report_of(tool, {**TREE, "pytest.ini": "[pytest]\naddopts = --collect-only\n"}, CODE)
    assert report.examined == 0


@pytest.mark.parametrize(
    "text",
    ["import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    pass\n", "VALUE = 1\n"],
    ids=["all-skipped-p8", "no-tests-rc5"],
)
def test_a_suite_that_runs_nothing_examined_nothing(report_of, text):
    assert report_of(tool, {**TREE, "tests/test_sums.py": text}, CODE).examined == 0


def test_an_early_end_with_exit_code_0_is_refused_p9(report_of):
    text = "import os\n\n\ndef test_a():\n    os._exit(0)\n"
    with pytest.raises(ParseError, match="pytest ended early") as caught:
        report_of(tool, {**TREE, "tests/test_sums.py": text}, CODE)
    assert caught.value.reason is Reason.NO_RESULT


def test_a_crash_of_the_interpreter_is_a_crash(report_of):
    text = "import os\n\n\ndef test_a():\n    os.kill(os.getpid(), 11)\n"
    with pytest.raises(ParseError) as caught:
        report_of(tool, {**TREE, "tests/test_sums.py": text}, CODE)
    assert caught.value.reason is Reason.TOOL_CRASHED


def test_a_module_that_cannot_be_imported_is_an_error_and_the_run_incomplete(report_of):
    report = report_of(tool, {**TREE, "tests/test_bad.py": "import nowhere\n"}, CODE)
    assert values(report)["tests.failed"] == 1
    assert [f.rule for f in report.findings if f.rule.startswith("test")] == ["test-error"]
    assert report.incomplete[0].startswith("pytest could not collect all tests")


def test_a_folder_of_tests_without_files_is_named(report_of):
    with pytest.raises(ParseError) as caught:
        report_of(tool, TREE, Code(paths=("src",), tests=("tests", "lost")))
    assert caught.value.reason is Reason.NOTHING_EXAMINED
    assert caught.value.detail == 'code.tests: "lost" holds no file that git sees'


def test_all_that_the_environment_lacks_is_named_at_once(report_of, tmp_path):
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    with pytest.raises(ParseError) as caught:
        report_of(tool, TREE, CODE, target_python=str(bare / "bin" / "python"))
    assert caught.value.reason is Reason.ENVIRONMENT_FAILED
    assert caught.value.detail == (
        "pytest and coverage are not installed in the target environment: add to code.requirements"
    )


def test_the_versions_that_ran_are_told(report_of):
    ours = f"{version('pytest')}, coverage {version('coverage')}"
    assert report_of(tool, TREE, CODE).version == ours
    report = tool.parse((ran(files={"junit": JUNIT}), NO_DATA))
    assert report.version == "8.1.1, coverage 7.4.0"


def test_code_that_is_no_code_has_no_coverage(report_of):
    files = {"src/a.py": "", "tests/test_a.py": "def test_a():\n    pass\n"}
    measurement = report_of(tool, files, CODE).measurements["coverage.percent"]
    assert (measurement.value, measurement.why) == (None, "the code has no statements")


def ran(code=0, stderr=b"", files=None):
    given = {"scope": SCOPE, "versions": VERSIONS, **(files or {})}
    return ToolOutput(exit_code=code, stderr=stderr, stdout=b"1 passed\n", files=given)


NO_DATA = ToolOutput(exit_code=1, stdout=b"No data to report.\n")
FILE = b'{"missing_lines": [], "summary": {"covered_lines": 1, "num_statements": 1}}'
FOREIGN = (
    b'{"meta": {}, "files": {"lib/b.py": %s}, "totals": {"covered_lines": 1, "num_statements": 1}}'
    % FILE
)


def test_without_coverage_data_there_is_no_percentage():
    report = tool.parse((ran(files={"junit": JUNIT}), NO_DATA))
    measurement = report.measurements["coverage.percent"]
    assert measurement.value is None
    assert measurement.why == "coverage json ended with 1: No data to report."


def test_coverage_of_another_source_root_is_no_percentage_b22():
    measured = ToolOutput(exit_code=0, files={"coverage": FOREIGN})
    report = tool.parse((ran(files={"junit": JUNIT}), measured))
    assert report.measurements["coverage.percent"].value is None
    assert "no expected file covered" in report.measurements["coverage.percent"].why


def test_a_rerun_that_passes_is_flaky_and_counted_once():
    twice = (
        b'<testsuites><testsuite tests="2" failures="1"><testcase classname="t" name="a"><failure '
        b'message="x"/></testcase><testcase classname="t" name="a"/></testsuite></testsuites>'
    )
    report = tool.parse((ran(files={"junit": twice}), NO_DATA))
    assert (report.examined, values(report)["tests.failed"]) == (1, 0)
    assert report.notes == ("flaky: t::a (failed, passed)",)


def test_exit_code_1_without_a_failing_test_is_incomplete():
    report = tool.parse((ran(1, files={"junit": JUNIT}), NO_DATA))
    assert report.incomplete == ("pytest ended with 1 although no test failed: 1 passed",)


@pytest.mark.parametrize(
    ("output", "reason", "words"),
    [
        (
            ran(97, files={"versions": b'{"pytest": null, "coverage": "7.4.0"}'}),
            Reason.ENVIRONMENT_FAILED,
            "pytest is not installed in the target environment: add to code.requirements",
        ),
        (
            ran(97, files={"versions": b'{"pytest": "8.1.1", "coverage": null}'}),
            Reason.ENVIRONMENT_FAILED,
            "coverage is not installed in the target environment: add to code.requirements",
        ),
        (ran(1, files={"versions": b"{}"}), Reason.UNREADABLE_RESULT, "schema: "),
        (ran(0), Reason.NO_RESULT, "pytest ended early"),
        (ran(1), Reason.NO_RESULT, "pytest ended early"),
        (ran(2), Reason.TOOL_CRASHED, "pytest ended with 2"),
        (ran(2, files={"junit": JUNIT}), Reason.TOOL_CRASHED, "pytest ended with 2"),
        (ran(3, files={"junit": JUNIT}), Reason.TOOL_CRASHED, "pytest ended with 3"),
        (ran(-11), Reason.TOOL_CRASHED, "pytest ended with -11"),
        (ran(0, files={"junit": b""}), Reason.EMPTY_RESULT, "pytest's JUnit file"),
        (ran(0, files={"junit": JUNIT[:50]}), Reason.UNREADABLE_RESULT, "not-well-formed"),
    ],
)
def test_a_run_that_did_not_end_cleanly_is_refused(output, reason, words):
    with pytest.raises(ParseError) as caught:
        tool.parse((output, NO_DATA))
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(words)
