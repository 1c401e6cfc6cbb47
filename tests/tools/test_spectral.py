"""Spectral's findings, from recorded runs of 6.16.3 on small documents."""

from pathlib import Path

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import OpenApi, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import spectral

DATA = Path(__file__).parent / "data" / "spectral"


def left(case: str) -> tuple[ToolOutput, ...]:
    folder = DATA / f"6.16.3-{case}"
    return (
        ToolOutput(
            exit_code=int((folder / "0.exit").read_text()),
            stdout=(folder / "0.stdout").read_bytes(),
            stderr=(folder / "0.stderr").read_bytes(),
        ),
    )


def figures(case: str) -> dict[str, float | None]:
    return {name: m.value for name, m in spectral.parse(left(case)).measurements.items()}


def test_a_warning() -> None:
    report = spectral.parse(left("control"))
    (finding,) = report.findings
    assert finding.rule == "path-keys-no-trailing-slash"
    assert finding.severity is Severity.MEDIUM
    assert finding.message == "#/paths/~1v1~1things~1: Path must not end with slash."
    assert finding.metric == "spectral.warnings"
    assert figures("control") == {"spectral.errors": 0, "spectral.warnings": 1}
    assert "/output" not in repr(report)


def test_errors_end_with_1_and_are_counted_as_errors() -> None:
    report = spectral.parse(left("broken"))
    assert {finding.severity for finding in report.findings} == {Severity.HIGH}
    assert {finding.rule for finding in report.findings} == {"oas3-schema"}
    assert figures("broken") == {"spectral.errors": 2, "spectral.warnings": 0}


def test_a_clean_document() -> None:
    report = spectral.parse(left("clean"))
    assert (report.findings, report.examined) == ((), 1)


@pytest.mark.parametrize(
    ("case", "reason"), [("missing", Reason.TOOL_CRASHED), ("other", Reason.INCOMPLETE)]
)
def test_what_could_not_be_read_is_no_clean_document(case: str, reason: Reason) -> None:
    with pytest.raises(ParseError) as caught:
        spectral.parse(left(case))
    assert caught.value.reason is reason


def test_an_ending_with_1_and_no_error_is_a_contradiction() -> None:
    with pytest.raises(ParseError):
        spectral.parse((ToolOutput(exit_code=1, stdout=b"[]"),))


@pytest.mark.parametrize(
    ("settings", "modules", "program"),
    [
        ({}, "", "/env/bin/spectral"),
        ({}, "/t/node_modules", "/t/node_modules/.bin/spectral"),
        ({"spectral": "/opt/spectral"}, "/t/node_modules", "/opt/spectral"),
    ],
)
def test_where_the_program_is(settings: dict[str, object], modules: str, program: str) -> None:
    target = Target(name="t", openapi=OpenApi(file="openapi.json"))
    options = Options(
        tree="/t",
        output="/o",
        bin="/env/bin",
        node_modules=modules,
        document="/o/d.json",
        settings={**settings, "ruleset": "rules.yaml"},
    )
    (invocation,) = spectral.commands(target, options)
    assert invocation.argv[0] == program
    assert "/t/rules.yaml" in invocation.argv
    assert spectral.commands(Target(name="bare"), options) == ()
