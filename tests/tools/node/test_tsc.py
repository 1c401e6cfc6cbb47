"""The target's own TypeScript over made trees: strict whatever its settings say."""

import json

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Node
from gates.core.tool import ParseError, ToolOutput
from gates.tools import tsc
from gates.tools.formats import tsc_text

OPTIONS = {"module": "nodenext", "target": "es2022", "types": [], "skipLibCheck": True}
LOOSE = {
    "strict": False,
    "alwaysStrict": False,
    "noImplicitAny": False,
    "noImplicitThis": False,
    "strictBindCallApply": False,
    "strictFunctionTypes": False,
    "strictNullChecks": False,
    "strictPropertyInitialization": False,
    "useUnknownInCatchVariables": False,
    "noImplicitReturns": False,
    "noFallthroughCasesInSwitch": False,
    "noUncheckedIndexedAccess": False,
}
CLEAN = "export const value: number = 1;\n"
# One source for each strict option, with the code of the error that it gives.
STRICT = {
    "implicit-any": ("TS7006", "export const f = (x) => x;\n"),
    "null": ("TS2322", "export const a: string = null;\n"),
    "property": ("TS2564", "export class A {\n  b: string;\n}\n"),
    "caught": ("TS18046", "try {\n} catch (e) {\n  e.message;\n}\nexport {};\n"),
    "return": ("TS7030", "export function f(a: number) {\n  if (a) return 1;\n}\n"),
    "case": (
        "TS7029",
        "export function f(a: number) {\n  switch (a) {\n    case 1:\n      f(2);\n"
        "    case 2:\n      f(3);\n  }\n}\n",
    ),
    "indexed": ("TS2322", "export const f = (a: string[]): string => a[0];\n"),
    "this": ("TS2683", "export function f() {\n  return this.a;\n}\n"),
}
SURROUNDINGS = json.dumps(
    {
        "tree": "/tree",
        "package": "/tree",
        "files": ["src/a.ts"],
        "versions": {"typescript": "5.9.3"},
    }
).encode()
COUNT = b'{"version": "5.9.3", "parsed": 1, "found": [], "readable": true}'


def config(include=("src",), **options):
    return json.dumps({"compilerOptions": {**OPTIONS, **options}, "include": list(include)})


def outputs(printed, code=0, count=COUNT, count_code=0):
    return (
        ToolOutput(exit_code=code, stdout=printed, files={"surroundings": SURROUNDINGS}),
        ToolOutput(exit_code=count_code, stdout=count),
    )


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    files = {**tsc.control().files, "src/good.ts": CLEAN}
    report = report_of(tsc, files)
    assert [(f.rule, f.path, f.line, f.severity, f.metric) for f in report.findings] == [
        (tsc.control().rule, "src/planted.ts", 1, Severity.HIGH, "types.errors")
    ]
    assert report.measurements["types.errors"].value == 1
    assert (report.examined, report.incomplete, report.version) == (2, (), "5.9.3")


def test_it_is_strict_whatever_the_target_says_p17(report_of):
    files = {f"src/{name}.ts": text for name, (_, text) in STRICT.items()}
    report = report_of(tsc, {"tsconfig.json": config(**LOOSE), **files})
    assert {(f.path, f.rule) for f in report.findings} >= {
        (f"src/{name}.ts", code) for name, (code, _) in STRICT.items()
    }


def test_the_targets_own_settings_count_where_the_policy_says_so(report_of):
    files = {f"src/{name}.ts": text for name, (_, text) in STRICT.items()}
    theirs = {"configuration": "target"}
    report = report_of(tsc, {"tsconfig.json": config(**LOOSE), **files}, settings=theirs)
    assert [f for f in report.findings if f.metric == "types.errors"] == []


def test_explicit_any_is_counted_where_it_stands(report_of):
    text = (
        "export const a: any = 1;\nexport const f = (x: any[]): Map<string, any> => x as any;\n"
        '// any in a comment\nexport const any = "any";\n'
    )
    report = report_of(tsc, {"tsconfig.json": config(), "src/a.ts": text})
    found = [(f.path, f.line) for f in report.findings if f.metric == "types.any"]
    assert found == [("src/a.ts", 1), ("src/a.ts", 2), ("src/a.ts", 2), ("src/a.ts", 2)]
    assert report.measurements["types.any"].value == 4
    assert report.measurements["types.errors"].value == 0


def test_a_file_that_the_settings_leave_out_is_incomplete_p17(report_of):
    files = {"tsconfig.json": config(("src/a.ts",)), "src/a.ts": CLEAN, "src/b.ts": CLEAN}
    assert report_of(tsc, files).incomplete == ("tsconfig.json leaves out src/b.ts",)


