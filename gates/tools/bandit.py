"""Insecure constructs in the target's own code, by bandit with every check on.

The policy says whose configuration counts: ours, the target's, or both.

Exit codes of bandit say nothing (0 for a missing path, 1 for its own traceback), so the verdict
rests on its JSON alone: files read, lines of code, files it could not read, findings.
"""

from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import own_settings, planted, scope, strict_json
from gates.tools.formats.configuration import Whose, whose
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

# The count that a finding is part of; low ones are only shown.
COUNTED = {
    Severity.CRITICAL: "security.high",
    Severity.HIGH: "security.high",
    Severity.MEDIUM: "security.medium",
}


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
    """The files of the code: bandit knows of no other file than the one that it reads.

    None where the target's own settings count: they are a file that decides as well.
    """
    code = target.code
    if code is None or whose(options) is not Whose.OURS:
        return ()
    return tuple(scope.below(options.files, code.paths, (".py",)))


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run over the code, without the tests, for each configuration that counts.

    Raises ParseError: the target has none of its own.
    """
    code = target.code
    if code is None:
        return ()
    settings = own_settings.own(options, own_settings.BANDIT)
    ini = own_settings.own(options, own_settings.BANDIT_INI)
    candidates = (*own_settings.BANDIT, *own_settings.BANDIT_INI)
    runs = own_settings.chosen("bandit", options, settings or ini, candidates)
    given = {
        Whose.OURS: ("-c", f"{options.presets}/bandit.yaml"),
        Whose.TARGET: ("-c", f"{options.tree}/{settings}") if settings else (),
    }
    own = {Whose.OURS: "", Whose.TARGET: " and ".join(filter(None, (settings, ini)))}
    inis = {Whose.OURS: "", Whose.TARGET: f"{options.tree}/{ini}" if ini else ""}
    return tuple(
        _run(code, options, (*given[run], "--ini", inis[run] or _no_ini(options)), own[run])
        for run in runs
    )


def _no_ini(options: Options) -> str:
    """An empty one: without any, bandit takes the first .bandit that it finds in the tree."""
    return f"{options.presets}/bandit.ini"


def _run(code: Code, options: Options, given: tuple[str, ...], own: str) -> Invocation:
    return Invocation(
        argv=(f"{options.bin}/bandit", "-q", "-r", "-f", "json", *given, "--", *code.paths),
        cwd=options.tree,
        deadline_s=options.deadline_s,
        inputs=scope.handed(options, scope.below(options.files, code.paths, (".py",)), own),
        files=scope.FILES,
        exits=(0, 1),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the report of one run, or of two joined. Raises ParseError."""
    scope.expect_outputs(outputs, 2 if len(outputs) > 1 else 1, "bandit")
    return own_settings.joined(map(_report, outputs))


def _report(output: ToolOutput) -> ToolReport:
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
    examined = read if totals.loc else 0
    return ToolReport(
        tool="bandit",
        examined=examined,
        examined_unit="files",
        measurements=_measurements(findings, totals.loc),
        findings=findings,
        incomplete=_incomplete(report, handed, read),
        notes=(*_unknown(report.results), *own_settings.notes("bandit", handed, examined)),
    )


def _measurements(findings: tuple[Finding, ...], lines: int) -> dict[str, Measurement]:
    detail = f"in {lines} lines of code"
    return {
        name: Measurement(value=sum(found.metric == name for found in findings), detail=detail)
        for name in METRICS
    }


def _incomplete(report: Report, handed: scope.Scope, read: int) -> tuple[str, ...]:
    lost = [f"{scope.relative(e.filename, handed.tree)}: {e.reason}" for e in report.errors]
    if not lost and not handed.own and read < len(handed.files):
        lost.append(f"bandit looked at {read} of {len(handed.files)} files")
    return tuple(lost)


def _unknown(issues: tuple[Issue, ...]) -> tuple[str, ...]:
    words = sorted({issue.issue_severity for issue in issues} - SEVERITIES.keys())
    return tuple(f"bandit: unknown severity {word!r} is read as critical" for word in words)


def _finding(issue: Issue, tree: str) -> Finding:
    known = SEVERITIES.get(issue.issue_severity, Severity.CRITICAL)
    severity = RAISED.get(issue.test_id, known)
    return Finding(
        tool="bandit",
        rule=issue.test_id,
        severity=severity,
        message=issue.issue_text,
        path=scope.relative(issue.filename, tree),
        line=issue.line_number,
        url=issue.more_info,
        metric=COUNTED.get(severity, ""),
    )


def control() -> Control:
    """A query put together from a text that the caller gives."""
    return planted.control("bandit")
