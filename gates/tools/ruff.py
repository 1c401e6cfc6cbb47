"""Lint errors and warnings of the target's code and tests, by ruff with our rules."""

import re

import msgspec

from gates.core.model import Measurement, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted, ruff_json, scope

DISTRIBUTION = "ruff"
METRICS = {
    "lint.errors": Metric("Lint errors: certain defects and files that are no Python"),
    "lint.warnings": Metric("Lint warnings: everything else"),
}
LANGUAGE = "python"
CERTAIN = re.compile(r"F\d|E9|invalid-syntax")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The findings, then the list of files that were looked at.

    Fixtures of pytest are arguments asked for their effect, so unused ones are fine in tests.
    """
    code = target.code
    if code is None:
        return ()
    roots = msgspec.json.encode(scope.import_roots(code, options.files)).decode()
    fixtures = (f"--per-file-ignores={path}/**:ARG" for path in code.tests)
    paths = (*code.paths, *code.tests)
    given = ("--config", f"src = {roots}", *fixtures)
    return ruff_json.invocations(code, options, "ruff.toml", paths, *given)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read findings and files. Raises ParseError."""
    seen = ruff_json.read(outputs)
    findings = tuple(
        ruff_json.finding(entry, seen.tree, _severity(entry.code), _metric(entry.code))
        for entry in seen.entries
    )
    counts = {name: sum(item.metric == name for item in findings) for name in METRICS}
    return ToolReport(
        tool="ruff",
        examined=seen.examined,
        examined_unit="files",
        measurements={name: Measurement(value=count) for name, count in counts.items()},
        findings=findings,
        incomplete=seen.lost,
    )


def _metric(code: str) -> str:
    return "lint.errors" if _severity(code) is Severity.HIGH else "lint.warnings"


def _severity(code: str) -> Severity:
    """Pyflakes and unreadable syntax are certain defects, bugbear likely ones, the rest style."""
    if CERTAIN.match(code):
        return Severity.HIGH
    return Severity.MEDIUM if code.startswith("B") else Severity.LOW


def control() -> Control:
    """A name that nobody defined."""
    return planted.control("ruff")
