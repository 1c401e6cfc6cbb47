"""Whose configuration counts: ours, the target's, or both, for the Python gates (P17)."""

import pytest

from gates.core.model import Reason
from gates.core.target import Code
from gates.core.tool import ParseError
from gates.tools import bandit, mypy, ruff, ruff_format

TOOLS = (ruff, ruff_format, mypy, bandit)
IDS = [tool.__name__.rpartition(".")[2] for tool in TOOLS]
OURS = {"configuration": "ours"}
TARGET = {"configuration": "target"}
STRICTER = {"configuration": "stricter"}
# Each has one defect for us alone and one for the target's settings alone.
CASES = {
    ruff: (
        {"src/a.py": "def f(x):\n    return 2\n\n\ndef g():\n    '''Says so.'''\n    return 1\n"},
        {"pyproject.toml": '[tool.ruff.lint]\nselect = ["Q"]\n'},
        ["ARG001"],
        ["Q002"],
    ),
    ruff_format: (
        {"src/a.py": 'A = f("x")\n', "src/b.py": "B = f('x')\n"},
        {"ruff.toml": '[format]\nquote-style = "single"\n'},
        ["src/b.py"],
        ["src/a.py"],
    ),
    mypy: (
        {"src/a.py": "def f(x):\n    return x\n\n\ndef g(x: int) -> bool:\n    return x == 'a'\n"},
        {"setup.cfg": "[mypy]\nallow_untyped_defs = True\nstrict_equality = True\n"},
        ["no-untyped-def", "comparison-overlap"],
        ["comparison-overlap"],
    ),
    bandit: (
        {"src/a.py": "import os\n\nos.system(input())\nexec(input())\n"},
        {"pyproject.toml": '[tool.bandit]\ntests = ["B102"]\n'},
        ["B605", "B102"],
        ["B102"],
    ),
}


def said(tool, report) -> list[str]:
    findings = [f for f in report.findings if f.metric]
    return [f.path if tool is ruff_format else f.rule for f in findings]


def run(report_of, tool, files, settings):
    return report_of(tool, files, settings=settings)


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
@pytest.mark.parametrize("choice", [{}, OURS])
def test_ours_counts_alone_unless_the_policy_says_otherwise(report_of, tool, choice):
    files, settings, ours, _ = CASES[tool]
    report = run(report_of, tool, files | settings, choice)
    assert sorted(said(tool, report)) == sorted(ours)
    assert report.notes == ()


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
def test_the_targets_counts_where_the_policy_says_so(report_of, tool):
    files, settings, _, own = CASES[tool]
    report = run(report_of, tool, files | settings, TARGET)
    assert said(tool, report) == own
    assert report.examined == len(files)
    (name,) = settings
    assert [name in note and "the target's own" in note for note in report.notes] == [True]


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
def test_stricter_is_every_finding_of_either_once(report_of, tool):
    files, settings, ours, own = CASES[tool]
    report = run(report_of, tool, files | settings, STRICTER)
    assert sorted(said(tool, report)) == sorted({*ours, *own})
    assert report.examined == len(files)
    counted = sum(one.value for one in report.measurements.values())
    assert counted == len(said(tool, report))
    assert len(report.notes) == 1


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
def test_stricter_without_settings_of_the_target_is_ours(report_of, tool):
    files, _, ours, _ = CASES[tool]
    report = run(report_of, tool, files, STRICTER)
    assert sorted(said(tool, report)) == sorted(ours)


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
def test_settings_that_are_not_there_cannot_count(report_of, tool):
    with pytest.raises(ParseError, match="the target has none of .*pyproject.toml") as caught:
        run(report_of, tool, CASES[tool][0], TARGET)
    assert caught.value.reason is Reason.NO_RESULT


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
@pytest.mark.parametrize("word", ["theirs", "", 1, "Ours"])
def test_another_word_is_refused_naming_those_allowed(report_of, tool, word):
    with pytest.raises(ParseError, match="allowed: ours, target, stricter"):
        run(report_of, tool, CASES[tool][0], {"configuration": word})


