"""Files that ruff's formatter would rewrite, in the target's code and tests.

The policy says whose style counts. With "stricter" a file has to be in both, which only styles
allow that agree.
"""

from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import own_settings, planted, scope, strict_json
from gates.tools.formats.configuration import Whose

DISTRIBUTION = "ruff"
LANGUAGE = "python"
METRIC = "format.files"
METRICS = {METRIC: Metric("Files that would be rewritten", "files")}
UNFORMATTED = "unformatted"
NOTHING = b"No Python files found"


class Diagnostic(msgspec.Struct, frozen=True):
    """One entry of `ruff format --check --output-format json` (ruff 0.17): a hunk, or a reason."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    message: str
    filename: str


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """For each style that counts the check, then the list of files, which the check does not give.

    Raises ParseError: the target has no settings of its own.
    """
    code = target.code
    if code is None:
        return ()
    found = own_settings.below_root(options, own_settings.RUFF)
    runs = own_settings.chosen("ruff_format", options, found, own_settings.RUFF)
    return tuple(
        invocation
        for run in runs
        for invocation in _run(code, options, found if run is Whose.TARGET else "")
    )


def _run(code: Code, options: Options, own: str) -> tuple[Invocation, Invocation]:
    """One check with its list; `own`: the target's settings where they count."""
    ruff = f"{options.bin}/ruff"
    style: tuple[str, ...] = ("--config", f"{options.presets}/ruff.toml")
    style += ("--target-version", f"py3{scope.python_minor(code, options.tree)}")
    given = ("--no-cache", "--no-respect-gitignore", *(() if own else style))
    folders = (*code.paths, *code.tests)
    paths = ("--", *dict.fromkeys(folders))
    env = {"XDG_CONFIG_HOME": options.output} if own else {}
    files = scope.below(options.files, folders, scope.PYTHON) if own else ()
    return (
        Invocation(
            argv=(ruff, "format", "--check", "--output-format", "json", *given, *paths),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            env=env,
            inputs=scope.handed(options, files, own),
            files=scope.FILES,
            exits=(0, 1),
        ),
        Invocation(
            argv=(ruff, "check", "--show-files", *given, *paths),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            env=env,
        ),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the check and the list of each run. Raises ParseError."""
    return own_settings.joined(map(_report, own_settings.pairs(outputs, "ruff format")))


def _report(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """One run. Exit code 2 is read too: it comes with unreadable files."""
    checked, shown = outputs
    nothing = checked.exit_code == 0 and NOTHING in checked.stderr
    if not nothing and (checked.exit_code not in (0, 1, 2) or not checked.stdout):
        raise scope.crashed(checked, "ruff format")
    scope.expect_exit(shown, (0,), "ruff --show-files")
    handed = scope.read(checked)
    what = "ruff format's report"
    said = b"[]" if nothing else checked.stdout
    entries = strict_json.decode_as(said, tuple[Diagnostic, ...], what=what)
    scope.expect_agreement(checked, len(entries), "ruff format")
    rewritten = sorted(
        {
            scope.relative(entry.filename, handed.tree)
            for entry in entries
            if entry.code == UNFORMATTED
        }
    )
    examined = scope.count_listed(shown.stdout, handed.tree)
    return ToolReport(
        tool="ruff_format",
        examined=examined,
        examined_unit="files",
        measurements={METRIC: Measurement(value=len(rewritten))},
        findings=tuple(_finding(path) for path in rewritten),
        incomplete=tuple(
            f"{scope.relative(entry.filename, handed.tree)}: {entry.message}"
            for entry in entries
            if entry.code != UNFORMATTED
        ),
        notes=own_settings.notes("ruff format", handed, examined),
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
        metric=METRIC,
    )


def control() -> Control:
    """A file whose spacing nobody formatted."""
    return planted.control("ruff_format")
