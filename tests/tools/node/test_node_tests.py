"""A target's Vitest or Jest run for real: failures, early ends, coverage of every own line."""

import json
from pathlib import Path

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Node, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import node_tests
from gates.tools.formats import jest_json

NODE = Node(paths=("src",), tests=("tests",))
SUMS = (
    "export function add(a: number, b: number): number {\n  return a + b;\n}\n\n"
    "export function sign(a: number): string {\n  if (a < 0) {\n    return 'minus';\n  }\n"
    "  return 'plus';\n}\n"
)
HEAD = "import { expect, test } from 'vitest';\nimport { add } from '../src/sums.js';\n\n"
GOOD = HEAD + "test('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n"
TREE = {"src/sums.ts": SUMS, "tests/sums.test.ts": GOOD}
JEST_SUMS = "exports.add = (a, b) => a + b;\nexports.never = () => {\n  return 1;\n};\n"
JEST_GOOD = (
    "const { add } = require('../src/sums.js');\n\n"
    "test('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n"
)
JEST = {"package.json": "{}", "src/sums.js": JEST_SUMS, "tests/sums.test.js": JEST_GOOD}


def values(report):
    return {name: measurement.value for name, measurement in report.measurements.items()}


def suite_of(text):
    return {**TREE, "tests/sums.test.ts": HEAD + text}


def test_the_planted_failure_is_found(report_of):
    report = report_of(node_tests, dict(node_tests.control().files), NODE)
    (finding,) = [f for f in report.findings if f.metric == "tests.failed"]
    assert (finding.rule, finding.path, finding.severity) == (
        node_tests.control().rule,
        "tests/planted.test.js",
        Severity.HIGH,
    )
    assert values(report)["tests.failed"] == 1


def test_a_good_suite_counts_lines_of_its_own_files_only(report_of):
    report = report_of(node_tests, TREE, NODE)
    assert values(report) == {
        "tests.failed": 0,
        "tests.run": 1,
        "tests.skipped": 0,
        "tests.flaky": 0,
        "coverage.percent": 25.0,
        "coverage.branches_percent": 0.0,
    }
    assert report.measurements["coverage.percent"].detail == "1 of 4 statements"
    assert [(f.rule, f.path, f.metric) for f in report.findings] == [
        ("not-covered", "src/sums.ts", "")
    ]
    assert (report.examined, report.incomplete) == (1, ())
    assert report.version == "4.1.11, @vitest/coverage-v8 4.1.11"


def test_a_file_that_no_test_imports_counts_with_nothing_covered(report_of):
    never = "export const a = () => {\n  return 1;\n};\n"
    assert values(report_of(node_tests, {**TREE, "src/never.ts": never}, NODE))[
        "coverage.percent"
    ] == pytest.approx(100 / 6)


def test_a_failure_has_its_name_and_its_line_and_coverage_is_kept(report_of):
    text = "test('fails', () => {\n  expect(add(1, 2)).toBe(4);\n});\n"
    report = report_of(node_tests, suite_of(text), NODE)
    (finding,) = [f for f in report.findings if f.metric == "tests.failed"]
    assert (finding.rule, finding.path, finding.line) == ("test-failed", "tests/sums.test.ts", 4)
    assert finding.message.startswith("tests/sums.test.ts::fails: expected 3 to be 4")
    assert values(report)["coverage.percent"] == 25.0


def test_a_pass_after_a_failed_attempt_is_flaky(report_of):
    text = (
        "let n = 0;\ntest('shaky', { retry: 2 }, () => {\n  n += 1;\n"
        "  expect(add(n, 0)).toBe(2);\n});\n"
    )
    report = report_of(node_tests, suite_of(text), NODE)
    (finding,) = [f for f in report.findings if f.metric == "tests.flaky"]
    assert (finding.rule, finding.line, finding.label) == ("test-flaky", 5, "FLAKY")
    assert finding.message == "tests/sums.test.ts::shaky: 2 attempts: failed, passed"
    assert (values(report)["tests.flaky"], values(report)["tests.failed"]) == (1, 0)


def test_the_targets_own_settings_cannot_hide_lines_p17(report_of):
    own = (
        "export default { test: { coverage: { exclude: ['src/**'], include: ['x'], "
        "thresholds: { lines: 100 } } } };\n"
    )
    report = report_of(node_tests, {**TREE, "vitest.config.js": own}, NODE)
    assert values(report)["coverage.percent"] == 25.0
    assert report.incomplete == ()


@pytest.mark.parametrize(
    "text",
    ["test.skip('a', () => {});\n", "export {};\n"],
    ids=["all-skipped-p8", "no-test-in-the-file"],
)
def test_a_suite_that_runs_nothing_is_no_pass(report_of, text):
    report = report_of(node_tests, suite_of(text), NODE)
    assert report.examined == 0 or report.measurements["tests.failed"].value == 1


def test_a_folder_without_test_files_examined_nothing(report_of):
    files = {**TREE, "tests/helper.ts": "export {};\n"}
    del files["tests/sums.test.ts"]
    with pytest.raises(ParseError, match="no test was found below node.tests") as caught:
        report_of(node_tests, files, NODE)
    assert caught.value.reason is Reason.NOTHING_EXAMINED


