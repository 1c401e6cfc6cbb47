"""Insecure constructs in the target's own code, by ruff: the second witness beside bandit.

Its rules bear bandit's numbers (S608 is B608), and have bandit's severities. Where bandit's depends
on the call, ours is the lower one: of two witnesses of one defect the worse counts.
"""

from gates.core.model import Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted, ruff_json

DISTRIBUTION = "ruff"
LANGUAGE = "python"
METRICS = {
    "security.high": Metric("Critical and high findings"),
    "security.medium": Metric("Medium findings"),
}
# Measured against bandit 1.9.4, rule by rule. Raised like there: an injection is the worst.
CRITICAL = frozenset({"S608"})
HIGH = frozenset(
    {
        *("S201", "S304", "S312", "S321", "S324", "S501", "S502", "S507", "S602", "S605", "S609"),
        "S701",
    }
)
LOW = frozenset(
    {
        *("S101", "S105", "S106", "S107", "S110", "S112", "S311", "S504", "S603", "S606", "S607"),
    }
)
HARMLESS = "seems safe"  # ruff's words for a shell that is given a literal: low, as with bandit
LOST = (*ruff_json.NOT_READ, *ruff_json.NO_PYTHON)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The findings, then the list of files; tests are not judged, as with bandit."""
    code = target.code
    if code is None:
        return ()
    return ruff_json.invocations(code, options, "ruff-security.toml", code.paths)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read findings and files. Raises ParseError."""
    seen = ruff_json.read(outputs, LOST)
    severities = tuple(severity(entry) for entry in seen.entries)
    findings = tuple(
        ruff_json.finding(entry, seen.tree, one, metric(one))
        for entry, one in zip(seen.entries, severities, strict=True)
    )
    counts = {name: sum(item.metric == name for item in findings) for name in METRICS}
    return ToolReport(
        tool="ruff_security",
        examined=seen.examined,
        examined_unit="files",
        measurements={name: Measurement(value=count) for name, count in counts.items()},
        findings=findings,
        incomplete=seen.lost,
    )


def severity(entry: ruff_json.Diagnostic) -> Severity:
    """Bandit's severity of the same test. Raises ParseError for a rule that is no security rule."""
    if not entry.code.startswith("S") or not entry.code[1:].isdecimal():
        detail = f"schema: rule {entry.code!r} was not asked for (ruff's report)"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    if entry.code in LOW or HARMLESS in entry.message:
        return Severity.LOW
    if entry.code in CRITICAL:
        return Severity.CRITICAL
    return Severity.HIGH if entry.code in HIGH else Severity.MEDIUM


def metric(severity: Severity) -> str:
    """The count that a finding of that severity is part of; low ones are only shown."""
    match severity:
        case Severity.CRITICAL | Severity.HIGH:
            return "security.high"
        case Severity.MEDIUM:
            return "security.medium"
        case Severity.LOW | Severity.INFO:
            return ""


def control() -> Control:
    """A query put together from a text that the caller gives."""
    return planted.control("ruff_security")
