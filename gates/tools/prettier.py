"""Files of JavaScript and TypeScript that the target's own Prettier would rewrite.

The control's files need the Node environment of the target under judgement.
"""

from enum import StrEnum

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import node, planted, scope, strict_json
from gates.tools.formats.configuration import Whose, whose

DISTRIBUTION = "prettier"
LANGUAGE = "node"
METRICS = {"format.files": Metric("Files that would be rewritten", "files")}
UNFORMATTED = "unformatted"
INPUT = "input.json"


class State(StrEnum):
    """What Prettier says of a file."""

    FORMATTED = "formatted"
    UNFORMATTED = "unformatted"
    IGNORED = "ignored"
    FAILED = "failed"


class File(msgspec.Struct, frozen=True):
    """One file; `message` says why it failed."""

    path: str
    state: State
    message: str = ""


class Report(msgspec.Struct, frozen=True):
    """The answer of gates/node/prettier_check.mjs."""

    version: str
    files: tuple[File, ...]


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of our helper, which asks the target's Prettier. Raises ParseError: there is none."""
    if target.node is None:
        return ()
    versions = node.versions(options, ("prettier",), "prettier")
    files = node.sources(target, options)
    ours = f"{options.presets}/prettier.json"
    settings = {Whose.OURS: [ours], Whose.TARGET: [None], Whose.STRICTER: [ours, None]}
    given = {"tree": options.tree, "files": files, "settings": settings[whose(options)]}
    folder = node.package_folder(target.node, options)
    return (
        Invocation(
            argv=(
                *(node.program(options), str(node.HELPERS / "prettier_check.mjs")),
                f"{options.output}/{INPUT}",
            ),
            cwd=folder,
            deadline_s=options.deadline_s,
            env=node.packages(options),
            inputs={
                INPUT: msgspec.json.encode(given).decode(),
                **node.handed(target.node, options, files, versions),
            },
            files=node.FILES,
        ),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the answer. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "prettier")
    scope.expect_exit(outputs[0], (0,), "prettier")
    surroundings = node.read(outputs[0])
    report = strict_json.decode_as(outputs[0].stdout, Report, what="Prettier's answer")
    if tuple(file.path for file in report.files) != surroundings.files:
        detail = "schema: it speaks of other files than it was handed (Prettier's answer)"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    seen = [file for file in report.files if file.state is not State.IGNORED]
    if not seen:
        raise ParseError(Reason.NOTHING_EXAMINED, "Prettier looked at no file")
    findings = tuple(_finding(file.path) for file in seen if file.state is State.UNFORMATTED)
    ignored = len(report.files) - len(seen)
    return ToolReport(
        tool="prettier",
        examined=len(seen),
        examined_unit="files",
        measurements={"format.files": Measurement(value=len(findings))},
        findings=findings,
        incomplete=tuple(
            f"{file.path}: {file.message}" for file in seen if file.state is State.FAILED
        ),
        notes=(f"the target's settings leave out {ignored} files",) if ignored else (),
        version=report.version,
    )


def _finding(path: str) -> Finding:
    return Finding(
        tool="prettier",
        rule=UNFORMATTED,
        severity=Severity.LOW,
        message="The formatter would rewrite this file",
        path=path,
        url="https://prettier.io/docs/",
        fix="Run prettier --write.",
        metric="format.files",
    )


def control() -> Control:
    """A file whose spacing nobody formatted."""
    return planted.control("prettier")
