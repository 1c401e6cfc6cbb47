"""mypy run for real over made trees, and output that cannot be trusted."""

import msgspec
import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.tools import mypy

SCOPE = b'{"tree": "/tree", "files": ["src/a.py"]}'
CHECKED = b'{"sources": ["src/a.py"], "checked": ["src/a.py"], "warm": false, "restarted": ""}'
NONE_CHECKED = CHECKED.replace(b'"checked": ["src/a.py"]', b'"checked": []')
ERROR = (
    b'{"file": "src/a.py", "line": 1, "column": 12, "end_line": 1, "end_column": 13, "message": '
    b'"Incompatible types", "hint": null, "code": "assignment", "severity": "error"}\n'
)
NOTE = ERROR.replace(b'"error"', b'"note"')


def output(stdout=b"\n", code=0, stderr=b"", checked=CHECKED, written=b'{"lines": {}}'):
    files = {"scope": SCOPE, "checked": checked}
    ran = ToolOutput(exit_code=code, stdout=stdout, stderr=stderr, files=files)
    return (ran, ToolOutput(exit_code=0, stdout=written))


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    report = report_of(mypy, {"src/good.py": "x: int = 1\n", **mypy.control().files})
    assert [(f.rule, f.path, f.line) for f in report.findings] == [
        ("assignment", "src/planted.py", 1)
    ]
    assert (report.measurements["types.errors"].value, report.examined) == (1, 2)
    assert report.incomplete == ()


def test_a_clean_tree_has_no_findings(report_of):
    report = report_of(mypy, {"src/good.py": "def f() -> int:\n    return 1\n"})
    assert (report.findings, report.examined, report.incomplete) == ((), 1, ())


def test_strictness_is_ours_not_the_targets_p17(report_of):
    own = "[mypy]\nignore_errors = True\nexclude = .*\n"
    files = {"mypy.ini": own, "setup.cfg": own, "src/a.py": "def f(x):\n    return x\n"}
    assert report_of(mypy, files).measurements["types.errors"].value == 1


def test_a_syntax_error_is_a_finding_and_the_rest_was_not_checked(report_of):
    report = report_of(mypy, {"src/bad.py": "def (:\n", "src/good.py": "x = 1\n"})
    assert report.findings[0].rule == "syntax"
    assert report.findings[0].path == "src/bad.py"
    assert report.incomplete[0].startswith("errors prevented further checking")


def test_packages_without_init_and_scripts_of_one_name_are_told_apart(report_of):
    files = {
        "src/shop/a/main.py": "A: int = 1\n",
        "src/shop/b/main.py": "from shop.a.main import A\n\nB: str = A\n",
    }
    report = report_of(mypy, files)
    assert [(f.rule, f.path, f.line) for f in report.findings] == [
        ("assignment", "src/shop/b/main.py", 3)
    ]
    assert report.examined == 2


def test_a_package_at_the_root_is_imported_by_its_name(report_of):
    files = {"shop/__init__.py": "", "shop/db.py": "A: int = 1\n", "shop/m.py": "import shop.db\n"}
    report = report_of(mypy, files, Code(paths=("shop",)))
    assert (report.findings, report.examined, report.incomplete) == ((), 3, ())


def test_tests_are_checked_only_when_asked_for(report_of):
    files = {"src/a.py": "A = 1\n", "tests/test_a.py": "def test_a():\n    pass\n"}
    report = report_of(
        mypy, files, Code(paths=("src",), tests=("tests",)), settings={"tests": True}
    )
    assert [f.path for f in report.findings] == ["tests/test_a.py"]


def test_tests_are_left_alone_by_default(report_of):
    files = {"src/a.py": "A = 1\n", "tests/test_a.py": "def test_a():\n    pass\n"}
    report = report_of(mypy, files, Code(paths=("src",), tests=("tests",)))
    assert (report.findings, report.examined) == ((), 1)


def test_a_stub_hides_its_module_without_being_incomplete(report_of):
    report = report_of(mypy, {"src/a.py": "A = 1\n", "src/a.pyi": "A: int\n"})
    assert (report.examined, report.incomplete) == (1, ())


def test_nothing_to_look_at_was_not_examined_p7(report_of):
    assert report_of(mypy, {"src/notes.txt": "x"}).examined == 0


def test_a_path_that_is_not_there_is_a_crash_p7(report_of):
    with pytest.raises(ParseError) as caught:
        report_of(mypy, {"other/a.py": "A = 1\n"})
    assert caught.value.reason is Reason.TOOL_CRASHED


def test_a_broken_configuration_is_refused_although_mypy_goes_on(report_of, tmp_path):
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrct = True\n")
    with pytest.raises(ParseError, match="Unrecognized option"):
        report_of(mypy, {"src/good.py": "x: int = 1\n"}, presets=str(tmp_path))


