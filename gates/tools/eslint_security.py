"""Insecure code in JavaScript and TypeScript: eslint-plugin-security and rules of our own.

Both run in the target's own ESLint. The control's files need the Node environment of the target
under judgement: they bring no packages.
"""

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import eslint_run, node, planted, scope
from gates.tools.formats.eslint_json import Message

DISTRIBUTION = "eslint"
LANGUAGE = "node"
METRICS = {
    "security.high": Metric("Findings of severity critical or high"),
    "security.medium": Metric("Findings of severity medium"),
}
SEVERITIES = {
    "gatescore/command-from-input": Severity.HIGH,
    "gatescore/evaluated-text": Severity.HIGH,
    "gatescore/file-from-request": Severity.HIGH,
    "gatescore/sql-from-strings": Severity.CRITICAL,
    "gatescore/unverified-tls": Severity.HIGH,
    "security/detect-bidi-characters": Severity.HIGH,
    "security/detect-buffer-noassert": Severity.HIGH,
    "security/detect-disable-mustache-escape": Severity.HIGH,
    "security/detect-new-buffer": Severity.MEDIUM,
    "security/detect-no-csrf-before-method-override": Severity.HIGH,
    "security/detect-non-literal-fs-filename": Severity.LOW,  # every reader of files; ours knows
    "security/detect-non-literal-regexp": Severity.MEDIUM,
    "security/detect-non-literal-require": Severity.MEDIUM,
    "security/detect-object-injection": Severity.LOW,  # every `a[i]`: shown, never counted
    "security/detect-possible-timing-attacks": Severity.MEDIUM,
    "security/detect-pseudoRandomBytes": Severity.MEDIUM,
    "security/detect-unsafe-regex": Severity.MEDIUM,
}
OURS = ("gatescore/", "security/")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run over the code, without the tests. Raises ParseError: a package is missing."""
    if target.node is None:
        return ()
    files = node.sources(target, options, tests=False)
    needed = eslint_run.needed(files, "eslint-plugin-security")
    versions = node.versions(options, needed, "eslint_security")
    config = str(node.HELPERS / "eslint_security.config.mjs")
    return (eslint_run.invocation(target.node, options, files, versions, config=config),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the run. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "ESLint")
    run = eslint_run.read(outputs[0])
    problems = [(path, one) for path, one in run.problems if (one.rule_id or "").startswith(OURS)]
    findings = tuple(_finding(path, one.rule_id or "", one) for path, one in problems)
    counts = [finding.metric for finding in findings]
    unknown = sorted({finding.rule for finding in findings} - SEVERITIES.keys())
    return ToolReport(
        tool="eslint_security",
        examined=run.examined,
        examined_unit="files",
        measurements={name: Measurement(value=counts.count(name)) for name in METRICS},
        findings=findings,
        incomplete=run.incomplete,
        notes=(*run.notes, *(f"unknown rule {rule} is read as critical" for rule in unknown)),
        version=node.told(run.versions),
    )


def _finding(path: str, rule: str, message: Message) -> Finding:
    severity = SEVERITIES.get(rule, Severity.CRITICAL)
    match severity:
        case Severity.CRITICAL | Severity.HIGH:
            metric = "security.high"
        case Severity.MEDIUM:
            metric = "security.medium"
        case Severity.LOW | Severity.INFO:
            metric = ""
    return eslint_run.finding("eslint_security", path, message, severity, metric)


def control() -> Control:
    """A query put together from a text that the caller gives."""
    return planted.control("eslint_security")
