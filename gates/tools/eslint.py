"""Lint errors and warnings of JavaScript and TypeScript, by the target's own ESLint.

The policy says whose configuration counts: ours (the recommended rules), the target's, or both.
The control's files need the Node environment of the target under judgement: they bring no packages.
"""

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import eslint_run, node, planted
from gates.tools.formats.configuration import Whose, whose
from gates.tools.formats.eslint_json import Message

DISTRIBUTION = "eslint"
LANGUAGE = "node"
METRICS = {
    "lint.errors": Metric("Lint errors: certain defects"),
    "lint.warnings": Metric("Lint warnings: everything else"),
}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run for each configuration that counts. Raises ParseError: something is missing."""
    if target.node is None:
        return ()
    files = node.sources(target, options)
    chosen = whose(options)
    paths = (*target.node.paths, *target.node.tests)
    configs = _configs(chosen, target, options)
    packages = () if chosen is Whose.TARGET else eslint_run.needed(files, "@eslint/js")[1:]
    versions = node.versions(options, ("eslint", *packages), "eslint")
    return tuple(
        eslint_run.invocation(target.node, options, files, versions, config=config, paths=paths)
        for config in configs
    )


def _configs(chosen: Whose, target: Target, options: Options) -> tuple[str, ...]:
    """Configuration files of the runs, "" for the target's own. Raises ParseError."""
    ours = f"{options.presets}/eslint.config.mjs"
    if chosen is Whose.OURS:
        return (ours,)
    if not eslint_run.configured(target, options):
        detail = (
            f'eslint: options.configuration = "{chosen}", but the target has no eslint.config.*'
        )
        raise ParseError(Reason.NO_RESULT, f'{detail}; add one, or set it to "ours"')
    return ("",) if chosen is Whose.TARGET else (ours, "")


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read one run, or two joined. Raises ParseError."""
    if len(outputs) not in (1, 2):
        raise ParseError(Reason.NO_RESULT, "eslint: no run left a result")
    runs = tuple(map(eslint_run.read, outputs))
    found = tuple(dict.fromkeys(_finding(path, one) for run in runs for path, one in run.problems))
    errors = sum(item.metric == "lint.errors" for item in found)
    return ToolReport(
        tool="eslint",
        examined=max(run.examined for run in runs),
        examined_unit="files",
        measurements={
            "lint.errors": Measurement(value=errors),
            "lint.warnings": Measurement(value=len(found) - errors),
        },
        findings=found,
        incomplete=tuple(dict.fromkeys(text for run in runs for text in run.incomplete)),
        notes=tuple(dict.fromkeys(text for run in runs for text in run.notes)),
        version=node.told(runs[0].versions),
    )


def _finding(path: str, message: Message) -> Finding:
    if message.severity == 2:
        return eslint_run.finding("eslint", path, message, Severity.HIGH, "lint.errors")
    return eslint_run.finding("eslint", path, message, Severity.LOW, "lint.warnings")


def control() -> Control:
    """A name that nobody defined."""
    return planted.control("eslint")
