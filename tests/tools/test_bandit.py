"""bandit run for real over made trees, its exit codes that say nothing, and foreign recordings."""

import json
from pathlib import Path

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.tools import bandit

SCANS = Path(__file__).parents[3] / "shared" / "data" / "scans"
SCOPE = b'{"tree": "/tree", "files": ["src/a.py"]}'
CLEAN = '"""Clean."""\n\nVALUE = 1\n'
ISSUE = {
    "code": "1 x\n",
    "col_offset": 4,
    "filename": "./src/a.py",
    "issue_confidence": "HIGH",
    "issue_severity": "HIGH",
    "issue_text": "subprocess call with shell=True identified, security issue.",
    "line_number": 3,
    "more_info": "https://bandit.readthedocs.io/",
    "test_id": "B602",
}
METRICS = {"_totals": {"loc": 9, "nosec": 0}, "src/a.py": {"loc": 9, "nosec": 0}}


def output(code=0, errors=(), metrics=METRICS, results=(), stdout=None):
    report = {"errors": list(errors), "metrics": metrics, "results": list(results)}
    said = json.dumps(report).encode() if stdout is None else stdout
    return (
        ToolOutput(exit_code=code, stdout=said, stderr=b"KeyError: 1\n", files={"scope": SCOPE}),
    )


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    report = report_of(bandit, {"src/good.py": CLEAN, **bandit.control().files})
    assert [(f.rule, f.path, f.line, f.severity) for f in report.findings] == [
        ("B608", "src/planted.py", 2, Severity.CRITICAL)
    ]
    assert report.measurements["security.high"].value == 1
    assert report.measurements["security.medium"].value == 0
    assert report.examined == 2


def test_a_clean_tree_has_no_findings(report_of):
    report = report_of(bandit, {"src/good.py": CLEAN})
    assert (report.findings, report.examined, report.incomplete) == ((), 1, ())


def test_only_a_file_that_cannot_be_read_is_incomplete_although_bandit_ends_with_0_p7(report_of):
    report = report_of(bandit, {"src/bad.py": "def (:\n"})
    assert report.incomplete == ("src/bad.py: syntax error while parsing AST from file",)


@pytest.mark.parametrize("files", [{"other/a.py": CLEAN}, {"src/a.txt": "x"}, {"src/a.py": ""}])
def test_nothing_to_look_at_was_not_examined_p7(report_of, files):
    assert report_of(bandit, files).examined == 0


def test_the_targets_own_settings_cannot_switch_it_off_p17(report_of):
    own = "[bandit]\nskips = B608\nexclude = /src\n"
    files = {".bandit": own, "src/.bandit": own, "setup.cfg": own, **bandit.control().files}
    assert report_of(bandit, files).measurements["security.high"].value == 1


def test_a_file_that_bandit_leaves_out_is_incomplete(report_of):
    files = {"src/good.py": CLEAN, "src/.tox/x.py": CLEAN}
    assert report_of(bandit, files).incomplete == ("bandit looked at 1 of 2 files",)


def test_a_single_file_keeps_its_path(report_of):
    files = {**bandit.control().files}
    report = report_of(bandit, files, Code(paths=("src/planted.py",)))
    assert [finding.path for finding in report.findings] == ["src/planted.py"]


@pytest.mark.parametrize(
    ("rule", "said", "read"),
    [
        ("B602", "HIGH", Severity.HIGH),
        ("B104", "MEDIUM", Severity.MEDIUM),
        ("B101", "LOW", Severity.LOW),
        ("B608", "MEDIUM", Severity.CRITICAL),
        ("B999", "BANANA", Severity.CRITICAL),
    ],
)
def test_severities_b15(rule, said, read):
    issue = {**ISSUE, "test_id": rule, "issue_severity": said}
    report = bandit.parse(output(code=1, results=[issue]))
    assert report.findings[0].severity is read
    assert report.findings[0].path == "src/a.py"
    high = read in (Severity.CRITICAL, Severity.HIGH)
    assert report.measurements["security.high"].value == int(high)
    assert report.measurements["security.medium"].value == int(read is Severity.MEDIUM)
    assert bool(report.notes) == (said == "BANANA")


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (output(code=1, stdout=b""), Reason.TOOL_CRASHED, "bandit ended with 1: KeyError: 1"),
        (output(code=2), Reason.TOOL_CRASHED, "bandit ended with 2"),
        (output(stdout=b'{"errors": ['), Reason.UNREADABLE_RESULT, "unparsable"),
        (output(stdout=b"{}"), Reason.UNREADABLE_RESULT, "schema"),
        (output(stdout=b"[]"), Reason.UNREADABLE_RESULT, "schema"),
        (output(metrics={}), Reason.UNREADABLE_RESULT, "schema: no `_totals`"),
        (output(metrics={"_totals": {"loc": -1}}), Reason.UNREADABLE_RESULT, "schema"),
        (output(results=[{**ISSUE, "line_number": 0}]), Reason.UNREADABLE_RESULT, "schema"),
    ],
)
def test_output_that_cannot_be_trusted_is_refused(given, reason, word):
    with pytest.raises(ParseError) as caught:
        bandit.parse(given)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


@pytest.mark.skipif(not SCANS.is_dir(), reason="the recordings are not beside this checkout")
def test_foreign_recordings_have_the_findings_that_they_should():
    cases = [c for c in json.loads((SCANS / "expected.json").read_text()) if c["tool"] == "bandit"]
    assert cases
    for case in cases:
        report = bandit.parse(output(stdout=(SCANS / case["file"]).read_bytes()))
        assert len(report.findings) == case["expected"], case["file"]
