"""What a reviewer would stop at in JavaScript and TypeScript, by the target's own ESLint.

Complexity is ESLint's rule, the others are ours; names of files are read from the list of files.
The control's files need the Node environment of the target under judgement.
"""

import re
from pathlib import PurePosixPath

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import eslint_run, node, planted, scope
from gates.tools.formats.eslint_json import Message

DISTRIBUTION = "eslint"
LANGUAGE = "node"
METRICS = {
    "review.complexity": Metric("Functions over complexity 10"),
    "review.silent_failures": Metric("Failures that are caught and dropped"),
    "review.blocking_io": Metric("Blocking calls in asynchronous code"),
    "review.no_timeout": Metric("Outgoing calls without a timeout"),
    "review.sql_in_routes": Metric("SQL or ORM calls in route modules"),
    "review.weak_crypto": Metric("Weak ciphers, hashes or modes"),
    "review.names": Metric("Names against the convention"),
}
RULES = {
    "complexity": ("review.complexity", Severity.LOW),
    "gatescore/silent-failure": ("review.silent_failures", Severity.MEDIUM),
    "gatescore/blocking-io": ("review.blocking_io", Severity.MEDIUM),
    "gatescore/no-timeout": ("review.no_timeout", Severity.MEDIUM),
    "gatescore/sql-in-routes": ("review.sql_in_routes", Severity.LOW),
    "gatescore/weak-crypto": ("review.weak_crypto", Severity.HIGH),
}
NAMES = "review.names"
# Each part of user-store.test.ts; brackets are how some frameworks mark parameters of routes.
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|\[[^]]+\]")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run over the code, without the tests. Raises ParseError: a package is missing."""
    if target.node is None:
        return ()
    files = node.sources(target, options, tests=False)
    versions = node.versions(options, eslint_run.needed(files), "eslint_review")
    config = str(node.HELPERS / "eslint_review.config.mjs")
    return (eslint_run.invocation(target.node, options, files, versions, config=config),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the run. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "ESLint")
    run = eslint_run.read(outputs[0])
    findings = (
        *(_finding(path, one) for path, one in run.problems if one.rule_id in RULES),
        *(_misnamed(path) for path in run.files if not is_kebab(path)),
    )
    counts = [finding.metric for finding in findings]
    return ToolReport(
        tool="eslint_review",
        examined=run.examined,
        examined_unit="files",
        measurements={name: Measurement(value=counts.count(name)) for name in METRICS},
        findings=findings,
        incomplete=run.incomplete,
        notes=run.notes,
        version=node.told(run.versions),
    )


def _finding(path: str, message: Message) -> Finding:
    metric, severity = RULES[message.rule_id or ""]
    return eslint_run.finding("eslint_review", path, message, severity, metric)


def is_kebab(path: str) -> bool:
    """Whether a TypeScript file is named in kebab-case; a file of another language is."""
    if not path.endswith(node.TYPED):
        return True
    parts = PurePosixPath(path).name.split(".")[:-1]
    return all(KEBAB.fullmatch(part) for part in parts)


def _misnamed(path: str) -> Finding:
    return Finding(
        tool="eslint_review",
        rule="kebab-case",
        severity=Severity.INFO,
        message="The name of this TypeScript file is not in kebab-case",
        path=path,
        fix="Rename it: words in lower case, joined by hyphens.",
        metric=NAMES,
    )


def control() -> Control:
    """A hash that is broken."""
    return planted.control("eslint_review")
