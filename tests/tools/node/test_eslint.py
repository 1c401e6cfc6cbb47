"""The target's own ESLint run for real over made trees, and refused where it proves nothing."""

import json

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Node
from gates.core.tool import ParseError, ToolOutput
from gates.tools import eslint

CLEAN = "export const value = 1;\n"
SURROUNDINGS = json.dumps(
    {
        "tree": "/tree",
        "package": "/tree",
        "files": ["src/a.js"],
        "versions": {"eslint": "10.15.0", "@eslint/js": "10.0.1"},
    }
).encode()


def values(report):
    return {name: measurement.value for name, measurement in report.measurements.items()}


def entry(*messages, errors=0, warnings=0, path="/tree/src/a.js"):
    return {
        "filePath": path,
        "messages": list(messages),
        "errorCount": errors,
        "warningCount": warnings,
    }


def message(rule="no-undef", severity=2, **keys):
    return {"ruleId": rule, "severity": severity, "message": "said", "line": 3, **keys}


def output(report, code=1, stderr=b"it broke"):
    data = report if isinstance(report, bytes) else json.dumps(report).encode()
    return ToolOutput(
        exit_code=code, stdout=data, stderr=stderr, files={"surroundings": SURROUNDINGS}
    )


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    report = report_of(eslint, {"src/good.js": CLEAN, "src/planted.js": PLANTED})
    assert [(f.rule, f.path, f.line, f.severity, f.metric) for f in report.findings] == [
        ("no-undef", "src/planted.js", 1, Severity.HIGH, "lint.errors")
    ]
    assert values(report) == {"lint.errors": 1, "lint.warnings": 0}
    assert (report.examined, report.incomplete) == (2, ())
    assert report.version == "10.15.0, @eslint/js 10.0.1"


PLANTED = eslint.control().files["src/planted.js"]


def test_typescript_is_read_and_warnings_are_apart(report_of):
    text = (
        "export function f(a: number): boolean {\n  const unused = 1;\n  return a == 1;\n}\n"
        "export const anything = (x: any): any => x;\n"
    )
    report = report_of(eslint, {"src/a.ts": text})
    assert sorted((f.rule, f.line, f.metric) for f in report.findings) == [
        ("@typescript-eslint/no-unused-vars", 2, "lint.errors"),
        ("eqeqeq", 3, "lint.warnings"),
    ]
    assert values(report) == {"lint.errors": 1, "lint.warnings": 1}
    assert report.version.endswith("typescript-eslint 8.73.0")


def test_the_targets_own_settings_cannot_switch_it_off_p17(report_of):
    files = {
        "eslint.config.js": 'export default [{ ignores: ["**/*"] }];\n',
        ".eslintignore": "*\n",
        "src/planted.js": PLANTED,
    }
    assert values(report_of(eslint, files))["lint.errors"] == 1


@pytest.mark.parametrize(
    ("configuration", "rules"),
    [
        ("ours", {"no-undef"}),
        ("target", {"no-alert"}),
        ("stricter", {"no-undef", "no-alert"}),
    ],
)
def test_the_policy_says_whose_settings_count(report_of, configuration, rules):
    own = 'export default [{ rules: { "no-alert": "warn" } }];\n'
    files = {"eslint.config.js": own, "src/a.js": "alert(missing);\n"}
    report = report_of(eslint, files, settings={"configuration": configuration})
    assert {
        f.rule for f in report.findings if "alert" not in f.message or f.rule != "no-undef"
    } == (rules)


def test_what_the_targets_settings_leave_out_is_said(report_of):
    own = 'export default [{ ignores: ["src/b.js"] }, { rules: {} }];\n'
    files = {"eslint.config.js": own, "src/a.js": CLEAN, "src/b.js": CLEAN}
    report = report_of(eslint, files, settings={"configuration": "target"})
    assert (report.examined, report.incomplete) == (1, ())
    assert report.notes == ("ESLint did not look at src/b.js",)


def test_the_targets_settings_have_to_be_there(report_of):
    with pytest.raises(ParseError, match="but the target has no eslint.config"):
        report_of(eslint, {"src/a.js": CLEAN}, settings={"configuration": "target"})


def test_an_unknown_configuration_is_refused(report_of):
    with pytest.raises(ParseError, match='"loose" is unknown; allowed: ours, target, stricter'):
        report_of(eslint, {"src/a.js": CLEAN}, settings={"configuration": "loose"})


