"""A target's tests run for real: failures, early ends, and coverage that counts every own line."""

import json
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
    assert finding.message == "tests/test_planted.py::test_planted: assert 1 == 2"
    assert values(report)["tests.failed"] == 1
    assert report.examined == 1


def test_a_good_suite_counts_lines_of_its_own_files_only(report_of):
    report = report_of(tool, TREE, CODE)
    assert values(report) == {
        "tests.failed": 0,
        "tests.run": 1,
        "tests.skipped": 0,
        "tests.flaky": 0,
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


HIDING = ("--collect-only", "--co -k nothing", "--deselect tests/test_sums.py", "--setup-plan")


@pytest.mark.parametrize("option", HIDING)
def test_an_option_that_only_hides_tests_is_switched_off_and_told_p17(report_of, option):
    own = f"[pytest]\naddopts = -p no:terminal {option}\n"
    report = report_of(tool, {**TREE, "pytest.ini": own}, CODE)
    assert (report.examined, values(report)["coverage.percent"]) == (1, 75.0)
    assert f"addopts of the target: -p no:terminal {option}" in report.notes
    assert any(note.startswith("switched off for this run: ") for note in report.notes)
    assert report.incomplete == ()


def test_the_first_failure_does_not_end_the_run_p17(report_of):
    more = "def test_a():\n    assert 0\n\n\ndef test_b():\n    assert 0\n"
    files = {**TREE, "tests/test_a.py": more, "pytest.ini": "[pytest]\naddopts = -x\n"}
    assert values(report_of(tool, files, CODE))["tests.failed"] == 2


@pytest.mark.parametrize(
    ("configuration", "option", "run"),
    [
        ("ours", "-m nothing", 0),
        ("stricter", "-m nothing --ignore=tests/test_sums.py -k nothing", 1),
        ("ours", "--ignore=tests/test_sums.py", 0),
        ("target", "-k nothing", 0),
        ("target", "--collect-only", 0),
        ("target", "--setup-only -k add", 1),
    ],
)
def test_whose_options_count_is_said_by_the_policy_p17(report_of, configuration, option, run):
    files = {**TREE, "pytest.ini": f"[pytest]\naddopts = {option}\n"}
    report = report_of(tool, files, CODE, settings={"configuration": configuration})
    assert (report.examined, values(report)["tests.run"]) == (run, run)
    assert f"addopts of the target: {option}" in report.notes


def test_a_word_for_the_configuration_that_is_none_is_refused(report_of):
    with pytest.raises(ParseError, match='"yours" is unknown; allowed: ours, target, stricter'):
        report_of(tool, TREE, CODE, settings={"configuration": "yours"})


def test_what_did_not_run_is_counted_and_told(report_of):
    text = "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    pass\n"
    hook = "def pytest_collection_modifyitems(config, items):\n"
    hook += "    config.hook.pytest_deselected(items=items[:1])\n    del items[:1]\n"
    more = "def test_c():\n    pass\n\n\ndef test_d():\n    pass\n"
    files = {**TREE, "tests/test_z.py": text, "tests/test_b.py": more, "conftest.py": hook}
    report = report_of(tool, files, CODE)
    assert {"1 tests skipped", "1 tests deselected by the target's settings"} <= set(report.notes)
    assert (report.examined, values(report)["tests.skipped"]) == (2, 1)


def test_a_session_that_is_ended_with_exit_code_0_is_incomplete_p9(report_of):
    hook = "import pytest\n\n\ndef pytest_runtest_logfinish():\n"
    hook += "    pytest.exit('enough', returncode=0)\n"
    text = "def test_a():\n    pass\n"
    report = report_of(tool, {**TREE, "tests/test_a.py": text, "conftest.py": hook}, CODE)
    assert values(report)["tests.failed"] == 0
    assert report.incomplete == (
        "the session was ended before its time: Exit: enough",
        "1 of 2 collected tests did not run: tests/test_sums.py::test_add",
    )


@pytest.mark.parametrize("code", [0, 1])
def test_an_end_after_the_last_test_is_early_all_the_same_p9(report_of, code):
    hook = "import os\nimport pytest\n\n\n@pytest.hookimpl(trylast=True)\n"
    hook += f"def pytest_unconfigure():\n    os._exit({code})\n"
    with pytest.raises(ParseError, match="pytest ended early") as caught:
        report_of(tool, {**TREE, "conftest.py": hook}, CODE)
    assert caught.value.reason is Reason.NO_RESULT


# What else is installed here is slow to load, once in every worker.
LEAN = "-p no:locust -p no:schemathesis -p no:hypothesispytest -p no:anyio"
INI = f"[pytest]\naddopts = {LEAN} -n 2 --max-worker-restart=0\n"
WORKERS = {**TREE, "pytest.ini": INI}


def test_workers_of_the_target_are_used_and_their_coverage_counts(report_of):
    pytest.importorskip("xdist")
    found = "import os\n\n\ndef test_w():\n    assert 'PYTEST_XDIST_WORKER' in os.environ\n"
    report = report_of(tool, {**WORKERS, "tests/test_w.py": found}, CODE)
    assert (report.examined, values(report)["tests.failed"]) == (2, 0)
    assert values(report)["coverage.percent"] == 75.0
    assert report.incomplete == ()


def test_a_lost_worker_is_never_a_pass_p10(report_of):
    pytest.importorskip("xdist")
    hook = "import os\n\n\ndef pytest_sessionfinish(session):\n"
    hook += "    if hasattr(session.config, 'workerinput'):\n        os._exit(1)\n"
    report = report_of(tool, {**WORKERS, "conftest.py": hook}, CODE)
    assert values(report)["tests.failed"] == 0
    assert report.incomplete[0].startswith("a worker process was lost: gw")
    assert report.incomplete[0].endswith(": Not properly terminated")


def test_a_crash_in_a_worker_is_an_error_whatever_excuses_the_test_p44(report_of):
    pytest.importorskip("xdist")
    text = "import os\n\n\ndef test_a():\n    os.kill(os.getpid(), 11)\n"
    report = report_of(tool, {**WORKERS, "tests/test_a.py": text}, CODE)
    (finding,) = [one for one in report.findings if one.metric == "tests.failed"]
    assert finding.context == "tests/test_a.py::test_a"
    assert report.incomplete[0].startswith("a worker process was lost: gw")


def test_own_coverage_with_workers_does_not_take_ours_away(report_of):
    pytest.importorskip("xdist")
    pytest.importorskip("pytest_cov")
    own = (
        f"[pytest]\naddopts = {LEAN} -n 1 --cov=src --cov-fail-under=100\nfilterwarnings = error\n"
    )
    report = report_of(tool, {**TREE, "pytest.ini": own}, CODE)
    assert values(report)["coverage.percent"] == 75.0
    assert report.incomplete == ()


def test_lines_that_a_child_process_runs_are_covered_wherever_it_works(report_of):
    text = (
        "import os\nimport subprocess\nimport sys\n\n\ndef test_a(tmp_path):\n"
        "    code = 'from shop.sums import add, sub; add(1, 2), sub(1, 2)'\n"
        "    env = {**os.environ, 'PYTHONPATH': os.path.abspath('src')}\n"
        "    subprocess.run([sys.executable, '-c', code], check=True, cwd=tmp_path, env=env)\n"
    )
    report = report_of(tool, {**TREE, "tests/test_sums.py": text}, CODE)
    assert values(report)["coverage.percent"] == 100.0


FLAKY = (
    "import pytest\n\nCALLS = []\n\n\n@pytest.mark.parametrize('n', [1, 2])\n"
    "def test_a(n):\n    CALLS.append(n)\n    assert len(CALLS) != 1\n"
)


@pytest.mark.parametrize("workers", ["", "-n 1"])
def test_a_pass_after_a_failed_attempt_is_flaky_with_both_attempts_p41(report_of, workers):
    """pytest-rerunfailures: its JUnit file has the test twice, and no failure."""
    pytest.importorskip("pytest_rerunfailures")
    pytest.importorskip("xdist")
    own = f"[pytest]\naddopts = {LEAN} --reruns 1 {workers}\n"
    report = report_of(tool, {**TREE, "tests/test_a.py": FLAKY, "pytest.ini": own}, CODE)
    (finding,) = [one for one in report.findings if one.metric == "tests.flaky"]
    assert (finding.rule, finding.label) == ("test-flaky", "FLAKY")
    assert finding.message == "tests/test_a.py::test_a[1]: 2 attempts: failed, passed"
    assert (finding.path, finding.line) == ("tests/test_a.py", 6)
    assert finding.context == "tests/test_a.py::test_a[1]"
    assert (report.examined, values(report)["tests.failed"]) == (3, 0)
    assert values(report)["tests.flaky"] == 1


def test_a_test_that_fails_at_every_attempt_failed_and_is_not_flaky_b20(report_of):
    pytest.importorskip("pytest_rerunfailures")
    text = "def test_a():\n    assert 0\n"
    files = {**TREE, "tests/test_a.py": text, "pytest.ini": "[pytest]\naddopts = --reruns 2\n"}
    report = report_of(tool, files, CODE)
    assert (values(report)["tests.failed"], values(report)["tests.flaky"]) == (1, 0)
    assert report.examined == 2


def test_a_failing_test_keeps_its_identity_when_it_moves(report_of):
    text = "class TestA:\n    def test_a(self):\n        assert 0\n"
    report = report_of(tool, {**TREE, "tests/test_a.py": text}, CODE)
    (finding,) = [one for one in report.findings if one.metric == "tests.failed"]
    assert finding.context == "tests/test_a.py::TestA::test_a"
    assert finding.message == "tests/test_a.py::TestA::test_a: assert 0"


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


def test_code_that_is_no_code_has_no_coverage_b21(report_of):
    files = {"src/a.py": "", "tests/test_a.py": "def test_a():\n    pass\n"}
    measurement = report_of(tool, files, CODE).measurements["coverage.percent"]
    assert (measurement.value, measurement.why) == (None, "the code has no statements")


def session(code=0, **told):
    plain = {
        "exit_code": code,
        "collected": 1,
        "missing": [],
        "deselected": 0,
        "workers": 0,
        "lost": [],
        "attempts": {},
        "addopts": [],
        "switched_off": [],
        "interrupted": "",
        "child_processes": True,
    }
    return json.dumps({**plain, **told}).encode()


def ran(code=0, stderr=b"", files=None):
    given = {"scope": SCOPE, "versions": VERSIONS, "session": session(code), **(files or {})}
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
    assert values(report)["tests.flaky"] == 1
    assert [one.message for one in report.findings] == ["t::a: 2 attempts: failed, passed"]


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
        (
            ran(0, files={"junit": JUNIT, "session": session(1)}),
            Reason.NO_RESULT,
            "pytest ended early: pytest ended with 1, its process with 0",
        ),
        (ran(0, files={"junit": JUNIT, "session": b"{}"}), Reason.UNREADABLE_RESULT, "schema: "),
        (ran(0, files={"junit": b""}), Reason.EMPTY_RESULT, "pytest's JUnit file"),
        (ran(0, files={"junit": JUNIT[:50]}), Reason.UNREADABLE_RESULT, "not-well-formed"),
    ],
)
def test_a_run_that_did_not_end_cleanly_is_refused(output, reason, words):
    with pytest.raises(ParseError) as caught:
        tool.parse((output, NO_DATA))
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(words)
