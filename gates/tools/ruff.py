"""Lint errors and warnings of the target's code and tests, by ruff with our rules."""

import re
from typing import Annotated

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, scope, strict_json

DISTRIBUTION = "ruff"
METRICS = {
    "lint.errors": Metric("Lint errors: certain defects and files that are no Python"),
    "lint.warnings": Metric("Lint warnings: everything else"),
}
CERTAIN = re.compile(r"F\d|E9|invalid-syntax")
NOT_READ = ("E902", "io")  # codes of a file that could not be read at all


class Place(msgspec.Struct, frozen=True):
    """Where; rows count from 1."""

    row: strict_json.Line


class Fix(msgspec.Struct, frozen=True):
    """What ruff would do."""

    message: str | None = None


class Diagnostic(msgspec.Struct, frozen=True):
    """One entry of `--output-format json` (ruff 0.17)."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    message: str
    filename: str
    location: Place | None
    url: str | None = None
    fix: Fix | None = None


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The findings, then the list of files that were looked at."""
    code = target.code
    if code is None:
        return ()
    check = (f"{options.bin}/ruff", "check", *_configuration(code, options))
    paths = ("--", *dict.fromkeys((*code.paths, *code.tests)))
    return (
        Invocation(
            argv=(*check, "--output-format", "json", *paths),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs=scope.handed(options, ()),
            files=scope.FILES,
            exits=(0, 1),
        ),
        Invocation(
            argv=(*check, "--show-files", *paths), cwd=options.tree, deadline_s=options.deadline_s
        ),
    )


def _configuration(code: Code, options: Options) -> tuple[str, ...]:
    """Ours alone: a configuration given with --config switches off those found in the tree.

    Fixtures of pytest are arguments asked for their effect, so unused ones are fine in tests.
    """
    roots = msgspec.json.encode(scope.import_roots(code, options.files)).decode()
    fixtures = (f"--per-file-ignores={path}/**:ARG" for path in code.tests)
    return (
        "--no-cache",
        "--no-respect-gitignore",
        "--config",
        f"{options.presets}/ruff.toml",
        "--config",
        f"src = {roots}",
        "--target-version",
        f"py3{scope.python_minor(code, options.tree)}",
        *fixtures,
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read findings and files. Raises ParseError."""
    scope.expect_outputs(outputs, 2, "ruff")
    found, shown = outputs
    scope.expect_exit(found, (0, 1), "ruff")
    scope.expect_exit(shown, (0,), "ruff --show-files")
    tree = scope.read(found).tree
    entries = strict_json.decode_as(found.stdout, tuple[Diagnostic, ...], what="ruff's report")
    scope.expect_agreement(found, len(entries), "ruff")
    lost = tuple(_lost(entry, tree) for entry in entries if entry.code in NOT_READ)
    findings = tuple(_finding(entry, tree) for entry in entries if entry.code not in NOT_READ)
    errors = sum(item.severity is Severity.HIGH for item in findings)
    return ToolReport(
        tool="ruff",
        examined=scope.count_listed(shown.stdout, tree),
        examined_unit="files",
        measurements={
            "lint.errors": Measurement(value=errors),
            "lint.warnings": Measurement(value=len(findings) - errors),
        },
        findings=findings,
        incomplete=lost,
    )


def _lost(entry: Diagnostic, tree: str) -> str:
    return f"{scope.relative(entry.filename, tree)}: {entry.message}"


def _finding(entry: Diagnostic, tree: str) -> Finding:
    return Finding(
        tool="ruff",
        rule=entry.code,
        severity=_severity(entry.code),
        message=entry.message,
        path=scope.relative(entry.filename, tree),
        line=entry.location.row if entry.location else 0,
        url=entry.url or "",
        fix=(entry.fix.message or "") if entry.fix else "",
    )


def _severity(code: str) -> Severity:
    """Pyflakes and unreadable syntax are certain defects, bugbear likely ones, the rest style."""
    if CERTAIN.match(code):
        return Severity.HIGH
    return Severity.MEDIUM if code.startswith("B") else Severity.LOW


def control() -> Control:
    """A name that nobody defined."""
    return planted.control("ruff")
