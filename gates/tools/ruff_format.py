"""Files that ruff's formatter would rewrite, in the target's code and tests."""

from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, scope, strict_json

DISTRIBUTION = "ruff"
LANGUAGE = "python"
METRICS = {"format.files": Metric("Files that would be rewritten", "files")}
UNFORMATTED = "unformatted"


class Diagnostic(msgspec.Struct, frozen=True):
    """One entry of `ruff format --check --output-format json` (ruff 0.17): a hunk, or a reason."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    message: str
    filename: str


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The check, then the list of files: the formatter itself does not say what it looked at."""
    code = target.code
    if code is None:
        return ()
    ours = ("--no-cache", "--no-respect-gitignore", "--config", f"{options.presets}/ruff.toml")
    version = ("--target-version", f"py3{scope.python_minor(code, options.tree)}")
    paths = ("--", *dict.fromkeys((*code.paths, *code.tests)))
    ruff = f"{options.bin}/ruff"
    check = (ruff, "format", "--check", "--output-format", "json", *ours, *version, *paths)
    return (
        Invocation(
            argv=check,
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs=scope.handed(options, ()),
            files=scope.FILES,
            exits=(0, 1),
        ),
        Invocation(
            argv=(ruff, "check", "--show-files", *ours, *paths),
            cwd=options.tree,
            deadline_s=options.deadline_s,
        ),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the check and the list. Exit code 2 is read too: it comes with unreadable files."""
    scope.expect_outputs(outputs, 2, "ruff format")
    checked, shown = outputs
    if checked.exit_code not in (0, 1, 2) or not checked.stdout:
        raise scope.crashed(checked, "ruff format")
    scope.expect_exit(shown, (0,), "ruff --show-files")
    tree = scope.read(checked).tree
    what = "ruff format's report"
    entries = strict_json.decode_as(checked.stdout, tuple[Diagnostic, ...], what=what)
    scope.expect_agreement(checked, len(entries), "ruff format")
    rewritten = sorted(
        {scope.relative(entry.filename, tree) for entry in entries if entry.code == UNFORMATTED}
    )
    return ToolReport(
        tool="ruff_format",
        examined=scope.count_listed(shown.stdout, tree),
        examined_unit="files",
        measurements={"format.files": Measurement(value=len(rewritten))},
        findings=tuple(_finding(path) for path in rewritten),
        incomplete=tuple(
            f"{scope.relative(entry.filename, tree)}: {entry.message}"
            for entry in entries
            if entry.code != UNFORMATTED
        ),
    )


def _finding(path: str) -> Finding:
    return Finding(
        tool="ruff_format",
        rule=UNFORMATTED,
        severity=Severity.LOW,
        message="The formatter would rewrite this file",
        path=path,
        url="https://docs.astral.sh/ruff/formatter/",
        fix="Run ruff format.",
    )


def control() -> Control:
    """A file whose spacing nobody formatted."""
    return planted.control("ruff_format")