ANYS = """\
import functools
import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, cast
from typing import Any as Whatever

Json = dict[str, Any]  # 8


class Shape(TypedDict):
    value: Any  # 12


@dataclass
class Data:
    value: Any  # 17


@functools.cache
def decorated(  # 21
    one: int,
    two: "t.Any" = None,
) -> None: ...


def body(given: Json) -> None:  # an alias that was counted where it is written
    call: Callable[..., Whatever] = print  # 28
    print(call, cast(Any, given))  # 29
    old = []  # type: list[Any]
    print(old, "Any")  # 31: only a text


class Table(dict[str, Any]):  # 34
    def method(self, *rest: Any, **named: Any) -> Any: ...  # 35
"""


def test_any_is_counted_where_it_is_written_and_is_no_type_error(report_of):
    report = report_of(mypy, {"src/a.py": ANYS, "src/b.py": "def f(x: object) -> None: ...\n"})
    assert [f.line for f in report.findings] == [8, 12, 17, 21, 28, 29, 30, 34, 35]
    assert {(f.rule, f.metric, f.severity) for f in report.findings} == {
        ("explicit-any", "types.any", Severity.LOW)
    }
    assert report.measurements["types.any"].value == 9
    assert report.measurements["types.errors"].value == 0


def test_an_any_that_another_module_brought_along_is_not_counted(report_of):
    """A class and an alias of somebody else's: mypy reports both, the source writes neither."""
    files = {
        "lib/base.py": "from typing import Any\n\nJson = dict[str, Any]\n",
        "src/a.py": "from base import Json\n\n\ndef f(x: Json) -> None: ...\n",
    }
    report = report_of(mypy, files, Code(paths=("src", "lib")))
    assert [(f.path, f.line) for f in report.findings] == [("lib/base.py", 3)]


def test_errors_and_anys_are_told_apart():
    explicit = ERROR.replace(b'"assignment"', b'"explicit-any"')
    written = b'{"lines": {"src/a.py": [1]}}'
    report = mypy.parse(output(ERROR + explicit, code=1, written=written))
    assert [(f.rule, f.metric) for f in report.findings] == [
        ("assignment", "types.errors"),
        ("explicit-any", "types.any"),
    ]
    assert [report.measurements[name].value for name in mypy.METRICS] == [1, 1]


@pytest.mark.parametrize(
    ("written", "count"),
    [(b'{"src/a.py": null}', 1), (b'{"src/a.py": [1]}', 1), (b'{"src/a.py": [2]}', 0), (b"{}", 0)],
)
def test_only_a_file_that_cannot_be_parsed_is_left_to_mypy(written, count):
    explicit = ERROR.replace(b'"assignment"', b'"explicit-any"')
    report = mypy.parse(output(explicit, code=1, written=b'{"lines": ' + written + b"}"))
    assert report.measurements["types.any"].value == count


def test_notes_are_dropped():
    report = mypy.parse(output(NOTE, code=1))
    assert report.findings == ()


def test_fewer_files_than_handed_is_incomplete():
    assert mypy.parse(output(checked=NONE_CHECKED)).incomplete == ("mypy looked at 0 of 1 files",)


def test_without_the_list_of_checked_files_nothing_was_examined():
    (ran, told) = output()
    files = {"scope": SCOPE}
    assert mypy.parse((msgspec.structs.replace(ran, files=files), told)).examined == 0


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (output(code=-11), Reason.TOOL_CRASHED, "mypy ended with -11"),
        (output(stderr=b"a.py: error: INTERNAL ERROR\n", code=2), Reason.TOOL_CRASHED, "mypy end"),
        (output(stdout=b"\n", code=2), Reason.TOOL_CRASHED, "mypy ended with 2"),
        (output(stdout=b"", code=0), Reason.EMPTY_RESULT, "mypy's report"),
        (output(ERROR, code=0), Reason.UNREADABLE_RESULT, "contradiction"),
        (output(ERROR[:90], code=1), Reason.UNREADABLE_RESULT, "unparsable"),
        (output(b"a.py:1: error: text", code=1), Reason.UNREADABLE_RESULT, "unparsable"),
        (output(b"[]\n", code=1), Reason.UNREADABLE_RESULT, "schema"),
        (output(b"null\n", code=0), Reason.UNREADABLE_RESULT, "schema"),
        (output(checked=b"garbage"), Reason.UNREADABLE_RESULT, "unparsable"),
        (output(checked=b""), Reason.EMPTY_RESULT, "the list of checked files"),
        (output(checked=b"{}"), Reason.UNREADABLE_RESULT, "schema"),
        (output(written=b""), Reason.EMPTY_RESULT, "the count of Any"),
        (output(written=b"[]"), Reason.UNREADABLE_RESULT, "schema"),
        ((), Reason.NO_RESULT, "mypy: 0 of 2"),
    ],
)
def test_output_that_cannot_be_trusted_is_refused(given, reason, word):
    with pytest.raises(ParseError) as caught:
        mypy.parse(given)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def test_a_module_of_the_target_cannot_take_the_tools_place(report_of):
    imposter = "raise SystemExit(0)\n"
    files = {
        "mypy/__init__.py": "",
        "mypy/__main__.py": imposter,
        "ast.py": imposter,
        "src/a.py": "x: int = 'no'\n",
    }
    report = report_of(mypy, files)
    assert (report.measurements["types.errors"].value, report.examined) == (1, 1)
