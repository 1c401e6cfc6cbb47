"""Insecure constructs in the target's own code, by bandit with every check on.

Exit codes of bandit say nothing (0 for a missing path, 1 for its own traceback), so the verdict
rests on its JSON alone: files read, lines of code, files it could not read, findings.
"""

from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted, scope, strict_json
from gates.tools.formats.strict_json import Count, Line

DISTRIBUTION = "bandit"
LANGUAGE = "python"
METRICS = {
    "security.high": Metric("Critical and high findings"),
    "security.medium": Metric("Medium findings"),
}
SEVERITIES = {"HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM, "LOW": Severity.LOW}
# bandit calls SQL built from strings medium; an injection is the worst that a service can have.
RAISED = {"B608": Severity.CRITICAL}


class Issue(msgspec.Struct, frozen=True):
    """One entry of `results` (bandit 1.9)."""

    test_id: Annotated[str, msgspec.Meta(min_length=1)]
    issue_severity: str
    issue_text: str
    filename: str
    line_number: Line
    more_info: str = ""


class Lost(msgspec.Struct, frozen=True):
    """One entry of `errors`: a file that bandit could not look at."""

    filename: str
    reason: str


class Sizes(msgspec.Struct, frozen=True):
    """What bandit counted of one file, or of all."""

    loc: Count


class Report(msgspec.Struct, frozen=True):
    """`bandit -f json`; `metrics` by file, the sum under "_totals"."""

    errors: tuple[Lost, ...]
    metrics: dict[str, Sizes]
    results: tuple[Issue, ...]


def one_by_one(target: Target, options: Options) -> tuple[str, ...]:
    """The files of the code: bandit knows of no other file than the one that it reads."""
    return tuple(scope.below(options.files, target.code.paths if target.code else (), (".py",)))


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run over the code, without the tests."""
    code = target.code
    if code is None:
        return ()
    files = scope.below(options.files, code.paths, (".py",))
    return (
        Invocation(
            argv=(
                f"{options.bin}/bandit",
                *("-q", "-r", "-f", "json"),
                *("-c", f"{options.presets}/bandit.yaml"),
                *("--ini", f"{options.presets}/bandit.ini"),
                "--",
                *code.paths,
            ),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs=scope.handed(options, files),
            files=scope.FILES,
            exits=(0, 1),
        ),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the report. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "bandit")
    (output,) = outputs
    if output.exit_code not in (0, 1) or not output.stdout.strip():
        raise scope.crashed(output, "bandit")
    handed = scope.read(output)
    report = strict_json.decode_as(output.stdout, Report, what="bandit's report")
    totals = report.metrics.get("_totals")
    if totals is None:
        detail = "schema: no `_totals` in `metrics` (bandit's report)"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    findings = tuple(_finding(issue, handed.tree) for issue in report.results)
    read = len(report.metrics) - 1
    return ToolReport(
        tool="bandit",
        examined=read if totals.loc else 0,
        examined_unit="files",
        measurements=_measurements(findings, totals.loc),
        findings=findings,
        incomplete=_incomplete(report, handed, read),
        notes=_unknown(report.results),
    )


def _measurements(findings: tuple[Finding, ...], lines: int) -> dict[str, Measurement]:
    severities = [finding.severity for finding in findings]
    high = sum(severity in (Severity.CRITICAL, Severity.HIGH) for severity in severities)
    detail = f"in {lines} lines of code"
    return {
        "security.high": Measurement(value=high, detail=detail),
        "security.medium": Measurement(value=severities.count(Severity.MEDIUM), detail=detail),
    }


def _incomplete(report: Report, handed: scope.Scope, read: int) -> tuple[str, ...]:
    lost = [f"{scope.relative(e.filename, handed.tree)}: {e.reason}" for e in report.errors]
    if not lost and read < len(handed.files):
        lost.append(f"bandit looked at {read} of {len(handed.files)} files")
    return tuple(lost)


def _unknown(issues: tuple[Issue, ...]) -> tuple[str, ...]:
    words = sorted({issue.issue_severity for issue in issues} - SEVERITIES.keys())
    return tuple(f"bandit: unknown severity {word!r} is read as critical" for word in words)


def _finding(issue: Issue, tree: str) -> Finding:
    known = SEVERITIES.get(issue.issue_severity, Severity.CRITICAL)
    return Finding(
        tool="bandit",
        rule=issue.test_id,
        severity=RAISED.get(issue.test_id, known),
        message=issue.issue_text,
        path=scope.relative(issue.filename, tree),
        line=issue.line_number,
        url=issue.more_info,
    )


def control() -> Control:
    """A query put together from a text that the caller gives."""
    return planted.control("bandit")
