"""Suppressions are counted from comments, never from texts, in the tree and at the base (P17)."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code, Node, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import suppressions as tool


def base_of(tmp_path: Path, files: dict[str, str]) -> str:
    base = tmp_path / "base"
    base.mkdir()
    for name, text in files.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text)
    return str(base)


def new_ones(report) -> list[tuple[str, int]]:
    return [(f.path, f.line) for f in report.findings if f.label == "new"]


def counted(report) -> tuple[float | None, float | None]:
    count = report.measurements["suppressions.count"]
    assert count.base == report.measurements["suppressions.base_count"].value
    return count.value, count.base


def test_the_planted_one_is_found_and_its_twin_is_clean(report_of):
    report = report_of(tool, {"src/good.py": "A = 1\n", **tool.control().files})
    assert [(f.rule, f.path, f.line, f.metric) for f in report.findings] == [
        ("noqa", "src/planted.py", 1, "suppressions.count")
    ]
    assert report.measurements["suppressions.count"].value == 1
    assert report.examined == 2


def test_without_a_base_there_is_no_base_count(report_of):
    report = report_of(tool, {"src/good.py": "A = 1  # noqa\n"})
    base = report.measurements["suppressions.base_count"]
    assert (base.value, base.why) == (None, "no base")
    assert report.measurements["suppressions.count"].base is None
    assert report.measurements["suppressions.count"].detail == "src/good.py 1"
    assert new_ones(report) == []


def test_the_base_is_counted_in_the_same_paths(report_of, tmp_path):
    files = {"src/old.py": "A = 1  # noqa\nB = 1  # nosec\n", "other.py": "A = 1  # noqa\n"}
    base = base_of(tmp_path, files)
    report = report_of(tool, {"src/a.py": "A = 1  # noqa\n"}, base_tree=base)
    assert counted(report) == (1, 2)


def test_tests_are_looked_at_as_linters_judge_them_too(report_of, tmp_path):
    base = base_of(tmp_path, {"tests/test_a.py": "A = 1\n"})
    files = {"src/a.py": "A = 1\n", "tests/test_a.py": "A = 1  # noqa\n"}
    report = report_of(tool, files, Code(paths=("src",), tests=("tests",)), base_tree=base)
    assert counted(report) == (1, 0)
    assert new_ones(report) == [("tests/test_a.py", 1)]


def test_what_is_new_is_labelled_and_its_files_are_named(report_of, tmp_path):
    base = base_of(
        tmp_path,
        {"src/a.py": "A = 1  # noqa\nB = 2  # nosec\n", "src/b.py": "C = 3  # noqa\nD = 4\n"},
    )
    now = {
        "src/a.py": "\nA = 10  # noqa\nB = 2  # nosec\nE = 1  # nosec\n",  # edited, one more
        "src/b.py": "D = 4\nF = 5  # type: ignore\n",  # one in place of another
    }
    report = report_of(tool, now, base_tree=base)
    assert counted(report) == (4, 3)
    assert new_ones(report) == [("src/a.py", 4), ("src/b.py", 2)]
    assert report.measurements["suppressions.count"].detail == "new: src/a.py 1, src/b.py 1"


def test_a_renamed_file_is_the_same_file(report_of, tmp_path):
    text = "import os\n\n\ndef f(x):\n    return x  # noqa\n"
    base = base_of(tmp_path, {"src/old.py": text, "src/gone.py": "X = 1  # noqa\nY = 2\nZ = 3\n"})
    now = text.replace("return x ", "return x + 1 ") + "G = 1  # noqa\n"
    report = report_of(tool, {"src/pack/new.py": now}, base_tree=base)
    assert counted(report) == (2, 2)
    assert new_ones(report) == [("src/pack/new.py", 6)]


def test_one_that_moved_with_its_line_is_not_new(report_of, tmp_path):
    files = {"src/a.py": "def f(x):\n    return x  # noqa: X\n", "src/b.py": "B = 1\n"}
    base = base_of(tmp_path, files)
    now = {"src/a.py": "A = 1\n", "src/b.py": "B = 1\n\n\ndef f(x):\n    return x  # noqa: X\n"}
    assert new_ones(report_of(tool, now, base_tree=base)) == []


def test_a_comment_for_the_whole_file_is_worse_and_takes_nothing_out_of_the_count(
    report_of, tmp_path
):
    """Else one `ruff: noqa` in place of three `noqa` would pass as an improvement."""
    lines = "A = 1  # noqa\nB = 1  # noqa\nC = 1  # noqa\nD = 1  # nosec\n"
    base = base_of(tmp_path, {"src/a.py": lines})
    now = "# ruff: noqa\n" + lines.replace("  # noqa", "").replace("  # nosec", "")
    report = report_of(tool, {"src/a.py": now}, base_tree=base)
    assert [(f.rule, f.severity, f.label) for f in report.findings] == [
        ("noqa-file", Severity.MEDIUM, "new")
    ]
    assert counted(report) == (4, 4)  # itself and the three; the nosec is really gone
    assert "3 of the base" in report.measurements["suppressions.count"].detail


def test_a_comment_for_the_whole_file_of_the_base_takes_nothing_over(report_of, tmp_path):
    base = base_of(tmp_path, {"src/a.py": "# ruff: noqa\nA = 1  # noqa\n"})
    report = report_of(tool, {"src/a.py": "# ruff: noqa\nA = 1\n"}, base_tree=base)
    assert counted(report) == (1, 2)
    assert new_ones(report) == []


@pytest.mark.parametrize("text", ["x = '\n  # noqa\n'''", "def (  # noqa\n"])
def test_a_file_that_cannot_be_tokenised_is_incomplete(report_of, text):
    report = report_of(tool, {"src/bad.py": text, "src/good.py": "A = 1\n"})
    assert report.examined == 1
    assert report.incomplete[0].startswith("src/bad.py: ")


def test_a_base_that_cannot_be_read_is_no_number(report_of, tmp_path):
    base = base_of(tmp_path, {"src/bad.py": "def (  # noqa\n"})
    report = report_of(tool, {"src/a.py": "A = 1\n"}, base_tree=base)
    base_count = report.measurements["suppressions.base_count"]
    assert base_count.value is None
    assert base_count.why.startswith("src/bad.py of the base cannot be read")


def test_a_tree_without_source_was_not_examined(report_of):
    assert report_of(tool, {"src/notes.txt": "# noqa"}).examined == 0


def test_a_target_without_source_runs_nothing():
    assert tool.commands(Target(name="bare"), Options(tree="/tree", output="/output")) == ()


def test_an_answer_that_cannot_be_trusted_is_refused():
    with pytest.raises(ParseError) as caught:
        tool.parse((ToolOutput(exit_code=1, stderr=b"Killed\n"),))
    assert caught.value.reason is Reason.TOOL_CRASHED


def test_settings_that_weaken_a_tool_are_shown_apart(report_of):
    """Above the source and below it, of the target alone; no suppression, and no file examined."""
    files = {
        "src/a.py": "A = 1\n",
        "src/pack/ruff.toml": 'exclude = ["b.py"]\n',
        "pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n',
        "other/mypy.ini": "[mypy]\nignore_errors = True\n",
        "setup.cfg": "broken",
    }
    report = report_of(tool, files)
    assert [(f.path, f.line, f.rule) for f in report.findings] == [
        ("pyproject.toml", 2, "weakening-configuration"),
        ("src/pack/ruff.toml", 1, "weakening-configuration"),
    ]
    assert report.measurements["suppressions.configuration"].value == 2
    assert report.measurements["suppressions.count"].value == 0
    assert report.examined == 1
    assert [note.partition(":")[0] for note in report.notes] == ["setup.cfg"]


def test_a_node_target_is_counted_too(report_of, tmp_path):
    """Without any Python; installed packages are not the target's own."""
    base = base_of(tmp_path, {"src/a.ts": "// @ts-ignore\nconst a = 1;\n"})
    files = {
        "src/a.ts": "// @ts-ignore\nconst a = 1;\n// @ts-ignore\nconst b: number = '';\n",
        "src/node_modules/x/index.js": "/* eslint-disable */\n",
        "test/a.test.js": "/* eslint-disable */\nx();\n",
        "src/a.py": "A = 1  # noqa\n",
    }
    report = node_report(report_of, files, base)
    assert [(f.rule, f.path, f.line, f.label) for f in report.findings] == [
        ("ts-ignore", "src/a.ts", 1, ""),
        ("ts-ignore", "src/a.ts", 3, "new"),
        ("eslint-file", "test/a.test.js", 1, "new"),
    ]
    assert counted(report) == (3, 1)
    assert report.examined == 2


def node_report(report_of, files, base):
    target = Target(name="made", node=Node(paths=("src",), tests=("test",)))
    shim = SimpleNamespace(commands=lambda _, options: tool.commands(target, options))
    shim.parse = tool.parse
    return report_of(shim, files, base_tree=base)