def test_a_folder_that_git_sees_nothing_of_is_named(report_of):
    with pytest.raises(ParseError, match='node.tests: "lost" holds no file that git sees'):
        report_of(node_tests, TREE, Node(paths=("src",), tests=("lost",)))


def test_only_hides_the_other_tests_and_fails_p17(report_of):
    text = "test.only('a', () => {});\ntest('b', () => {\n  expect(1).toBe(2);\n});\n"
    assert values(report_of(node_tests, suite_of(text), NODE))["tests.failed"] >= 1


@pytest.mark.parametrize("call", ["process.exit(0)", "process.reallyExit(0)"])
def test_an_early_end_is_no_pass_p9(report_of, call):
    text = f"test('a', () => {{\n  add(1, 2);\n  {call};\n}});\n"
    try:
        report = report_of(node_tests, suite_of(text), NODE)
    except ParseError as error:
        assert error.reason in (Reason.NO_RESULT, Reason.TOOL_CRASHED)
    else:
        assert report.incomplete or values(report)["tests.failed"]


def test_an_error_outside_of_any_test_is_told(report_of):
    text = (
        "test('a', () => {\n  expect(add(1, 2)).toBe(3);\n"
        "  Promise.reject(new Error('stray'));\n});\n"
    )
    report = report_of(node_tests, suite_of(text), NODE)
    assert report.incomplete == ("an error outside of any test: stray",)


def test_nothing_is_written_into_the_installed_packages(report_of, vitest_packages):
    installed = (vitest_packages.modules / "vitest").resolve().parent
    before = sorted(path.name for path in installed.iterdir())
    report_of(node_tests, TREE, NODE)
    assert sorted(path.name for path in installed.iterdir()) == before


def test_a_command_of_the_target_is_run_in_its_place(report_of):
    command = (
        *("{node}", "--test", "--experimental-test-coverage"),
        *("--test-reporter=junit", "--test-reporter-destination={output}/junit.xml"),
        *("--test-reporter=lcov", "--test-reporter-destination={output}/lcov.info"),
        "tests/a.test.js",
    )
    files = {
        "src/a.js": "export const a = () => {\n  return 1;\n};\n",
        "tests/a.test.js": (
            "import test from 'node:test';\nimport assert from 'node:assert';\n"
            "import { a } from '../src/a.js';\ntest('a', () => assert.equal(a(), 1));\n"
        ),
    }
    node = Node(paths=("src",), tests=("tests",), test=command)
    report = report_of(node_tests, files, node)
    assert (values(report)["tests.run"], values(report)["tests.failed"]) == (1, 0)


def test_without_a_runner_nothing_is_judged(report_of, tmp_path):
    with pytest.raises(ParseError, match="vitest and @vitest/coverage-v8 not installed") as caught:
        report_of(node_tests, TREE, NODE, node_modules=str(tmp_path / "none"))
    assert caught.value.reason is Reason.TOOL_MISSING


def test_jest_counts_the_same(jest_report_of):
    report = jest_report_of(node_tests, JEST, NODE)
    assert values(report) == {
        "tests.failed": 0,
        "tests.run": 1,
        "tests.skipped": 0,
        "tests.flaky": 0,
        "coverage.percent": pytest.approx(200 / 3),
        "coverage.branches_percent": None,
    }
    assert report.version == "29.7.0"


def test_jest_tells_failures_flaky_and_skipped_ones(jest_report_of):
    text = (
        "jest.retryTimes(2);\nlet n = 0;\ndescribe('sums', () => {\n"
        "  test('fails', () => {\n    expect(1).toBe(2);\n  });\n"
        "  test('shaky', () => {\n    n += 1;\n    expect(n).toBe(2);\n  });\n"
        "  test.skip('later', () => {});\n});\n"
    )
    report = jest_report_of(node_tests, {**JEST, "tests/sums.test.js": text}, NODE)
    assert [(f.rule, f.line) for f in report.findings if f.metric] == [
        ("test-failed", 4),
        ("test-flaky", 7),
    ]
    assert (values(report)["tests.run"], values(report)["tests.skipped"]) == (2, 1)


def test_jest_cannot_hide_lines_by_its_settings_p17(jest_report_of):
    own = {
        "jest": {
            "coveragePathIgnorePatterns": ["src"],
            "collectCoverageFrom": ["x"],
            "coverageThreshold": {"global": {"lines": 100}},
        }
    }
    report = jest_report_of(node_tests, {**JEST, "package.json": json.dumps(own)}, NODE)
    assert values(report)["coverage.percent"] == pytest.approx(200 / 3)
    assert report.incomplete == ()


def test_an_early_end_of_jest_is_no_pass_p9(jest_report_of):
    text = "test('a', () => {\n  process.exit(0);\n});\n"
    with pytest.raises(ParseError) as caught:
        jest_report_of(node_tests, {**JEST, "tests/sums.test.js": text}, NODE)
    assert caught.value.reason is Reason.NO_RESULT


