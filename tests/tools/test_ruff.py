"""ruff run for real over made trees, and its recorded output read back."""

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.tools import ruff
from gates.tools.formats import scope

CLEAN = '"""Clean."""\n\nVALUE = 1\n'
SCOPE = b'{"tree": "/tree", "files": []}'
ENTRY = (
    b'[{"cell": null, "code": "%s", "end_location": {"column": 9, "row": 1}, "filename": '
    b'"/tree/src/a.py", "fix": {"applicability": "safe", "edits": [], "message": "Remove it"}, '
    b'"location": {"column": 8, "row": 1}, "message": "`os` imported but unused", "name": '
    b'"unused-import", "noqa_row": 1, "severity": "error", "url": "https://docs.astral.sh/ruff"}]'
)
ROW_ZERO = ENTRY.replace(b'"row": 1}, "m', b'"row": 0}, "m')


def outputs(
    stdout: bytes, code: int = 1, shown: bytes = b"/tree/src/a.py\n", shown_code: int = 0
) -> tuple[ToolOutput, ...]:
    return (
        ToolOutput(exit_code=code, stdout=stdout, stderr=b"it broke", files={"scope": SCOPE}),
        ToolOutput(exit_code=shown_code, stdout=shown),
    )


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    files = {"src/good.py": CLEAN, **ruff.control().files}
    report = report_of(ruff, files)
    assert [(f.rule, f.path, f.line, f.severity) for f in report.findings] == [
        ("F821", "src/planted.py", 1, Severity.HIGH)
    ]
    assert report.measurements["lint.errors"].value == 1
    assert report.measurements["lint.warnings"].value == 0
    assert report.examined == 2


def test_a_clean_tree_has_no_findings(report_of):
    report = report_of(ruff, {"src/good.py": CLEAN})
    assert (report.findings, report.examined, report.incomplete) == ((), 1, ())


def test_the_targets_own_settings_cannot_switch_it_off_p17(report_of):
    own = '[tool.ruff]\nexclude = ["*"]\n[tool.ruff.lint]\nselect = []\n'
    files = {
        "pyproject.toml": own,
        "src/ruff.toml": 'exclude = ["*"]\n',
        ".git/HEAD": "ref: refs/heads/main\n",
        ".gitignore": "*\n",
        **ruff.control().files,
    }
    assert report_of(ruff, files).measurements["lint.errors"].value == 1


def test_a_tree_without_python_was_not_examined_p7(report_of):
    assert report_of(ruff, {"src/notes.txt": "x"}).examined == 0


def test_a_missing_path_is_incomplete(report_of):
    report = report_of(ruff, {"src/good.py": CLEAN}, Code(paths=("src", "lost")))
    assert report.incomplete == ("lost: No such file or directory (os error 2)",)


def test_a_syntax_error_is_a_finding(report_of):
    report = report_of(ruff, {"src/bad.py": "def (:\n"})
    assert {f.rule for f in report.findings} == {"invalid-syntax"}
    assert report.measurements["lint.errors"].value == len(report.findings)


def test_imports_of_a_src_layout_are_first_party(report_of):
    text = "import os\n\nimport msgspec\n\nimport shop.db\n\nprint(os, msgspec, shop.db)\n"
    files = {"src/shop/__init__.py": "", "src/shop/db.py": "", "tests/test_a.py": text}
    code = Code(paths=("src/shop",), tests=("tests",))
    assert report_of(ruff, files, code).findings == ()


def test_unused_arguments_count_in_code_but_not_in_tests(report_of):
    text = "def f(a):\n    return 1\n"
    code = Code(paths=("src",), tests=("tests",))
    report = report_of(ruff, {"src/a.py": text, "tests/test_a.py": text}, code)
    assert [(f.rule, f.path) for f in report.findings] == [("ARG001", "src/a.py")]


