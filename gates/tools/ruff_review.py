"""What a reviewer minds and ruff can see: complexity, silent failures, blocking calls, crypto."""

from collections.abc import Iterable

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted, ruff_json

DISTRIBUTION = "ruff"
LANGUAGE = "python"
METRICS = {
    "review.complexity": Metric("Functions with a cyclomatic complexity over 10"),
    "review.silent_failures": Metric("Failures that nobody hears of: bare and blind excepts"),
    "review.blocking_io": Metric("Blocking calls in asynchronous functions"),
    "review.no_timeout": Metric("Outgoing calls without a timeout"),
    "review.weak_crypto": Metric("Weak ciphers, hashes, modes, keys and protocol versions"),
    "review.names": Metric("Names against the convention"),
}
# config/tools/ruff-review.toml selects exactly these.
RULES = {
    "review.complexity": ("C901",),
    "review.silent_failures": ("BLE001", "E722", "S110", "S112"),
    "review.blocking_io": (
        *("ASYNC210", "ASYNC212", "ASYNC220", "ASYNC221", "ASYNC222", "ASYNC230", "ASYNC240"),
        *("ASYNC250", "ASYNC251"),
    ),
    "review.no_timeout": ("S113",),
    "review.weak_crypto": ("S303", "S304", "S305", "S324", "S502", "S503", "S505", "S509"),
    "review.names": ("N802",),
}
SEVERITIES = {
    "review.complexity": Severity.LOW,
    "review.silent_failures": Severity.MEDIUM,
    "review.blocking_io": Severity.MEDIUM,
    "review.no_timeout": Severity.MEDIUM,
    "review.weak_crypto": Severity.HIGH,
    "review.names": Severity.INFO,
}
FIXES = {
    "review.complexity": "Give each decision a function with a name of its own.",
    "review.silent_failures": "Catch what you expect, log it with its traceback, or raise again.",
    "review.blocking_io": "Await an asynchronous call instead, or hand it to a thread.",
    "review.no_timeout": "Give it a timeout in seconds.",
    "review.weak_crypto": "Use SHA-256 or better, AES-GCM, TLS 1.2 or later, RSA from 2048 bits.",
    "review.names": "Write it in snake_case.",
}
METRIC_OF = {rule: metric for metric, rules in RULES.items() for rule in rules}
LOST = (*ruff_json.NOT_READ, *ruff_json.NO_PYTHON)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The findings, then the list of files; tests are not reviewed."""
    code = target.code
    if code is None:
        return ()
    return ruff_json.invocations(code, options, "ruff-review.toml", code.paths)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read findings and files. Raises ParseError."""
    seen = ruff_json.read(outputs, LOST)
    findings = once(_finding(entry, seen.tree) for entry in seen.entries)
    counts = {name: sum(item.metric == name for item in findings) for name in METRICS}
    return ToolReport(
        tool="ruff_review",
        examined=seen.examined,
        examined_unit="files",
        measurements={name: Measurement(value=count) for name, count in counts.items()},
        findings=findings,
        incomplete=seen.lost,
    )


def _finding(entry: ruff_json.Diagnostic, tree: str) -> Finding:
    metric = METRIC_OF.get(entry.code)
    if metric is None:
        detail = f"schema: rule {entry.code!r} was not asked for (ruff's report)"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    found = ruff_json.finding(entry, tree, SEVERITIES[metric], metric)
    return msgspec.structs.replace(found, fix=FIXES[metric])


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for one metric on one line: `except: pass` is bare and silent, yet one defect.

    The rule that says most stays: that of the swallowed error.
    """
    kept: dict[tuple[str, str, int], Finding] = {}
    for found in findings:
        place = (found.metric, found.path, found.line)
        if place not in kept or found.rule.startswith("S1"):
            kept[place] = found
    return tuple(kept.values())


def control() -> Control:
    """An error that is caught and forgotten."""
    return planted.control("ruff_review")