def test_tests_may_be_left_out(report_of):
    files = {"tsconfig.json": config(("src/a.ts",)), "src/a.ts": CLEAN, "src/a.test.ts": CLEAN}
    assert report_of(tsc, files).incomplete == ()


def test_tests_count_where_the_policy_says_so(report_of):
    bad = tsc.control().files["src/planted.ts"]
    files = {"tsconfig.json": config(("src", "tests")), "src/a.ts": CLEAN, "tests/b.ts": bad}
    node = Node(paths=("src",), tests=("tests",))
    report = report_of(tsc, files, node)
    assert report.findings == ()
    assert report.notes == ("1 errors outside of the judged source",)


def test_tests_count_with_the_setting(report_of):
    bad = tsc.control().files["src/planted.ts"]
    files = {"tsconfig.json": config(("src", "tests")), "src/a.ts": CLEAN, "tests/b.ts": bad}
    node = Node(paths=("src",), tests=("tests",))
    report = report_of(tsc, files, node, settings={"tests": True})
    assert [f.path for f in report.findings] == ["tests/b.ts"]


def test_a_composite_project_that_emits_declarations_alone_is_read(report_of):
    given = config(composite=True, declaration=True, emitDeclarationOnly=True)
    report = report_of(tsc, {"tsconfig.json": given, "src/a.ts": CLEAN})
    assert (report.examined, report.incomplete) == (1, ())


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (None, "tsc: error TS5058"),
        (config(("lost",)), "tsc: error TS18003"),
    ],
)
def test_settings_that_cannot_be_used_are_a_crash(report_of, settings, word):
    files = {"src/a.ts": CLEAN, **({"tsconfig.json": settings} if settings else {})}
    with pytest.raises(ParseError) as caught:
        report_of(tsc, files)
    assert caught.value.reason is Reason.TOOL_CRASHED
    assert caught.value.detail.startswith(word)


def test_settings_that_are_half_read_are_incomplete(report_of):
    report = report_of(tsc, {"tsconfig.json": "{", "src/a.ts": CLEAN})
    assert report.incomplete == ("tsconfig.json:1: error TS1005: '}' expected.",)


def test_unknown_types_of_the_whole_program_are_incomplete(report_of):
    files = {"tsconfig.json": config(types=["lost"]), "src/a.ts": CLEAN}
    report = report_of(tsc, files)
    assert report.incomplete[0].startswith("error TS2688: Cannot find type definition file")


def test_without_a_parser_for_programs_any_is_not_counted_as_none():
    count = b'{"version": "7.0.2", "parsed": 0, "found": [], "readable": false}'
    report = tsc.parse(outputs(b"/tree/src/a.ts\n", count=count))
    assert report.measurements["types.any"].value is None
    assert report.measurements["types.any"].why.startswith("TypeScript 7.0.2 has no parser")


@pytest.mark.parametrize(
    ("given", "reason", "word"),
    [
        (outputs(b"/tree/src/a.ts\n", 9), Reason.TOOL_CRASHED, "tsc ended with 9"),
        (outputs(b"/tree/src/a.ts\n", 2), Reason.UNREADABLE_RESULT, "contradiction"),
        (outputs(b"src/a.ts(1,2): error TS1: x\n", 0), Reason.UNREADABLE_RESULT, "contradiction"),
        (outputs(b"/tree/src/b.ts\n"), Reason.NOTHING_EXAMINED, "tsc checked no TypeScript"),
        (outputs(b"/tree/src/a.ts"), Reason.UNREADABLE_RESULT, "unparsable: the last line"),
        (outputs(b"hello\n"), Reason.UNREADABLE_RESULT, "schema: 'hello' is neither"),
        (outputs(b"", 0), Reason.EMPTY_RESULT, "tsc's answer"),
        (outputs(b"/tree/src/a.ts\n", count=b"{}"), Reason.UNREADABLE_RESULT, "schema"),
        (outputs(b"/tree/src/a.ts\n", count_code=1), Reason.TOOL_CRASHED, "the count of any"),
    ],
)
def test_an_answer_that_cannot_be_trusted_is_refused(given, reason, word):
    with pytest.raises(ParseError) as caught:
        tsc.parse(given)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def test_messages_of_several_lines_are_one_and_paths_may_hold_brackets():
    printed = tsc_text.read(
        b"src/[id] (1).ts(3,7): error TS2345: Argument is bad.\n  Types differ.\n    Because.\n"
        b"error TS6053: File 'x' not found.\n  The file is in the program because:\n/a/b.ts\n",
        what="x",
    )
    assert printed.files == ("/a/b.ts",)
    assert [(d.path, d.line, d.code, d.text) for d in printed.diagnostics] == [
        ("src/[id] (1).ts", 3, "TS2345", "Argument is bad."),
        ("", 0, "TS6053", "File 'x' not found."),
    ]
