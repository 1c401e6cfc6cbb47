"""The answer of a probe is read strictly, and its own reason survives."""

import msgspec
import pytest

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools.formats import report

GOOD = ToolReport(
    tool="headers",
    examined=2,
    examined_unit="requests",
    measurements={
        "headers.missing": Measurement(value=1),
        "headers.weak_cookies": Measurement(value=None, why="no cookie was set"),
    },
    findings=(Finding(tool="headers", rule="csp", severity=Severity.HIGH, message="no CSP"),),
)


def printed(value: object, exit_code: int = 0, stderr: bytes = b"") -> ToolOutput:
    return ToolOutput(exit_code=exit_code, stdout=msgspec.json.encode(value), stderr=stderr)


def test_a_report_comes_back_as_it_was_printed() -> None:
    assert report.read_report(printed(GOOD), "headers") == GOOD


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tool": "auth"}, 'it is the report of "auth"'),
        ({"examined": -1}, "examined is -1"),
        ({"measurements": {"headers.missing": {"value": None}}}, "neither a value nor a reason"),
        ({"measurements": {"headers.missing": {}}}, "value"),
        ({"findings": [{"rule": "csp"}]}, "schema"),
        (
            {
                "findings": [
                    {"tool": "h", "rule": "r", "severity": "low", "message": "", "line": -1}
                ]
            },
            "finding r is on line -1",
        ),
    ],
)
def test_a_report_that_cannot_be_judged_is_refused(change: dict[str, object], words: str) -> None:
    value = msgspec.to_builtins(GOOD) | change
    with pytest.raises(ParseError) as caught:
        report.read_report(printed(value), "headers")
    assert caught.value.reason is Reason.UNREADABLE_RESULT
    assert words in caught.value.detail


@pytest.mark.parametrize(
    ("stdout", "reason"),
    [
        (b"", Reason.EMPTY_RESULT),
        (b"null", Reason.UNREADABLE_RESULT),
        (b"[]", Reason.UNREADABLE_RESULT),
        (b"{}", Reason.UNREADABLE_RESULT),
        (b'{"tool":"headers","examined":1,', Reason.UNREADABLE_RESULT),
        (
            b'{"tool":"a","tool":"headers","examined":1,"examined_unit":"x"}',
            Reason.UNREADABLE_RESULT,
        ),
    ],
)
def test_an_answer_that_is_no_report_is_refused(stdout: bytes, reason: Reason) -> None:
    """B2, B3, B6, B12: empty, cut, doubled and foreign JSON are never a result."""
    with pytest.raises(ParseError) as caught:
        report.read_report(ToolOutput(exit_code=0, stdout=stdout), "headers")
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("stderr", "reason", "words"),
    [
        (b"target-down: nobody answers\n", Reason.TARGET_DOWN, "headers: nobody answers"),
        (b"warning: x\nrefused-by-safety: no\n", Reason.REFUSED_BY_SAFETY, "no"),
        (b"Segmentation fault\n", Reason.TOOL_CRASHED, "ended with 3: Segmentation fault"),
        (b"target-down", Reason.TOOL_CRASHED, "target-down"),
        (b"", Reason.TOOL_CRASHED, "nothing on stderr"),
    ],
)
def test_a_probe_that_ended_badly_keeps_its_own_reason(
    stderr: bytes, reason: Reason, words: str
) -> None:
    """P4: an answer beside an exit code but 0 is not used."""
    with pytest.raises(ParseError) as caught:
        report.read_report(printed(GOOD, exit_code=3, stderr=stderr), "headers")
    assert caught.value.reason is reason
    assert words in caught.value.detail


def test_the_invocation_of_a_probe_writes_its_input_and_names_its_secrets() -> None:
    options = Options(tree="/t", output="/o", python="/py", deadline_s=7.0)
    made = report.probe("headers", options, {"b": 1, "a": [2]}, secrets=("GATESCORE_AUTH",))
    assert made.argv == ("/py", "-m", "gates.probes.headers", "input.json")
    assert made.cwd == "/o"
    assert made.deadline_s == 7.0
    assert made.inputs == {"input.json": '{"a":[2],"b":1}'}
    assert made.secrets == ("GATESCORE_AUTH",)


def test_measured_makes_values_of_numbers_and_reasons_of_words() -> None:
    made = report.measured({"a": 2, "b": "no service"})
    assert made == {"a": Measurement(value=2.0), "b": Measurement(value=None, why="no service")}
