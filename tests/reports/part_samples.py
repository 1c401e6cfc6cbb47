"""The small parts of sample scorecards: a criterion, an execution, a finding, a plain gate."""

from gates.core.model import (
    CriterionResult,
    Evidence,
    Execution,
    Finding,
    GateResult,
    GateStatus,
    Severity,
    Status,
    Weight,
)

REVISION = "3f9c1d2ab47e5560c8d9e0f1a2b3c4d5e6f70812"  # pragma: allowlist secret
DIGEST = "sha256:" + "9a4be1c07d52f386" * 4  # pragma: allowlist secret


def criterion(
    id: str,
    title: str,
    status: Status,
    decided_by: str,
    *,
    value: float | None = None,
    unit: str = "",
    passes: str = "== 0",
    warns: str = "",
    weight: Weight = Weight.BLOCK,
    base: float | None = None,
    skipped: str = "",
    detail: str = "",
    fix: str = "",
) -> CriterionResult:
    """One criterion; blocking follows from the weight."""
    return CriterionResult(
        id=id,
        title=title,
        metric=id.replace("-", "_"),
        unit=unit,
        weight=weight,
        status=status,
        decided_by=decided_by,
        value=value,
        passes=passes,
        warns=warns,
        base=base,
        blocking=weight is Weight.BLOCK,
        skipped=skipped,
        detail=detail,
        fix=fix,
    )


def execution(tool: str, version: str, *argv: str, exit_code: int | None = 0) -> Execution:
    """One program that ran."""
    return Execution(
        tool=tool,
        argv=argv,
        version=version,
        exit_code=exit_code,
        digests={f"{tool}.json": DIGEST},
    )


_RULES = (
    ("F401", Severity.HIGH, "`os` imported but unused", "Remove unused import: `os`"),
    ("B006", Severity.HIGH, "Do not use mutable data structures for argument defaults", ""),
    ("E501", Severity.LOW, "Line too long (127 > 100)", ""),
    ("UP032", Severity.LOW, "Use f-string instead of `format` call", "Convert to f-string"),
    ("SIM108", Severity.INFO, "Use ternary operator instead of `if`-`else`-block", ""),
)


def lint_finding(index: int) -> Finding:
    """One finding of the kind that ruff prints."""
    rule, severity, message, fix = _RULES[index * index % len(_RULES)]
    return Finding(
        tool="ruff",
        rule=rule,
        severity=severity,
        message=message,
        path=f"src/bookstore/{('orders', 'users', 'catalogue')[index % 3]}/module_{index % 97}.py",
        line=1 + index * 7 % 800,
        url=f"https://docs.example/rules/{rule.lower()}",
        fix=fix,
        fingerprint=named(index),
    )


def named(index: int) -> str:
    """A fingerprint: 16 digits that look like any others."""
    return f"{(index + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}"


def simple(id: str, title: str, level: int, tool: str, version: str, unit: str) -> GateResult:
    """A gate that passed on one tool."""
    return GateResult(
        id=id,
        title=title,
        level=level,
        status=GateStatus.PASS,
        detail="every criterion holds",
        criteria=(
            criterion(f"{id}.found", f"{title}: findings", Status.PASS, "0 is == 0", value=0),
        ),
        evidence=Evidence(
            examined={unit: 37}, executions=(execution(tool, version, f"bin/{tool}"),)
        ),
    )
