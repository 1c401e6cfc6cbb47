"""Cobertura and LCOV: recounted from their lines, for the target's own files (B16, B21, B22)."""

import time
from pathlib import Path

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import cobertura, covered, lcov, places
from gates.tools.formats.covered import Lines

FILES = frozenset({"src/a.py", "src/b.py"})
TREE = places.Tree(roots=("/tree",), files=FILES)
DOCTYPE = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'


def xml(*classes: str, head: str = 'line-rate="1"', before: str = "", sources: str = "") -> bytes:
    inner = "".join(classes)
    return (
        f'<?xml version="1.0" ?>{before}<coverage {head}><sources>{sources}</sources><packages>'
        f"<package><classes>{inner}</classes></package></packages></coverage>"
    ).encode()


def one_class(name: str, *lines: str) -> str:
    return f'<class filename="{name}"><methods/><lines>{"".join(lines)}</lines></class>'


def line(number: int, hits: object, condition: str = "") -> str:
    more = f' branch="true" condition-coverage="{condition}"' if condition else ""
    return f'<line number="{number}" hits="{hits}"{more}/>'


A = one_class("src/a.py", line(1, 1), line(2, 0, "50% (1/2)"), line(3, 7), line(4, 0))


def own(report: covered.Coverage, expected: frozenset[str] = FILES) -> covered.Own:
    return covered.own([report], expected, TREE)


def test_lines_and_branches_are_recounted_and_false_claims_told():
    report = cobertura.read(xml(A, head='line-rate="1" lines-valid="9"'), what="r")
    found = own(report)
    assert (found.lines().value, found.lines().detail) == (50.0, "2 of 4 lines")
    assert (found.branches().value, found.branches().detail) == (50.0, "1 of 2 branches")
    assert report.notes == ("the report claims lines-valid=9; its lines say 4, which counts",)


def test_a_line_of_a_method_and_of_its_class_is_one_line():
    method = f"<methods><method><lines>{line(1, 0)}</lines></method></methods>"
    twice = f'<class filename="src/a.py">{method}<lines>{line(1, 2)}</lines></class>'
    again = one_class("src/a.py", line(1, 0), line(2, 0))
    found = own(cobertura.read(xml(twice, again), what="r"))
    assert found.files == {"src/a.py": Lines({1: True, 2: False})}


def test_no_lines_are_no_share_b21():
    empty = xml(one_class("src/a.py"), head='line-rate="1" lines-valid="0"')
    report = cobertura.read(empty, what="r")
    assert own(report).lines().value is None
    assert own(report).lines().why == "the report holds no lines"


@pytest.mark.parametrize(
    ("source", "name", "covered_file"),
    [
        ("/tree/src", "a.py", "src/a.py"),
        ("/tree", "src/a.py", "src/a.py"),
        ("src", "a.py", "src/a.py"),
        ("/elsewhere/src", "a.py", None),
        ("", "/elsewhere/src/a.py", None),
        ("", "tests/test_a.py", None),
    ],
)
def test_only_expected_files_count_b22(source, name, covered_file):
    data = xml(one_class(name, line(1, 1)), sources=f"<source>{source}</source>")
    found = own(cobertura.read(data, what="r"))
    assert list(found.files) == ([covered_file] if covered_file else [])
    if not covered_file:
        assert found.lines().why.startswith("no expected file covered: the report names only")


@pytest.mark.parametrize(
    "doctype",
    [
        DOCTYPE,
        DOCTYPE.replace('"', "'"),
        '<!DOCTYPE coverage PUBLIC "-//x" "http://x.example/c.dtd" >',
    ],
)
def test_the_bare_document_type_of_cobertura_is_let_pass_unread(doctype):
    assert own(cobertura.read(xml(A, before=doctype), what="r")).lines().value == 50.0


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE coverage [<!ENTITY a "b">]>',
        '<!DOCTYPE coverage SYSTEM "x.dtd" [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE coverage [<!ATTLIST coverage line-rate CDATA "1">]>',
        '<!DOCTYPE report SYSTEM "x.dtd">',
        DOCTYPE + DOCTYPE,
        "<!DOCTYPE coverage>",
    ],
)
def test_every_other_document_type_is_refused_at_once_b16(doctype):
    started = time.monotonic()
    with pytest.raises(ParseError, match="dtd-forbidden|not-well-formed"):
        cobertura.read(xml(A, before=doctype), what="r")
    assert time.monotonic() - started < 0.3


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (None, Reason.NO_RESULT, "r: no result"),
        (b" ", Reason.EMPTY_RESULT, "r: the result is empty"),
        (xml(A)[:200], Reason.UNREADABLE_RESULT, "not-well-formed"),
        (b"<testsuites/>", Reason.UNREADABLE_RESULT, "schema: the root is <testsuites>"),
        (b"<coverage/>", Reason.UNREADABLE_RESULT, "schema: the root is <coverage>"),
        (xml(one_class("", line(1, 1))), Reason.UNREADABLE_RESULT, "schema: a class has no"),
        (xml(one_class("a", line(1, -1))), Reason.UNREADABLE_RESULT, "schema: a line has hits"),
        (xml(one_class("a", line(1, "x"))), Reason.UNREADABLE_RESULT, "schema: a line has hits"),
        (
            xml(one_class("a", line(1, 1, "150% (3/2)"))),
            Reason.UNREADABLE_RESULT,
            "schema: line 1: condition-coverage",
        ),
        (b"<a>" * 60, Reason.UNREADABLE_RESULT, "schema: the root is <a>"),
        (
            b'<coverage line-rate="1">' + b"<a>" * 60,
            Reason.UNREADABLE_RESULT,
            "too-deep",
        ),
        (xml("\x1b"), Reason.UNREADABLE_RESULT, "not-well-formed"),
    ],
)
def test_bad_cobertura_is_refused_with_its_word(data, reason, word):
    with pytest.raises(ParseError) as caught:
        cobertura.read(data, what="r")
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