def test_a_file_that_cannot_be_parsed_is_incomplete_and_no_finding(report_of):
    report = report_of(eslint, {"src/a.js": CLEAN, "src/bad.js": "const = ;\n"})
    assert report.findings == ()
    assert report.incomplete == ("src/bad.js:1: Parsing error: Unexpected token =",)


def test_comments_switch_rules_off_and_that_is_said(report_of):
    text = "// eslint-disable-next-line no-undef, other/rule\nexport const found = missing;\n"
    report = report_of(eslint, {"src/a.js": text})
    assert report.findings == ()
    assert report.notes == ("1 problems are switched off by eslint-disable comments",)


def test_tests_are_linted_too_and_their_words_are_known(report_of):
    files = {"src/a.js": CLEAN, "tests/a.test.js": "test('x', () => { expect(1).toBe(1); });\n"}
    report = report_of(eslint, files, Node(paths=("src",), tests=("tests",)))
    assert (report.findings, report.examined) == ((), 2)


def test_a_package_in_a_folder_has_paths_from_the_root(report_of):
    files = {"backend/package.json": "{}", "backend/src/planted.js": PLANTED}
    report = report_of(eslint, files, Node(paths=("backend/src",), package="backend"))
    assert [f.path for f in report.findings] == ["backend/src/planted.js"]


def test_nothing_to_lint_is_no_pass_p7(report_of):
    with pytest.raises(ParseError) as caught:
        report_of(eslint, {"src/notes.txt": "x"})
    assert caught.value.reason is Reason.NOTHING_EXAMINED


def test_a_missing_package_is_named_with_the_remedy(report_of, tmp_path):
    bare = tmp_path / "bare" / "node_modules"
    (bare / "eslint").mkdir(parents=True)
    (bare / "eslint" / "package.json").write_text('{"version": "10.0.0"}')
    with pytest.raises(ParseError) as caught:
        report_of(eslint, {"src/a.ts": CLEAN}, node_modules=str(bare))
    assert caught.value.reason is Reason.TOOL_MISSING
    assert caught.value.detail.startswith(
        "eslint: @eslint/js and typescript-eslint not installed in the target: add to "
        "devDependencies and commit package-lock.json (npm install --save-dev @eslint/js "
    )


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (output(b"", 2), Reason.TOOL_CRASHED, "ESLint ended with 2: it broke"),
        (output(b"", 2, b"\nOops!\n\nError: no plugin\n  at x\n"), Reason.TOOL_CRASHED, "ESLint"),
        (output(b"", 0), Reason.EMPTY_RESULT, "ESLint's report"),
        (output(b"[{]", 0), Reason.UNREADABLE_RESULT, "unparsable"),
        (output([{}], 0), Reason.UNREADABLE_RESULT, "schema"),
        (output([], 0), Reason.NOTHING_EXAMINED, "ESLint looked at no file"),
        (output([entry()], 1), Reason.UNREADABLE_RESULT, "contradiction"),
        (output([entry(message(), errors=1)], 0), Reason.UNREADABLE_RESULT, "contradiction"),
        (output([entry(message(severity=7))], 1), Reason.UNREADABLE_RESULT, "schema"),
        (output([entry(message(line=-1))], 1), Reason.UNREADABLE_RESULT, "schema"),
        (
            output([entry(message(None, 1, message="File ignored because of x"), warnings=1)], 0),
            Reason.NOTHING_EXAMINED,
            "ESLint looked at no file",
        ),
    ],
)
def test_output_that_cannot_be_trusted_is_refused_p4_p6(given, reason, word):
    with pytest.raises(ParseError) as caught:
        eslint.parse((given,))
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def test_the_reason_of_a_crash_is_told_and_not_its_stack():
    with pytest.raises(ParseError, match="ESLint ended with 2: Error: Cannot find module 'x'$"):
        eslint.parse((output(b"", 2, b"\nOops!\n\nError: Cannot find module 'x'\n    at y\n"),))


def test_problems_that_are_counted_and_not_listed_are_incomplete():
    report = eslint.parse((output([entry(message(), errors=6)]),))
    assert report.incomplete == ("src/a.js: 5 problems are counted and not listed",)


def test_a_file_that_was_handed_over_and_not_reported_is_incomplete():
    other = entry(message(), errors=1, path="/tree/src/b.js")
    assert eslint.parse((output([other]),)).incomplete == ("ESLint did not look at src/a.js",)
