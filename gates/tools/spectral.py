"""Spectral's rules for an OpenAPI document, beside our own: those of a team's ruleset, or its own.

Spectral is a Node program: that of the target's packages, or the one that the policy's option
`spectral` names by its absolute path. It ends with 1 for errors and with 2 where it could not look.
"""

from typing import Annotated

import msgspec

from gates.core import texts
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted, scope, strict_json

DISTRIBUTION = "@stoplight/spectral-cli"
METRICS = {
    "spectral.errors": Metric("Errors that Spectral finds in the document"),
    "spectral.warnings": Metric("Warnings that Spectral finds in the document"),
}
RULESET = "ruleset.json"
OWN_RULES = {"extends": ["spectral:oas"]}
SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)
UNREADABLE = frozenset({"parser", "unrecognized-format", "invalid-ref"})
URL = "https://docs.stoplight.io/docs/spectral/4dec24461f3af-open-api-rules#"


class Position(msgspec.Struct, frozen=True):
    """A place in the document that was read, from 0."""

    line: strict_json.Count
    character: strict_json.Count


class Range(msgspec.Struct, frozen=True):
    """From where to where."""

    start: Position
    end: Position


class Issue(msgspec.Struct, frozen=True):
    """One entry of `--format json` (Spectral 6.16); `severity` from 0, an error, to 3, a hint."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    path: tuple[str | int, ...]
    message: str
    severity: strict_json.Count
    range: Range


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run over the bundled document; nothing for a target without one."""
    if target.openapi is None or not options.document:
        return ()
    own = options.settings.get("ruleset")
    ruleset = f"{options.tree}/{own}" if own else f"{options.output}/{RULESET}"
    return (
        Invocation(
            argv=(
                *(_program(options), "lint", "--ruleset", ruleset),
                *("--format", "json", "--quiet", options.document),
            ),
            cwd=options.output,
            deadline_s=options.deadline_s,
            inputs={RULESET: msgspec.json.encode(OWN_RULES).decode()},
            exits=(0, 1),
        ),
    )


def _program(options: Options) -> str:
    named = options.settings.get("spectral")
    if named:
        return str(named)
    folder = f"{options.node_modules}/.bin" if options.node_modules else options.bin
    return f"{folder}/spectral"


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the findings. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "spectral")
    (output,) = outputs
    scope.expect_exit(output, (0, 1), "spectral")
    issues = strict_json.decode_as(output.stdout, tuple[Issue, ...], what="Spectral's report")
    for one in issues:
        if one.code in UNREADABLE:
            detail = f"Spectral could not read the document: {' '.join(one.message.split())[:300]}"
            raise ParseError(Reason.INCOMPLETE, detail)
    if output.exit_code == 1 and not any(one.severity == 0 for one in issues):
        raise ParseError(Reason.TOOL_CRASHED, "Spectral ended with 1 and reports no error")
    return _report(issues)


def _report(issues: tuple[Issue, ...]) -> ToolReport:
    findings = tuple(_finding(one) for one in issues)
    metrics = [finding.metric for finding in findings]
    return ToolReport(
        tool="spectral",
        examined=1,
        examined_unit="documents",
        measurements={name: Measurement(value=metrics.count(name)) for name in METRICS},
        findings=findings,
        notes=tuple(
            f"unknown severity {level} read as the worst"
            for level in sorted({one.severity for one in issues if one.severity > 3})
        ),
    )


def _finding(issue: Issue) -> Finding:
    pointer = pointed(issue.path)
    known = issue.severity < len(SEVERITIES)
    severity = SEVERITIES[issue.severity] if known else Severity.CRITICAL
    grave = severity in (Severity.CRITICAL, Severity.HIGH)
    return Finding(
        tool="spectral",
        rule=issue.code,
        severity=severity,
        message=texts.bounded(f"{pointer}: {issue.message}"),
        url=f"{URL}{issue.code}",
        fix="See the rule's page.",
        context=f"{pointer} {issue.code}",
        metric="spectral.errors" if grave else "spectral.warnings",
    )


def pointed(path: tuple[str | int, ...]) -> str:
    """A path of keys as a JSON pointer into the document."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "#" + "".join(f"/{part}" for part in parts)


def control() -> Control:
    """A document whose path ends with a slash."""
    return planted.control("spectral")
