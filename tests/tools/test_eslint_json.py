"""ESLint reports of other projects, read with the counts that are known of them."""

import json
from pathlib import Path

import pytest

from gates.tools.formats import eslint_json

SCANS = Path(__file__).parents[3] / "shared" / "data" / "scans"
KNOWN = (
    [one for one in json.loads((SCANS / "expected.json").read_text()) if one["tool"] == "eslint"]
    if SCANS.is_dir()
    else []
)


@pytest.mark.parametrize("known", KNOWN, ids=lambda one: one["file"])
def test_reports_of_others_have_the_expected_problems(known):
    report = eslint_json.read((SCANS / known["file"]).read_bytes(), what="the report")
    assert len(eslint_json.problems(report)) == known["expected"]


def test_an_old_report_and_a_new_one_are_both_read():
    """ESLint 5 writes no `fatal` and no suppressed messages; ESLint 10 both."""
    old = b'[{"filePath": "/a.js", "messages": [], "errorCount": 0, "warningCount": 0}]'
    new = (
        b'[{"filePath": "/a.js", "messages": [{"ruleId": null, "fatal": true, "severity": 2, '
        b'"message": "no", "line": 1}], "suppressedMessages": [], "errorCount": 1, '
        b'"fatalErrorCount": 1, "warningCount": 0}]'
    )
    assert eslint_json.read(old, what="x")[0].messages == ()
    assert eslint_json.read(new, what="x")[0].messages[0].fatal
