"""hadolint's JSON, real and changed: what counts as a finding, and what as not having looked."""

import json
from pathlib import Path

import msgspec
import pytest

from gates.core.deployed import Deployment
from gates.core.model import Reason, Severity
from gates.core.target import Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import hadolint
from gates.tools.formats import scope

DATA = Path(__file__).parent / "data" / "hadolint"
TRACE = (
    b"hadolint: nope: withBinaryFile: does not exist (No such file or directory)\nHasCallStack\n"
)


def output(stdout: bytes | str, code: int, stderr: bytes = b"") -> tuple[ToolOutput, ...]:
    given = scope.Scope(tree="/tree", files=("Dockerfile", "api/Bad.Dockerfile"))
    data = stdout.encode() if isinstance(stdout, str) else stdout
    files = {scope.NAME: msgspec.json.encode(given)}
    return (ToolOutput(exit_code=code, stdout=data, stderr=stderr, files=files),)


def recorded(case: str) -> bytes:
    return (DATA / f"2.15.1-{case}" / "0.stdout").read_bytes()


def test_a_recorded_run_with_findings():
    report = hadolint.parse(output(recorded("findings"), 1))
    assert [(f.rule, f.path, f.line, f.severity) for f in report.findings] == [
        ("DL3007", "Dockerfile", 1, Severity.MEDIUM),
        ("DL3015", "Dockerfile", 2, Severity.LOW),
        ("DL3008", "Dockerfile", 2, Severity.MEDIUM),
        ("DL3014", "Dockerfile", 2, Severity.MEDIUM),
        ("DL3003", "Dockerfile", 3, Severity.MEDIUM),
        ("DL4000", "Dockerfile", 4, Severity.HIGH),
    ]
    assert report.measurements["container.errors"].value == 1
    assert report.measurements["container.warnings"].value == 5
    assert [f.metric for f in report.findings].count("container.errors") == 1
    assert (report.examined, report.incomplete) == (2, ())


def test_a_file_that_cannot_be_parsed_was_not_looked_at():
    report = hadolint.parse(output(recorded("unparsable"), 1))
    assert report.findings == ()
    (lost,) = report.incomplete
    assert lost.startswith("Dockerfile:2: unexpected 'F' expecting")


@pytest.mark.parametrize(
    ("stdout", "code", "stderr", "reason"),
    [
        (b"", 1, TRACE, Reason.TOOL_CRASHED),
        (b"[]", 1, TRACE, Reason.TOOL_CRASHED),
        (b"[]", 0, TRACE, Reason.TOOL_CRASHED),
        (b"[]", 2, b"", Reason.TOOL_CRASHED),
        (b"[]", 1, b"", Reason.UNREADABLE_RESULT),
        (b"{}", 1, b"", Reason.UNREADABLE_RESULT),
        (b"", 0, b"", Reason.EMPTY_RESULT),
    ],
)
def test_a_run_that_did_not_do_its_job_is_refused(stdout, code, stderr, reason):
    with pytest.raises(ParseError) as caught:
        hadolint.parse(output(stdout, code, stderr))
    assert caught.value.reason is reason


def test_a_level_that_nobody_knows_is_the_worst_b15():
    issues = json.loads(recorded("findings"))
    issues[0]["level"] = "BANANA"
    report = hadolint.parse(output(json.dumps(issues), 1))
    assert report.findings[0].severity is Severity.CRITICAL
    assert report.measurements["container.errors"].value == 2
    assert report.notes == ("unknown severity 'BANANA' read as the worst",)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("Dockerfile", True),
        ("api/Dockerfile.prod", True),
        ("api/web.Dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.dev", False),
        ("docs/about-dockerfile.md", False),
        ("src/dockerfiles/a.py", False),
    ],
)
def test_dockerfiles_are_known_by_their_names(path, wanted):
    assert hadolint.is_deployed(path) is wanted


def test_a_target_without_dockerfiles_has_nothing_to_look_at():
    with pytest.raises(ParseError) as caught:
        hadolint.commands(Target(name="x"), Options(tree="/t", output="/o", files=("a.py",)))
    assert caught.value.reason is Reason.NOTHING_EXAMINED


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "ignored: []\n"),
        ({"hadolint_ignored": ["DL3002", "DL3057"]}, "ignored: [DL3002, DL3057]\n"),
    ],
)
def test_only_the_policy_names_rules_that_are_left_to_another_tool(settings, expected):
    options = Options(tree="/t", output="/o", files=("Dockerfile",), bin="/b", settings=settings)
    (invocation,) = hadolint.commands(Target(name="t"), options)
    assert invocation.inputs[hadolint.CONFIGURATION] == expected


def test_a_target_without_a_dockerfile_is_no_error_where_another_tool_says_so():
    beside = Options(tree="/t", output="/o", settings={"hadolint_ignored": []})
    assert hadolint.commands(Target(name="t"), beside) == ()
    with pytest.raises(ParseError, match="has no file called Dockerfile") as caught:
        hadolint.commands(Target(name="t"), Options(tree="/t", output="/o"))
    assert caught.value.reason is Reason.NOTHING_EXAMINED


def test_the_dockerfiles_that_are_deployed_may_be_named():
    named = Target(name="t", deployment=Deployment(dockerfiles=("a/Dockerfile",)))
    options = Options(tree="/t", output="/o", files=("Dockerfile", "a/Dockerfile"), bin="/b")
    (invocation,) = hadolint.commands(named, options)
    assert invocation.argv[-2:] == ("--", "a/Dockerfile")
