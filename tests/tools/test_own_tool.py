"""Tools that a policy brings: real commands and report files, each format, and what goes wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from gates import catalog
from gates.core.model import Reason, Severity, ToolReport
from gates.core.policy import OwnControl, OwnTool
from gates.core.target import Target
from gates.core.tool import Metric, Options, ParseError, Tool, ToolOutput
from gates.probes import _common, reports
from gates.tools import own_tool

SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "probe", "version": "3.1"}},
            "results": [
                {
                    "ruleId": "R1",
                    "level": level,
                    "message": {"text": level},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "src/a.py"},
                                "region": {"startLine": 1},
                            }
                        }
                    ],
                    "suppressions": [{"kind": "inSource"}] if level == "note" else [],
                }
                for level in ("error", "warning", "warning", "note")
            ],
        }
    ],
}
JUNIT = (
    '<testsuites><testsuite tests="5"><testcase classname="t" name="a" file="src/a.py"/>'
    '<testcase classname="t" name="b" file="src/a.py"><failure message="no"/></testcase>'
    '<testcase classname="t" name="c"><skipped/></testcase>'
    '<testcase classname="t" name="d"><failure message="once"/></testcase>'
    '<testcase classname="t" name="d"/></testsuite></testsuites>'
)
COBERTURA = (
    '<coverage line-rate="1"><sources/><packages><package><classes><class filename="src/a.py">'
    '<lines><line number="1" hits="1"/><line number="2" hits="0" branch="true" '
    'condition-coverage="50% (1/2)"/></lines></class></classes></package></packages></coverage>'
)
LCOV = "SF:src/a.py\nDA:1,1\nDA:2,0\nBRDA:2,0,0,1\nBRDA:2,0,1,-\nend_of_record\n"
LINES = '{"rule":"R1","message":"said","severity":"high","path":"src/a.py"}\n{"examined":7}\n'
REPORTS = {
    "sarif": json.dumps(SARIF),
    "junit": JUNIT,
    "cobertura": COBERTURA,
    "lcov": LCOV,
    "findings": LINES,
}
VALUES = {
    "sarif": {
        **{"findings": 3, "critical": 0, "high": 1, "medium": 2, "low": 0, "info": 0},
        "suppressed": 1,
    },
    "junit": {"tests": 3, "failed": 1, "flaky": 1, "skipped": 1},
    "cobertura": {"line_percent": 50.0, "branch_percent": 50.0},
    "lcov": {"line_percent": 50.0, "branch_percent": 50.0},
    "findings": {"findings": 1, "critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0},
}
TREE = {"src/a.py": "x = 1\n", "src/b.py": "y = 2\n", "README.md": "read\n"}


def brought(format: str, **keys: Any) -> own_tool.Own:
    return own_tool.tool("mine", OwnTool(format=format, **keys))


def values(report: ToolReport) -> dict[str, float | None]:
    return {name.removeprefix("mine."): one.value for name, one in report.measurements.items()}


def script(text: str) -> tuple[str, ...]:
    return ("{python}", "-c", text)


def refused(report_of: Any, tool: Any, files: Any = TREE, **options: Any) -> ParseError:
    with pytest.raises(ParseError) as caught:
        report_of(tool, files, **options)
    return caught.value


@pytest.mark.parametrize("format", REPORTS)
def test_a_command_writes_a_report_in_any_format(report_of, format):
    text = f"open('{{output}}/r', 'w').write({REPORTS[format]!r}); print('noise')"
    tool = brought(format, command=script(text), files=("r",), examines=("*.py",))
    report = report_of(tool, TREE)
    assert values(report) == VALUES[format]
    assert set(report.measurements) == set(tool.METRICS)
    assert {finding.tool for finding in report.findings} <= {"mine"}


@pytest.mark.parametrize("format", REPORTS)
def test_report_files_of_the_tree_are_read_and_named_with_their_digest(report_of, format):
    tool = brought(format, files=("reports/*.out",), examines=("src",))
    report = report_of(tool, {**TREE, "reports/x.out": REPORTS[format]})
    assert values(report) == VALUES[format]
    assert any(note.startswith("read reports/x.out (sha256:") for note in report.notes)


def test_what_a_command_prints_may_be_the_report(report_of):
    tool = brought("sarif", command=script(f"print({REPORTS['sarif']!r})"), files=("-",))
    assert values(report_of(tool, TREE)) == VALUES["sarif"]


def test_several_reports_are_one_result(report_of):
    tool = brought("sarif", files=("a.json", "b.json"), examines=("src",))
    report = report_of(tool, {**TREE, "a.json": REPORTS["sarif"], "b.json": REPORTS["sarif"]})
    assert values(report)["findings"] == 6
    assert (report.examined, report.version) == (2, "3.1")


def test_coverage_of_several_reports_is_that_of_the_lines_that_ran_in_any(report_of):
    other = LCOV.replace("DA:2,0", "DA:2,4")
    tool = brought("lcov", files=("1.info", "2.info"), examines=("src",))
    report = report_of(tool, {**TREE, "1.info": LCOV, "2.info": other})
    assert values(report)["line_percent"] == 100.0
    assert "1 file that it looks at are not in it: src/b.py" in report.notes


def test_a_report_outside_of_the_target_is_named_by_its_absolute_path(report_of, tmp_path):
    elsewhere = tmp_path / "elsewhere.sarif"
    elsewhere.write_text(REPORTS["sarif"])
    tool = brought("sarif", files=(str(elsewhere),), examines=("src",))
    assert values(report_of(tool, TREE)) == VALUES["sarif"]
    elsewhere.unlink()


@pytest.mark.parametrize(
    ("files", "reason", "word"),
    [
        (("none/*.sarif",), Reason.NO_RESULT, "no file that git sees"),
        (("/nowhere/x.sarif",), Reason.NO_RESULT, "reports: /nowhere/x.sarif: No such file"),
        (("/dev",), Reason.NO_RESULT, "reports: /dev is no file"),
    ],
)
def test_reports_that_are_not_there_are_an_error(report_of, files, reason, word):
    error = refused(report_of, brought("sarif", files=files))
    assert error.reason is reason
    assert error.detail.startswith(word)


def test_findings_are_part_of_the_count_of_their_severity(report_of):
    tool = brought("sarif", files=("r",), examines=("*",))
    report = report_of(tool, {**TREE, "r": REPORTS["sarif"]})
    counted = [finding.metric for finding in report.findings]
    assert sorted(counted) == ["mine.high", "mine.medium", "mine.medium"]
    assert report.notes[0] == "suppressed in the tool: R1 src/a.py:1"


def test_failed_and_flaky_tests_are_findings(report_of):
    report = report_of(brought("junit", files=("r",)), {**TREE, "r": JUNIT})
    failed, flaky = report.findings
    assert (failed.rule, failed.severity, failed.metric) == (
        "test-failed", Severity.HIGH, "mine.failed",
    )  # fmt: skip
    assert (failed.path, failed.message) == ("src/a.py", "t::b: no")
    assert (flaky.label, flaky.metric) == ("FLAKY", "mine.flaky")
    assert report.examined == 3


def test_all_tests_skipped_is_nothing_examined_b19(report_of):
    skipped = '<testsuite><testcase name="a"><skipped/></testcase></testsuite>'
    report = report_of(brought("junit", files=("r",)), {"r": skipped})
    assert report.examined == 0


@pytest.mark.parametrize(
    ("examines", "examined", "unit"), [((), 0, "files"), (("src/**/*.py",), 2, "files")]
)
def test_what_was_looked_at_comes_from_the_policy_where_the_report_is_silent(
    report_of, examines, examined, unit
):
    tool = brought("sarif", files=("r",), examines=examines)
    report = report_of(tool, {**TREE, "r": REPORTS["sarif"]})
    assert (report.examined, report.examined_unit) == (examined, unit)
    assert any("name it in `examines`" in note for note in report.notes) is not bool(examines)


def test_coverage_of_another_tree_covers_no_expected_file_b22(report_of):
    other = COBERTURA.replace("src/a.py", "/home/ci/src/a.py")
    error = refused(report_of, brought("cobertura", files=("r",)), {**TREE, "r": other})
    assert error.reason is Reason.NOTHING_EXAMINED
    assert error.detail.startswith("no expected file covered: the report names only /home/ci/")


def test_coverage_without_lines_is_no_number_b21(report_of):
    empty = '<coverage line-rate="1" lines-valid="0"><packages/></coverage>'
    error = refused(report_of, brought("cobertura", files=("r",)), {**TREE, "r": empty})
    assert (error.reason, error.detail) == (Reason.NOTHING_EXAMINED, "the report holds no lines")


def test_coverage_counts_the_examined_files_alone(report_of):
    both = LCOV + LCOV.replace("src/a.py", "tests/test_a.py").replace("DA:2,0", "DA:2,1")
    tool = brought("lcov", files=("r",), examines=("src/a.py",))
    report = report_of(tool, {**TREE, "tests/test_a.py": "", "r": both})
    assert values(report)["line_percent"] == 50.0
    strange = "1 file of the report are no file of the target that is looked at: tests/test_a.py"
    assert strange in report.notes


@pytest.mark.parametrize("code", [1, 2, 139])
def test_an_exit_code_that_is_not_expected_is_a_crash(report_of, code):
    text = f"import sys; print({REPORTS['sarif']!r}); sys.exit('gone' if {code} == 1 else {code})"
    tool = brought("sarif", command=script(text), files=("-",), exits=(0, 3))
    error = refused(report_of, tool)
    assert error.reason is Reason.TOOL_CRASHED
    assert error.detail.startswith(f"mine ended with {code}: ")


def test_a_command_that_writes_nothing_left_no_result(report_of):
    tool = brought("sarif", command=script("pass"), files=("r.sarif",))
    error = refused(report_of, tool)
    assert (error.reason, error.detail) == (Reason.NO_RESULT, "r.sarif: no result was written")


def test_the_version_comes_from_the_report_or_from_its_command(report_of):
    tool = brought(
        "lcov",
        command=script(f"print({LCOV!r})"),
        version_command=script("print('tool 4.2')"),
        files=("-",),
        env={"PLACE": "{output}/x"},
    )
    assert report_of(tool, TREE).version == "tool 4.2"


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (("no-such-program-of-mine",), "[tools.mine] command: there is no program no-such-"),
        (("bin/tool",), '[tools.mine] command: "bin/tool" is relative: write {tree}/bin/tool'),
        (("{node_modules}/.bin/x",), "[tools.mine]: {node_modules} stands for nothing"),
    ],
)
def test_a_program_that_is_not_to_be_had_is_named(report_of, command, word):
    error = refused(report_of, brought("sarif", command=command, files=("-",)))
    assert error.reason is Reason.TOOL_MISSING
    assert error.detail.startswith(word)


def test_a_program_is_looked_for_beside_gatescore_then_on_the_search_path(tmp_path):
    found = {}
    for folder in ("bin", "more", "tree/bin"):
        file = tmp_path / folder / "wanted"
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
        found[folder] = str(file)
    tool = brought("sarif", command=("wanted",), files=("-",))

    def program(bin: str, *search: str) -> str:
        path = ":".join(str(tmp_path / one) if one else "" for one in search)
        options = Options(
            tree=str(tmp_path / "tree"),
            output=str(tmp_path),
            bin=str(tmp_path / bin),
            settings={"search_path": path},
        )
        return tool.commands(Target(name="x"), options)[0].argv[0]

    assert program("bin", "more") == found["bin"]
    assert program("empty", "", "tree/bin", "more") == found["more"]
    with pytest.raises(ParseError, match="there is no program wanted"):
        program("empty", "", "tree/bin")


@pytest.mark.parametrize("file", ["/etc/passwd", "../x", "a/../../x"])
def test_a_report_of_a_command_is_below_its_output_folder(report_of, file):
    error = refused(report_of, brought("sarif", command=script("pass"), files=(file,)))
    assert "is not below the output folder" in error.detail


def test_reports_too_large_are_refused(report_of, tmp_path):
    large = tmp_path / "large.sarif"
    with large.open("wb") as file:
        file.truncate(500 * 2**20)
    error = refused(report_of, brought("sarif", files=(str(large),)))
    assert error.reason is Reason.OUTPUT_TOO_LARGE
    large.unlink()


def test_a_report_that_is_a_link_out_of_the_tree_is_not_read(tmp_path):
    (tmp_path / "r.sarif").symlink_to("/etc/passwd")
    with pytest.raises(_common.ProbeError, match="leads out of the target"):
        reports.measure({"tree": str(tmp_path), "copies": [("r.sarif", "0.sarif")]})


@pytest.mark.parametrize("format", REPORTS)
def test_an_own_tool_offers_the_port(format):
    spec = OwnTool(format=format, files=("r",), control=OwnControl(files={"a": "b"}, rule="R1"))
    tool: Tool = catalog.load("mine", {"mine": spec})
    assert all(name.startswith("mine.") for name in tool.METRICS)
    assert all(isinstance(metric, Metric) for metric in tool.METRICS.values())
    assert own_tool.tool("mine", spec).control().rule == "R1"
    assert own_tool.tool("mine", OwnTool(format=format)).control() is None


@pytest.mark.parametrize(
    "bad", [b"", b" \n", b"\x00\xff\x7fELF", b"null", b"{}", b"[]", b"1", b"<x/>"]
)
@pytest.mark.parametrize("format", REPORTS)
def test_a_bad_report_is_refused_in_every_format(format, bad):
    tool = brought(format, command=("/bin/true",), files=("-",))
    invocation = tool.commands(Target(name="x"), Options(tree="/t", output="/o"))[0]
    given = {"given": invocation.inputs[own_tool.GIVEN_FILE].encode()}
    with pytest.raises(ParseError):
        tool.parse((ToolOutput(exit_code=0, stdout=bad, files=given),))
    with pytest.raises(ParseError):
        tool.parse(())


def test_every_format_can_be_told_from_the_others():
    for format in REPORTS:
        for other, text in REPORTS.items():
            tool = brought(format, command=("/bin/true",), files=("-",))
            options = Options(tree="/t", output="/o", files=("src/a.py",))
            invocation = tool.commands(Target(name="x"), options)[0]
            given = {"given": invocation.inputs[own_tool.GIVEN_FILE].encode()}
            output = ToolOutput(exit_code=0, stdout=text.encode(), files=given)
            if other == format:
                assert tool.parse((output,)).tool == "mine"
                continue
            with pytest.raises(ParseError):
                tool.parse((output,))


def test_the_folder_of_the_policy_can_be_named(tmp_path):
    tool = brought("sarif", command=("/bin/x", "{policy}/rules.yml", '{"braces": 1}'), files=("-",))
    options = Options(tree="/t", output="/o", settings={"policy_folder": str(Path("/policies"))})
    argv = tool.commands(Target(name="x"), options)[0].argv
    assert argv == ("/bin/x", "/policies/rules.yml", '{"braces": 1}')