RECORD = """TN:
SF:src/a.py
FN:1,f
FNDA:1,f
DA:1,1
DA:2,0,abc
DA:3,5
BRDA:1,0,0,1
BRDA:1,0,1,-
BRDA:1,0,jump to line 3, or on,0
LF:3
LH:2
BRF:3
BRH:1
end_of_record
"""


def test_a_tracefile_is_recounted():
    found = own(lcov.read(RECORD.encode(), what="r"))
    assert found.files["src/a.py"].hits == {1: True, 2: False, 3: True}
    assert found.files["src/a.py"].branches == {1: (1, 3)}
    assert found.lines().detail == "2 of 3 lines"


def test_two_records_of_one_file_are_one_file():
    second = "SF:/tree/src/a.py\nDA:2,1\nDA:9,0\nend_of_record\n"
    found = own(lcov.read((RECORD + second).encode(), what="r"))
    assert found.files["src/a.py"].hits == {1: True, 2: True, 3: True, 9: False}


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("LF:3", "LF:4", "count mismatch: src/a.py: LF:4, but its lines say 3"),
        ("LH:2", "LH:3", "count mismatch: src/a.py: LH:3, but its lines say 2"),
        ("BRF:3", "BRF:2", "count mismatch: src/a.py: BRF:2, but its lines say 3"),
        ("BRH:1", "BRH:0", "count mismatch: src/a.py: BRH:0, but its lines say 1"),
        ("end_of_record\n", "", "unparsable: the last record is cut"),
        ("DA:2,0,abc", "DA:x,0", "schema: line 6: DA:x,0"),
        ("DA:2,0,abc", "nonsense", "schema: line 6: 'nonsense'"),
        ("SF:src/a.py", "SF:", "schema: line 2"),
        (RECORD, "{}", "schema: line 1"),
        (RECORD, "TN:\n", "schema: no record"),
        ("TN:\n", "SF:b\n", "schema: line 2: SF: before end_of_record"),
    ],
)
def test_a_tracefile_that_contradicts_itself_is_refused_by_name(old, new, word):
    with pytest.raises(ParseError) as caught:
        lcov.read(RECORD.replace(old, new).encode(), what="r")
    assert caught.value.reason is Reason.UNREADABLE_RESULT
    assert caught.value.detail.startswith(word)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, Reason.NO_RESULT),
        (b"", Reason.EMPTY_RESULT),
        (b"TN:\xff\n", Reason.UNREADABLE_RESULT),
    ],
)
def test_a_tracefile_that_is_none_is_refused(data, reason):
    with pytest.raises(ParseError) as caught:
        lcov.read(data, what="r")
    assert caught.value.reason is reason


def test_reports_of_coverage_py_agree_with_each_other(tmp_path):
    """Real reports of one run in both formats, and coverage.py's own count."""
    data = Path(__file__).parents[1] / "data" / "coverage" / "7.17.3-both"
    expected = frozenset({"src/shop.py"})
    tree = places.Tree(roots=("/tree",), files=expected)
    reports = (
        cobertura.read((data / "coverage.xml").read_bytes(), what="x"),
        lcov.read((data / "coverage.lcov").read_bytes(), what="l"),
    )
    for report in reports:
        found = covered.own([report], expected, tree)
        assert found.lines().detail == "7 of 8 lines"
        assert found.branches().detail == "3 of 4 branches"
        assert report.notes == ()
