"""jscpd run for real over made trees, and results that cannot be trusted."""

import json

import pytest

from gates.core.model import Reason
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.tools import duplicates

METRIC = "review.duplicated_percent"
COPY = duplicates.control().files["src/planted.py"].partition("\n\n\n")[0] + "\n"
LINES = COPY.count("\n")
TYPESCRIPT = """\
export function total(lines: Line[]): number {
  let sum = 0;
  for (const line of lines) {
    if (line.quantity > 0 && line.price > 0) {
      sum += line.quantity * line.price;
    } else {
      console.warn("left out", line.id, line.name);
    }
  }
  return Math.round(sum * 100) / 100;
}
"""


def other(lines: int) -> str:
    """Code of so many lines, no two of them alike."""
    shapes = ("a{n} = {n}", "b{n} = [{n}, 'x{n}']", "c{n} = {{'k{n}': {n}}}", "d{n} = ({n},) * {n}")
    return "".join(shapes[n % 4].format(n=n * n) + "\n" for n in range(lines))


def test_a_copy_is_one_finding_with_both_places(report_of):
    files = {"src/b.py": COPY, "src/a.py": f"X = 1\n\n\n{COPY}"}
    report = report_of(duplicates, files)
    (found,) = report.findings
    assert (found.path, found.line) == ("src/a.py", 4)
    assert f"{LINES} lines (to line {LINES + 3})" in found.message
    assert f"src/b.py, lines 1 to {LINES}" in found.message
    assert found.metric == ""
    assert report.measurements[METRIC].value == pytest.approx(100 * LINES / (2 * LINES + 3))
    assert report.examined == 2


def test_the_control_is_detected_within_one_file(report_of):
    report = report_of(duplicates, duplicates.control().files)
    assert [one.rule for one in report.findings] == [duplicates.control().rule]
    assert "src/planted.py, lines 12 to 20" in report.findings[0].message


def test_a_share_is_of_all_lines_and_short_files_have_lines_too(report_of):
    files = {"src/a.py": COPY, "src/b.py": COPY, "src/c.py": other(80), "src/d.py": "X = 1\n"}
    report = report_of(duplicates, files)
    assert report.measurements[METRIC].value == pytest.approx(100 * LINES / (2 * LINES + 81))
    assert report.examined == 4


def test_code_without_copies_has_none(report_of):
    report = report_of(duplicates, {"src/a.py": COPY, "src/b.py": other(40)})
    assert (report.findings, report.measurements[METRIC].value) == ((), 0)


@pytest.mark.parametrize("suffix", ["ts", "mts", "tsx", "js", "cjs", "jsx"])
def test_copies_in_other_languages_are_found(report_of, suffix):
    text = TYPESCRIPT if "t" in suffix else TYPESCRIPT.replace(": Line[]): number", ")")
    files = {f"src/a.{suffix}": text, f"src/b.{suffix}": text}
    assert report_of(duplicates, files).measurements[METRIC].value == 50


def test_files_too_short_to_hold_a_copy_were_looked_at(report_of):
    report = report_of(duplicates, {"src/a.py": "X = 1\n"})
    assert (report.examined, report.measurements[METRIC].value) == (1, 0)


@pytest.mark.parametrize("files", [{"src/a.txt": "x"}, {"src/a.py": ""}])
def test_of_no_lines_there_is_no_number_p7(report_of, files):
    report = report_of(duplicates, files)
    assert report.examined == 0
    assert report.measurements[METRIC].value is None
    assert report.measurements[METRIC].why == "there are no lines of code"


def test_settings_of_the_target_do_not_count(report_of):
    files = {
        "src/a.py": COPY,
        "src/b.py": COPY,
        ".gitignore": "src\n",
        ".jscpd.json": '{"ignore": ["**"], "minTokens": 5000}',
    }
    assert report_of(duplicates, files).measurements[METRIC].value == 50


PYTHON_IMPORTS = """\
import os, sys, json, time
import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from gates.core.model import (
    Finding, Measurement, Reason, Severity,
    ToolReport, Status, Weight, Verdict, Evidence,
)
from gates.core.tool import Control, Invocation, Metric, Options, ParseError
"""
TYPESCRIPT_IMPORTS = """\
import fs from "node:fs";
import * as path from "node:path";
import { a, b, c, d } from "./letters.js";
import {
  one, two, three, four, five, six,
  seven, eight, nine, ten,
} from './numbers.js';
import type { Line, Order, Book } from "./types.js";
import eleven from "./eleven.js";
"""


@pytest.mark.parametrize(
    ("suffix", "imports", "ends"),
    [
        ("py", PYTHON_IMPORTS, ("A = 1\n", 'B = {"b": [2]}\n')),
        ("ts", TYPESCRIPT_IMPORTS, ("const a = 1;\n", "let b = { c: [2] };\n")),
    ],
)
def test_what_is_imported_is_no_copy(report_of, suffix, imports, ends):
    files = {f"src/{n}.{suffix}": imports + end for n, end in enumerate(ends)}
    report = report_of(duplicates, files)
    assert (report.findings, report.examined) == ((), 2)


def test_a_missing_path_is_said(report_of):
    with pytest.raises(ParseError) as caught:
        report_of(duplicates, {"src/a.py": COPY}, Code(paths=("src", "lost")))
    assert caught.value.reason is Reason.TOOL_CRASHED
    assert "path does not exist: lost" in caught.value.detail


def outputs(clones, total, files=({"path": "/tree/a.py", "lines": 40},)) -> tuple[ToolOutput, ...]:
    report = {"duplicates": clones, "statistics": {"total": total}}
    scope = b'{"tree": "/tree", "files": []}'
    return (
        ToolOutput(exit_code=0, files={"scope": scope, "clones": json.dumps(report).encode()}),
        ToolOutput(
            exit_code=0, files={"sizes": json.dumps({"summary": {"files": files}}).encode()}
        ),
    )


def test_a_list_that_is_shorter_than_its_count_is_refused():
    total = {"lines": 40, "duplicatedLines": 9, "clones": 1}
    with pytest.raises(ParseError) as caught:
        duplicates.parse(outputs([], total))
    assert caught.value.reason is Reason.UNREADABLE_RESULT
    assert caught.value.detail.startswith("contradiction: 0 of 1 blocks")


def test_the_count_is_of_the_whole_tree():
    total = {"lines": 30, "duplicatedLines": 0, "clones": 0}
    report = duplicates.parse(outputs([], total))
    assert report.measurements[METRIC].detail == "0 of 40 lines, in 0 blocks"