ALL_OUT = {
    ruff: {"pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n'},
    ruff_format: {"pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n'},
    mypy: {"pyproject.toml": '[tool.mypy]\nexclude = ".*"\n'},
    bandit: {"pyproject.toml": '[tool.bandit]\nexclude_dirs = ["src"]\n'},
}


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
def test_a_target_that_leaves_everything_out_was_not_examined_p17(report_of, tool):
    files = CASES[tool][0] | ALL_OUT[tool]
    assert run(report_of, tool, files, TARGET).examined == 0


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
@pytest.mark.parametrize("choice", [OURS, STRICTER])
def test_with_ours_leaving_out_has_no_effect_p17(report_of, tool, choice):
    files, _, ours, _ = CASES[tool]
    report = run(report_of, tool, files | ALL_OUT[tool], choice)
    assert sorted(said(tool, report)) == sorted(ours)
    assert report.examined == len(files)


SOME_OUT = {
    ruff: {"ruff.toml": 'exclude = ["b.py"]\n'},
    ruff_format: {"ruff.toml": 'exclude = ["b.py"]\n'},
    mypy: {"mypy.ini": "[mypy]\nexclude = b\\.py\n"},
    bandit: {"bandit.yaml": "exclude_dirs: [b.py]\n"},
}


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
def test_what_the_target_leaves_out_is_said_and_is_no_gap(report_of, tool):
    files = {"src/a.py": "A = 1\n", "src/b.py": "B = 1\n"}
    report = run(report_of, tool, files | SOME_OUT[tool], TARGET)
    assert (report.examined, report.incomplete) == (1, ())
    assert any("leaves out 1 of 2 files" in note for note in report.notes)


BROKEN = {
    ruff: {"ruff.toml": "lint = 3\n"},
    ruff_format: {"ruff.toml": "lint = 3\n"},
    mypy: {"mypy.ini": "[mypy]\nstrct = True\n"},
    bandit: {"bandit.yaml": "- [\n"},
}


@pytest.mark.parametrize("tool", TOOLS, ids=IDS)
@pytest.mark.parametrize("choice", [TARGET, STRICTER])
def test_broken_settings_are_refused_never_replaced_by_defaults(report_of, tool, choice):
    with pytest.raises(ParseError) as caught:
        run(report_of, tool, {"src/a.py": "A = 1\n"} | BROKEN[tool], choice)
    assert caught.value.reason is Reason.TOOL_CRASHED


def test_a_broken_project_file_is_refused_too(report_of):
    files = {"src/a.py": "A = 1\n", "pyproject.toml": "[tool.mypy]\nstrict = \n"}
    with pytest.raises(ParseError):
        run(report_of, mypy, files, TARGET)


def test_nothing_is_mended_whatever_the_settings_say(report_of, tmp_path):
    files = {"src/a.py": "import os\n", "ruff.toml": "fix = true\nfix-only = true\n"}
    report = run(report_of, ruff, files, TARGET)
    assert said(ruff, report) == ["F401"]
    assert (tmp_path / "tree/src/a.py").read_text() == "import os\n"


def test_explicit_any_is_counted_under_the_targets_settings_too(report_of):
    files = {
        "src/a.py": "from typing import Any\n\nA: Any = 1\n",
        "mypy.ini": "[mypy]\ndisallow_any_explicit = False\n",
    }
    report = run(report_of, mypy, files, TARGET)
    assert report.measurements["types.any"].value == 1


def test_bandits_two_files_of_settings_count_together(report_of):
    files = {
        "src/a.py": "import os\n\nos.system(input())\nexec(input())\n",
        "bandit.yaml": "skips: [B605]\n",
        ".bandit": "[bandit]\nskips = B102\n",
    }
    report = run(report_of, bandit, files, TARGET)
    assert "bandit.yaml and .bandit" in report.notes[0]
    assert "B605" not in said(bandit, report)


def test_two_findings_on_one_line_stay_two_when_runs_are_joined(report_of):
    files = {"src/a.py": "import os, sys\n", "ruff.toml": '[lint]\nselect = ["F"]\n'}
    report = run(report_of, ruff, files, STRICTER)
    assert [f.rule for f in report.findings].count("F401") == 2


def test_settings_of_a_folder_count_with_ruff(report_of):
    files = {"src/a.py": "A = 'x'\n", "src/ruff.toml": '[lint]\nselect = ["Q"]\n'}
    report = report_of(ruff, files, Code(paths=("src",)), settings=TARGET)
    assert said(ruff, report) == ["Q000"]
    assert "src/ruff.toml" in report.notes[0]
