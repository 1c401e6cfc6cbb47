"""JSON lines of findings, the format for tools of one's own."""

import json
from typing import Any

import pytest

from gates.core.model import Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import finding_lines, places
from gates.tools.formats.found import Found

TREE = places.Tree(roots=("/tree",), files=frozenset({"src/a.py"}))
SUMMARY = {"examined": 3}


def lines(*values: Any) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def read(data: bytes | None) -> Found:
    return finding_lines.read(data, TREE, tool="mine", what="the lines")


def item(**keys: Any) -> dict[str, Any]:
    return {"rule": "R1", "message": "said", **keys}


def test_findings_and_what_was_looked_at():
    report = read(
        lines(
            item(severity="high", path="/tree/src/a.py", line=4, url="https://x.example", fix="do"),
            item(),
            {"examined": 2, "unit": "routes", "version": "1.0"},
            {"examined": 3, "incomplete": ["b.py: no text"]},
        )
    )
    first, second = report.findings
    assert (first.path, first.line, first.severity) == ("src/a.py", 4, Severity.HIGH)
    assert (first.tool, first.url, first.fix) == ("mine", "https://x.example", "do")
    assert (second.path, second.severity) == ("", Severity.MEDIUM)
    assert (report.examined, report.unit, report.version) == (5, "routes", "1.0")
    assert report.incomplete == ("b.py: no text",)


def test_a_clean_run_says_what_it_looked_at():
    report = read(lines(SUMMARY))
    assert (report.total, report.examined) == (0, 3)
    assert read(lines(item())).examined is None


@pytest.mark.parametrize("key", ["BANANA", ""])
def test_a_severity_that_nobody_knows_is_the_worst_b15(key):
    report = read(lines(item(severity=key)))
    assert report.counts[Severity.CRITICAL] == 1
    assert report.notes == ("a severity that nobody knows was read as the worst (1)",)


def test_strange_places_and_lines_are_told_b14_b49():
    report = read(lines(item(path="/etc/passwd", line=10**12, url="javascript:alert(1)")))
    (finding,) = report.findings
    assert (finding.path, finding.line, finding.label) == ("", 0, "outside-repo")
    assert finding.url == ""
    assert len(report.notes) == 2


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (None, Reason.NO_RESULT, "the lines: no result"),
        (b"", Reason.EMPTY_RESULT, "the lines: the result is empty"),
        (b"\n\n", Reason.EMPTY_RESULT, "the lines: the result is empty"),
        (lines(item()) + b'{"rule', Reason.UNREADABLE_RESULT, "unparsable"),
        (lines(item(), 3), Reason.UNREADABLE_RESULT, "schema: a line is neither"),
        (b"{}", Reason.UNREADABLE_RESULT, "schema: a line is neither"),
        (b"[]", Reason.UNREADABLE_RESULT, "schema: a line is neither"),
        (lines({"rule": "R1"}), Reason.UNREADABLE_RESULT, "schema: "),
        (lines({"examined": -1}), Reason.UNREADABLE_RESULT, "schema: "),
        (lines({"examined": 1, "message": "x"}), Reason.UNREADABLE_RESULT, "schema: a line"),
        (b'{"rule":"a","rule":"b"}', Reason.UNREADABLE_RESULT, "duplicate-key"),
        (b'{"examined":NaN}', Reason.UNREADABLE_RESULT, "non-finite"),
    ],
)
def test_bad_lines_are_refused_with_their_word(data, reason, word):
    with pytest.raises(ParseError) as caught:
        read(data)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def test_an_error_names_the_line():
    with pytest.raises(ParseError, match="the lines, line 2"):
        read(lines(item()) + b"nonsense\n")
