"""Reports of scanners for secrets: found, never shown, and refused where they are not whole."""

import json

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import places, secret_reports
from gates.tools.formats.found import Found

TREE = places.Tree(roots=("/tree",), files=frozenset({"a.py"}))
VALUE = "the-value-itself"
NEW = {"RuleID": "key", "Description": "a key", "StartLine": 3, "File": "a.py", "Secret": VALUE}
OLD = {"line": VALUE, "offender": VALUE, "rule": "Key", "file": "a.py", "lineNumber": 4}
LEAK = {
    "schema_version": "1",
    "finding": {
        "rule_id": "key",
        "description": "a key",
        "match": {"full": VALUE},
        "location": {"path": "./a.py", "start_line": 3},
    },
}
HELD = {"version": "1.5.0", "results": {"a.py": [{"type": "Key", "line_number": 3}]}}


def end(count: int, state: str = "complete") -> dict[str, object]:
    scan = {"state": state, "num_findings": count, "betterleaks_version": "2.0.0"}
    return {"schema_version": "1", "scan": scan}


def lines(*values: object) -> bytes:
    return "\n".join(json.dumps(value) for value in values).encode()


def read(kind: str, data: bytes | None) -> Found:
    return secret_reports.READERS[kind](data, TREE, tool="mine", what="the report")


@pytest.mark.parametrize(
    ("kind", "data", "rule", "line"),
    [
        ("gitleaks", lines([NEW]), "key", 3),
        ("gitleaks", lines([OLD]), "Key", 4),
        ("betterleaks", lines(LEAK, end(1)), "key", 3),
        ("detect-secrets", lines(HELD), "Key", 3),
    ],
)
def test_a_secret_is_found_and_its_value_not_shown(kind, data, rule, line):
    report = read(kind, data)
    (finding,) = report.findings
    assert (finding.rule, finding.path, finding.line) == (rule, "a.py", line)
    assert VALUE not in repr(report)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("gitleaks", b"[]"),
        ("betterleaks", lines(end(0))),
        ("detect-secrets", lines({**HELD, "results": {}})),
    ],
)
def test_a_clean_report_holds_nothing(kind, data):
    assert (read(kind, data).total, read(kind, data).incomplete) == (0, ())


def test_a_scan_that_was_stopped_is_incomplete():
    report = read("betterleaks", lines(LEAK, end(1, "cancelled")))
    assert report.incomplete == ("the scan ended cancelled",)


@pytest.mark.parametrize(
    ("kind", "data", "word"),
    [
        ("gitleaks", b"{}", "schema: a report of gitleaks is an array"),
        ("gitleaks", b"[{}]", "schema: "),
        ("gitleaks", b"[1]", "schema: "),
        ("gitleaks", lines([NEW])[:-9], "unparsable"),
        ("betterleaks", lines(LEAK), "count mismatch: 1 findings"),
        ("betterleaks", lines(LEAK, end(2)), "count mismatch"),
        ("betterleaks", lines(end(0), end(0)), "count mismatch"),
        ("betterleaks", b"{}", "schema: a line is neither"),
        ("detect-secrets", b"{}", "schema: "),
        ("detect-secrets", b"[]", "schema: "),
    ],
)
def test_a_report_that_is_not_whole_is_refused(kind, data, word):
    with pytest.raises(ParseError) as caught:
        read(kind, data)
    assert caught.value.reason is Reason.UNREADABLE_RESULT
    assert caught.value.detail.startswith(word)
