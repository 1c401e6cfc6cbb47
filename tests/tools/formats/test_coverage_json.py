"""Coverage is counted from lines, not read from a rounded display."""

import json

import pytest

from gates.core.tool import ParseError
from gates.tools.formats import coverage_json


def entry(statements: int, missing: list[int], branches: int = 0, taken: int = 0) -> dict:
    summary = {
        "covered_lines": statements - len(missing),
        "num_statements": statements,
        "percent_covered": 100.0,
        "percent_covered_display": "100",
        "num_branches": branches,
        "covered_branches": taken,
    }
    return {"executed_lines": [], "missing_lines": missing, "summary": summary}


def document(files: dict, **totals: int) -> bytes:
    counted = sum(file["summary"]["num_statements"] for file in files.values())
    totals = {"covered_lines": 0, "num_statements": counted, **totals}
    return json.dumps({"meta": {"format": 3}, "files": files, "totals": totals}).encode()


def test_only_own_files_count_and_the_worst_comes_first():
    files = {
        "src/a.py": entry(10, [1], 4, 3),
        "src/b.py": entry(10, [2, 3]),
        "src/c.py": entry(0, []),
        "tests/t.py": entry(80, []),
    }
    own = frozenset({"src/a.py", "src/b.py", "src/c.py"})
    coverage = coverage_json.read(document(files), own, what="x")
    assert (coverage.files, coverage.statements, coverage.covered) == (3, 20, 17)
    assert (coverage.branches, coverage.covered_branches) == (4, 3)
    assert coverage.percent == 85.0
    assert list(coverage.missing) == ["src/b.py", "src/a.py"]


@pytest.mark.parametrize(("missing", "percent"), [(101, 89.9), (100, 90.0)])
def test_the_percentage_is_not_rounded(missing, percent):
    files = {"a.py": entry(1000, list(range(1, missing + 1)))}
    assert coverage_json.read(document(files), frozenset({"a.py"}), what="x").percent == percent


def test_nothing_of_nothing_is_no_number_b21():
    coverage = coverage_json.read(document({"a.py": entry(0, [])}), frozenset({"a.py"}), what="x")
    assert coverage.percent is None


@pytest.mark.parametrize(
    "data",
    [
        document({"a.py": {**entry(3, [1]), "missing_lines": [1, 2]}}),
        document({"a.py": entry(3, [1])}, num_statements=4),
        document({"a.py": entry(3, [1], branches=1, taken=2)}),
        document({"a.py": entry(3, [0])}),
        b"{}",
        b"[]",
    ],
)
def test_counts_that_contradict_each_other_are_refused(data):
    with pytest.raises(ParseError, match=r"count mismatch|schema"):
        coverage_json.read(data, frozenset({"a.py"}), what="x")


@pytest.mark.parametrize(
    ("lines", "text"),
    [((), ""), ((3,), "3"), ((3, 4, 5, 9), "3-5, 9"), (tuple(range(1, 20, 2)), "1, 3, 5, …")],
)
def test_ranges(lines, text):
    assert coverage_json.ranges(lines, 3) == text