SURROUNDINGS = json.dumps(
    {
        "tree": "/tree",
        "package": "/tree",
        "files": ["src/a.ts"],
        "versions": {"vitest": "4.1.11"},
    }
).encode()
JUNIT = (
    b'<testsuites><testsuite tests="1"><testcase classname="t" name="a"/></testsuite></testsuites>'
)
SESSION = b'{"tests": [], "errors": []}'
LCOV = b"SF:src/a.ts\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n"


def ran(code=0, stdout=b"", **files):
    given = {"surroundings": SURROUNDINGS, "junit": JUNIT, "session": SESSION, "lcov": LCOV}
    left = {name: data for name, data in {**given, **files}.items() if data is not None}
    return (ToolOutput(exit_code=code, stdout=stdout, stderr=b"it broke", files=left),)


def test_a_recorded_run_is_read():
    assert values(node_tests.parse(ran()))["coverage.percent"] == 50.0


def test_coverage_that_names_no_own_file_is_no_number_b22():
    other = LCOV.replace(b"src/a.ts", b"/elsewhere/src/b.ts")
    measured = node_tests.parse(ran(lcov=other)).measurements["coverage.percent"]
    assert measured.value is None
    assert measured.why.startswith("no expected file covered")


def test_no_coverage_is_no_number():
    measured = node_tests.parse(ran(lcov=None)).measurements["coverage.percent"]
    assert (measured.value, measured.why) == (None, "the test runner wrote no coverage")


def test_a_bad_end_without_a_failed_test_is_incomplete():
    assert node_tests.parse(ran(1)).incomplete == (
        "the test runner ended with 1 although no test failed: it broke",
    )


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (ran(junit=None), Reason.NO_RESULT, "the tests ended early: exit code 0"),
        (ran(1, junit=None), Reason.TOOL_CRASHED, "the test runner ended with 1: it broke"),
        (
            ran(1, b"No test files found, exiting with code 1", junit=None),
            Reason.NOTHING_EXAMINED,
            "no test was found",
        ),
        (ran(139), Reason.TOOL_CRASHED, "the test runner ended with 139"),
        (ran(session=None), Reason.NO_RESULT, "Vitest's session"),
        (ran(lcov=b"SF:src/a.ts\nDA:1,1\n"), Reason.UNREADABLE_RESULT, "unparsable"),
        (
            ran(junit=JUNIT.replace(b'"a"/>', b'"a"><failure message="x"/></testcase>')),
            Reason.UNREADABLE_RESULT,
            "contradiction",
        ),
    ],
)
def test_a_run_that_cannot_be_trusted_is_refused(given, reason, word):
    with pytest.raises(ParseError) as caught:
        node_tests.parse(given)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def jest(**keys):
    test = {"fullName": "a b", "status": "passed", "failureMessages": [], "invocations": 1}
    file = {"name": "/tree/a.test.js", "status": "passed", "assertionResults": [test]}
    counts = {"numFailedTests": 0, "numPassedTests": 1, "numTotalTests": 1, "success": True}
    return json.dumps({**counts, "testResults": [file], **keys}).encode()


@pytest.mark.parametrize(
    ("report", "word"),
    [
        (jest(numFailedTests=1), "count mismatch: 1 failed tests promised, 0 listed"),
        (jest(numPassedTests=3), "count mismatch: 3 passed tests promised, 1 listed"),
        (jest(wasInterrupted=True), "Jest was interrupted before its end"),
        (jest(testResults=None), "schema"),
    ],
)
def test_a_report_of_jest_that_contradicts_itself_is_refused(report, word):
    assert jest_json.read(jest(), "/tree")[0].file == "a.test.js"
    with pytest.raises(ParseError) as caught:
        jest_json.read(report, "/tree")
    assert caught.value.detail.startswith(word)


@pytest.mark.parametrize("version", ["29.7.0", "30.5.2"])
def test_recorded_reports_of_two_versions_of_jest_are_read(version):
    folder = Path(__file__).parents[1] / "data" / "node_tests" / f"{version}-jest"
    files = {file.name.split(".", 2)[2]: file.read_bytes() for file in folder.glob("0.file.*")}
    report = node_tests.parse((ToolOutput(exit_code=1, files=files),))
    (finding,) = [f for f in report.findings if f.metric]
    assert (finding.rule, finding.path, finding.message) == (
        "test-error",
        "tests/planted.test.js",
        "tests/planted.test.js::tests/planted.test.js: planted",
    )
    assert report.version == version


@pytest.mark.parametrize(("version", "asked"), [("2.1.9", False), ("3.0.0", True)])
def test_old_versions_of_vitest_are_not_asked_for_lines(tmp_path, version, asked):
    for name in ("vitest", "@vitest/coverage-v8"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "package.json").write_text(json.dumps({"version": version}))
    options = Options(tree="/t", output="/o", files=("tests/a.ts",), node_modules=str(tmp_path))
    (invocation,) = node_tests.commands(Target(name="made", node=NODE), options)
    assert ("--includeTaskLocation" in invocation.argv) is asked
