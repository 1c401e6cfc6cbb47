"""Lint errors and warnings of the target's code and tests, by ruff.

The policy says whose configuration counts: ours, the target's, or both.
"""

import re

import msgspec

from gates.core.model import Measurement, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import own_settings, planted, ruff_json, scope
from gates.tools.formats.configuration import Whose

DISTRIBUTION = "ruff"
METRICS = {
    "lint.errors": Metric("Lint errors: certain defects and files that are no Python"),
    "lint.warnings": Metric("Lint warnings: everything else"),
}
LANGUAGE = "python"
CERTAIN = re.compile(r"F\d|E9|invalid-syntax")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """For each configuration that counts the findings, then the files that were looked at.

    Raises ParseError: the target has none of its own.
    """
    code = target.code
    if code is None:
        return ()
    found = own_settings.below_root(options, own_settings.RUFF)
    runs = own_settings.chosen("ruff", options, found, own_settings.RUFF)
    paths = (*code.paths, *code.tests)
    ours = _ours(code, options, paths) if Whose.OURS in runs else ()
    if Whose.TARGET not in runs:
        return ours
    files = tuple(scope.below(options.files, paths, scope.PYTHON))
    return (*ours, *ruff_json.own_invocations(options, found, files, paths))


def _ours(code: Code, options: Options, paths: tuple[str, ...]) -> tuple[Invocation, ...]:
    """Fixtures of pytest are arguments asked for their effect: unused ones are fine in tests."""
    roots = msgspec.json.encode(scope.import_roots(code, options.files)).decode()
    fixtures = (f"--per-file-ignores={path}/**:ARG" for path in code.tests)
    given = ("--config", f"src = {roots}", *fixtures)
    return ruff_json.invocations(code, options, "ruff.toml", paths, *given)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read findings and files of one run, or of two joined. Raises ParseError."""
    return own_settings.joined(map(_report, own_settings.pairs(outputs, "ruff")))


def _report(outputs: tuple[ToolOutput, ...]) -> ToolReport:
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
        notes=seen.notes,
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
