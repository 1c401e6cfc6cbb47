"""Suppressions are counted from comments, never from texts, in the tree and at the base (P17)."""

from pathlib import Path

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError, ToolOutput
from gates.probes import suppressions as probe
from gates.tools import suppressions as tool


@pytest.mark.parametrize(
    ("comment", "kinds"),
    [
        ("# noqa", ["noqa"]),
        ("#noqa:E501", ["noqa"]),
        ("# NOQA: E501", ["noqa"]),
        ("# ruff: noqa", ["noqa"]),
        ("# flake8: noqa: E501", ["noqa"]),
        ("# type: ignore[assignment]", ["type-ignore"]),
        ("# pyright: ignore", ["type-ignore"]),
        ("# mypy: ignore-errors", ["mypy-file"]),
        ("# nosec B101", ["nosec"]),
        ("# pragma: no cover", ["no-cover"]),
        ("# pragma: no branch", ["no-cover"]),
        ("# pragma: allowlist secret", ["allow-secret"]),
        ("# fmt: off", ["format-off"]),
        ("# type: ignore  # noqa: F401", ["type-ignore", "noqa"]),
        ("# said above  # nosec", ["nosec"]),
        ("# a plain comment", []),
        ("# why noqa is not used here", []),
        ("# types: ignored", []),
        ("# nosecond", []),
        ("# type: list[int]", []),
    ],
)
def test_what_a_comment_switches_off(comment, kinds):
    assert probe.kinds(comment) == kinds


def test_texts_and_documentation_do_not_count(tmp_path: Path):
    file = tmp_path / "a.py"
    file.write_text('"""Uses # noqa in its text."""\nA = "# type: ignore"\nB = 1  # nosec\n')
    assert [(f.rule, f.line) for f in probe.suppressions(file, "a.py")] == [("nosec", 3)]


def test_the_planted_one_is_found_and_its_twin_is_clean(report_of):
    report = report_of(tool, {"src/good.py": "A = 1\n", **tool.control().files})
    assert [(f.rule, f.path, f.line) for f in report.findings] == [("noqa", "src/planted.py", 1)]
    assert report.measurements["suppressions.count"].value == 1
    assert report.examined == 2


def test_without_a_base_there_is_no_base_count(report_of):
    report = report_of(tool, {"src/good.py": "A = 1\n"})
    base = report.measurements["suppressions.base_count"]
    assert (base.value, base.why) == (None, "no base")
    assert report.measurements["suppressions.count"].base is None


def test_the_base_is_counted_in_the_same_paths(report_of, tmp_path):
    base = tmp_path / "base"
    (base / "src").mkdir(parents=True)
    (base / "src" / "old.py").write_text("A = 1  # noqa\nB = 1  # nosec\n")
    (base / "other.py").write_text("A = 1  # noqa\n")
    report = report_of(tool, {"src/a.py": "A = 1  # noqa\n"}, base_tree=str(base))
    assert report.measurements["suppressions.base_count"].value == 2
    assert report.measurements["suppressions.count"].value == 1
    assert report.measurements["suppressions.count"].base == 2


@pytest.mark.parametrize("text", ["x = '\n  # noqa\n'''", "def (  # noqa\n"])
def test_a_file_that_cannot_be_tokenised_is_incomplete(report_of, text):
    report = report_of(tool, {"src/bad.py": text, "src/good.py": "A = 1\n"})
    assert report.examined == 1
    assert report.incomplete[0].startswith("src/bad.py: ")


def test_a_base_that_cannot_be_read_is_no_number(report_of, tmp_path):
    base = tmp_path / "base"
    (base / "src").mkdir(parents=True)
    (base / "src" / "bad.py").write_text("def (  # noqa\n")
    report = report_of(tool, {"src/a.py": "A = 1\n"}, base_tree=str(base))
    assert report.measurements["suppressions.base_count"].value is None


def test_a_tree_without_python_was_not_examined(report_of):
    assert report_of(tool, {"src/notes.txt": "# noqa"}).examined == 0


def test_an_answer_that_cannot_be_trusted_is_refused():
    with pytest.raises(ParseError) as caught:
        tool.parse((ToolOutput(exit_code=1, stderr=b"Killed\n"),))
    assert caught.value.reason is Reason.TOOL_CRASHED