@pytest.mark.parametrize(
    ("python", "project", "rules"),
    [
        ("", "", {"UP046"}),
        ("", '[project]\nname = "x"\nrequires-python = ">=3.12"\n', {"UP046"}),
        ("", '[project]\nname = "x"\nrequires-python = ">=3.11"\n', set()),
        ("", '[project]\nname = "x"\nrequires-python = "three"\n', {"UP046"}),
        ("", "not toml", {"UP046"}),
        ("3.11", '[project]\nname = "x"\nrequires-python = ">=3.12"\n', set()),
    ],
)
def test_the_python_version_is_the_targets(report_of, python, project, rules):
    text = (
        "from typing import Generic, TypeVar\n\n"
        'T = TypeVar("T")\n\n\nclass Box(Generic[T]):\n    item: T\n'
    )
    files = {"src/a.py": text, "pyproject.toml": project}
    report = report_of(ruff, files, Code(paths=("src",), python=python))
    assert {f.rule for f in report.findings} == rules


@pytest.mark.parametrize(
    ("code", "severity", "errors"),
    [
        (b"F401", Severity.HIGH, 1),
        (b"E999", Severity.HIGH, 1),
        (b"invalid-syntax", Severity.HIGH, 1),
        (b"FURB101", Severity.LOW, 0),
        (b"E501", Severity.LOW, 0),
        (b"B006", Severity.MEDIUM, 0),
    ],
)
def test_recorded_entries_are_sorted_into_errors_and_warnings(code, severity, errors):
    report = ruff.parse(outputs(ENTRY % code))
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == (code.decode(), severity)
    assert (finding.path, finding.line, finding.fix) == ("src/a.py", 1, "Remove it")
    assert report.measurements["lint.errors"].value == errors
    assert report.measurements["lint.warnings"].value == 1 - errors


@pytest.mark.parametrize("code", [b"E902", b"io"])
def test_a_file_that_was_not_read_is_incomplete_and_no_finding(code):
    report = ruff.parse(outputs(ENTRY % code))
    assert report.findings == ()
    assert report.incomplete == ("src/a.py: `os` imported but unused",)


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (outputs(b"", code=2), Reason.TOOL_CRASHED, "ruff ended with 2: it broke"),
        (outputs(b"", code=139), Reason.TOOL_CRASHED, "ruff ended with 139"),
        (outputs(b"", code=0), Reason.EMPTY_RESULT, "ruff's report"),
        (outputs(ENTRY[:200] % b"F401"), Reason.UNREADABLE_RESULT, "unparsable"),
        (outputs(b"{}", code=0), Reason.UNREADABLE_RESULT, "schema"),
        (outputs(b"[{}]"), Reason.UNREADABLE_RESULT, "schema"),
        (outputs(b"[]", code=1), Reason.UNREADABLE_RESULT, "contradiction"),
        (outputs(ENTRY % b"F401", code=0), Reason.UNREADABLE_RESULT, "contradiction"),
        (outputs(ROW_ZERO % b"F401"), Reason.UNREADABLE_RESULT, "schema"),
        (outputs(b"[]", code=0, shown=b"garbage\n"), Reason.UNREADABLE_RESULT, "schema"),
        (outputs(b"[]", code=0, shown_code=2), Reason.TOOL_CRASHED, "ruff --show-files ended"),
        (outputs(b"[]", code=0)[:1], Reason.NO_RESULT, "ruff: 1 of 2 programs"),
    ],
)  # fmt: skip
def test_output_that_cannot_be_trusted_is_refused_p4_p6(given, reason, word):
    with pytest.raises(ParseError) as caught:
        ruff.parse(given)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def test_paths_are_shortened_only_inside_the_tree():
    assert scope.relative("/tree/a/b.py", "/tree") == "a/b.py"
    assert scope.relative("/treehouse/b.py", "/tree") == "/treehouse/b.py"
    assert scope.relative("./a.py", "/tree") == "a.py"
