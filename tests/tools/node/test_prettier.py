"""The target's own Prettier over made trees: whose settings count, and what it could not read."""

import json

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Node
from gates.core.tool import ParseError, ToolOutput
from gates.tools import prettier

CLEAN = 'export const a = "b";\n'
SINGLE = "export const a = 'b';\n"
OWN = {".prettierrc": '{ "singleQuote": true }\n'}
SURROUNDINGS = b'{"tree": "/tree", "package": "/tree", "files": ["src/a.js"], "versions": {}}'


def output(files, code=0, version="3.10.1"):
    data = json.dumps({"version": version, "files": files}).encode()
    return ToolOutput(exit_code=code, stdout=data, files={"surroundings": SURROUNDINGS})


def found(report):
    return [finding.path for finding in report.findings]


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    planted = prettier.control().files["src/planted.js"]
    report = report_of(prettier, {"src/good.ts": CLEAN, "src/planted.js": planted})
    (finding,) = report.findings
    assert (finding.path, finding.rule, finding.severity, finding.metric) == (
        "src/planted.js",
        prettier.control().rule,
        Severity.LOW,
        "format.files",
    )
    assert report.measurements["format.files"].value == 1
    assert (report.examined, report.incomplete, report.version) == (2, (), "3.10.1")


def test_lines_may_have_100_characters_as_in_python(report_of):
    fits = f'export const a = "{"x" * 70}" + b;\n'
    long = f'export const a = "{"x" * 40}" + "{"y" * 45}" + b;\n'
    assert found(report_of(prettier, {"src/a.js": fits, "src/b.js": long})) == ["src/b.js"]


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [("ours", ["src/a.js"]), ("target", ["src/b.js"]), ("stricter", ["src/a.js", "src/b.js"])],
)
def test_the_policy_says_whose_settings_count_p17(report_of, configuration, expected):
    files = {**OWN, "src/a.js": SINGLE, "src/b.js": CLEAN}
    report = report_of(prettier, files, settings={"configuration": configuration})
    assert found(report) == expected


def test_what_the_targets_settings_leave_out_is_said(report_of):
    files = {".prettierignore": "src/b.js\n", "src/a.js": CLEAN, "src/b.js": "x  = 1"}
    theirs = {"configuration": "target"}
    report = report_of(prettier, files, settings=theirs)
    assert (report.examined, found(report)) == (1, [])
    assert report.notes == ("the target's settings leave out 1 files",)


def test_ours_do_not_leave_out_what_the_target_ignores_p17(report_of):
    files = {".prettierignore": "**\n", "src/a.js": "x  = 1"}
    assert found(report_of(prettier, files)) == ["src/a.js"]


def test_a_file_that_cannot_be_parsed_is_incomplete(report_of):
    report = report_of(prettier, {"src/a.js": CLEAN, "src/bad.js": "const = ;\n"})
    assert report.incomplete == ("src/bad.js: Unexpected token (1:7)",)
    assert report.findings == ()


def test_tests_are_formatted_too(report_of):
    files = {"src/a.js": CLEAN, "tests/a.test.js": "x  = 1"}
    report = report_of(prettier, files, Node(paths=("src",), tests=("tests",)))
    assert found(report) == ["tests/a.test.js"]


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (output([]), Reason.UNREADABLE_RESULT, "schema: it speaks of other files"),
        (
            output([{"path": "src/b.js", "state": "formatted"}]),
            Reason.UNREADABLE_RESULT,
            "schema: it speaks of other files",
        ),
        (
            output([{"path": "src/a.js", "state": "fine"}]),
            Reason.UNREADABLE_RESULT,
            "schema: Invalid enum value 'fine'",
        ),
        (
            output([{"path": "src/a.js", "state": "ignored"}]),
            Reason.NOTHING_EXAMINED,
            "Prettier looked at no file",
        ),
        (
            output([{"path": "src/a.js", "state": "formatted"}], 1),
            Reason.TOOL_CRASHED,
            "prettier ended with 1",
        ),
    ],
)
def test_an_answer_that_cannot_be_trusted_is_refused(given, reason, word):
    with pytest.raises(ParseError) as caught:
        prettier.parse((given,))
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)
