"""Gates as real runs leave them: clean, failed, and not judged."""

import math

from gates.core.model import (
    Evidence,
    Execution,
    Finding,
    GateResult,
    GateStatus,
    Reason,
    Series,
    Severity,
    Status,
    Weight,
)
from tests.reports.part_samples import criterion, execution, lint_finding


def lint(count: int = 0) -> GateResult:
    """The lint gate with `count` findings of a few rules."""
    findings = tuple(lint_finding(index) for index in range(count))
    status = Status.FAIL if count else Status.PASS
    return GateResult(
        id="lint",
        title="Lint",
        level=1,
        status=GateStatus.FAIL if count else GateStatus.PASS,
        detail=f"lint.errors: {count} is not == 0" if count else "every criterion holds",
        criteria=(
            criterion(
                "lint.errors",
                "Lint errors",
                status,
                f"{count} is {'not ' if count else ''}== 0",
                value=count,
                fix="ruff check --fix mends many of them.",
            ),
            criterion("lint.warnings", "Lint warnings", Status.PASS, "0 is == 0", value=0),
        ),
        findings=findings,
        findings_total=count,
        evidence=Evidence(
            examined={"files": 214},
            executions=(
                execution("ruff", "0.17.5", "bin/ruff", "check", "--output-format=json", "src"),
                execution("ruff", "0.17.5", "bin/ruff", "check", "--show-files", "src"),
            ),
        ),
    )


def load(factor: float = 1.0) -> GateResult:
    """The load gate: `factor` 1 passes, 3 fails at p99."""
    curve = tuple(
        (p, factor * 9.0 * (1 + 1.9 * -math.log10(1 - p / 100)))
        for p in (0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9)
    )
    seconds = range(60)
    p50 = tuple((s + 0.5, factor * (14 + 3 * math.sin(s / 5))) for s in seconds)
    p95 = tuple(
        (s + 0.5, factor * (32 + 6 * math.sin(s / 7) + (40 if s in (33, 34) else 0)))
        for s in seconds
    )
    rate = tuple((s + 0.5, 50 + 1.5 * math.cos(s)) for s in seconds)
    p99 = 67.41 * factor
    over = p99 >= 200
    return GateResult(
        id="load",
        title="Load",
        level=2,
        status=GateStatus.FAIL if over else GateStatus.PASS,
        detail=f"load.p99: {p99:g} is not < 200" if over else "every criterion holds",
        criteria=(
            criterion(
                "load.p50",
                "p50 of the response time",
                Status.PASS,
                "14.12 is < 50 (95 % bound 14.6)",
                value=14.12,
                unit="ms",
                passes="< 50",
                base=13.8,
                detail="3,000 samples from the intended start",
            ),
            criterion(
                "load.p95",
                "p95 of the response time",
                Status.PASS,
                "32.7 is < 100 (95 % bound 34.1)",
                value=32.7,
                unit="ms",
                passes="< 100",
            ),
            criterion(
                "load.p99",
                "p99 of the response time",
                Status.FAIL if over else Status.PASS,
                f"{p99:g} is {'not ' if over else ''}< 200",
                value=p99,
                unit="ms",
                passes="< 200",
            ),
            criterion(
                "load.errors",
                "Error rate",
                Status.PASS,
                "0 is < 0.1",
                value=0.0,
                unit="percent",
                passes="< 0.1",
            ),
            criterion(
                "load.completed",
                "Completed over scheduled requests",
                Status.PASS,
                "1 is >= 0.99",
                value=1.0,
                passes=">= 0.99",
                weight=Weight.SHOULD,
            ),
        ),
        evidence=Evidence(
            examined={"requests": 3000},
            executions=(execution("locust", "2.47.0", "bin/python", "-m", "locust", "--headless"),),
            notes=("500 requests of the warm-up are not in the figures",),
            series=(
                Series(
                    name="response time by percentile",
                    x_unit="percentile",
                    y_unit="ms",
                    points=curve,
                ),
                Series(
                    name="service time by percentile",
                    x_unit="percentile",
                    y_unit="ms",
                    points=tuple((x, y * 0.8) for x, y in curve),
                ),
                Series(name="p50 over time", x_unit="s", y_unit="ms", points=p50),
                Series(name="p95 over time", x_unit="s", y_unit="ms", points=p95),
                Series(name="rate over time", x_unit="s", y_unit="1/s", points=rate),
                Series(
                    name="errors over time",
                    x_unit="s",
                    y_unit="1/s",
                    points=tuple((s + 0.5, 0.0) for s in seconds),
                ),
            ),
        ),
    )


def tests_failing() -> GateResult:
    """The tests gate with a failed test whose message has several lines."""
    return GateResult(
        id="tests",
        title="Tests",
        level=1,
        status=GateStatus.FAIL,
        detail="tests.failed: 1 is not == 0",
        criteria=(
            criterion(
                "tests.failed", "Failed tests and errors", Status.FAIL, "1 is not == 0", value=1
            ),
            criterion(
                "tests.run", "Tests run", Status.PASS, "143 is >= 1", value=143, passes=">= 1"
            ),
            criterion(
                "tests.coverage",
                "Line coverage of the target's own code",
                Status.FAIL,
                "88.42 is not >= 90",
                value=88.42,
                unit="percent",
                passes=">= 90",
                base=91.3,
                fix="Test the files with the most missing lines first; the findings name them.",
            ),
        ),
        findings=(
            Finding(
                tool="pytest",
                rule="failed",
                severity=Severity.HIGH,
                message="test_total_with_discount\n\nassert Decimal('17.90') == Decimal('17.91')"
                "\n  where Decimal('17.90') = total(order)",
                path="tests/test_orders.py",
                line=81,
                fingerprint="aa01",
                reproduce="python -m pytest tests/test_orders.py::test_total_with_discount",
            ),
            Finding(
                tool="coverage",
                rule="missing-lines",
                severity=Severity.LOW,
                message="41 of 120 lines are never run",
                path="src/bookstore/orders.py",
                fingerprint="aa02",
            ),
        ),
        findings_total=2,
        evidence=Evidence(
            examined={"tests": 143},
            executions=(
                msg_stderr(execution("pytest", "9.2.0", "python", "-m", "pytest", exit_code=1)),
            ),
        ),
    )


def msg_stderr(run: Execution) -> Execution:
    """The execution with an error output."""
    return Execution(
        tool=run.tool,
        argv=run.argv,
        version=run.version,
        exit_code=run.exit_code,
        digests=run.digests,
        removed_env=("PYTEST_ADDOPTS", "PYTHONPATH"),
        stderr_tail="warning: 1 deprecation in src/bookstore/app.py\nfinished",
    )


def contract() -> GateResult:
    """The contract gate with server errors."""
    return GateResult(
        id="contract",
        title="Contract",
        level=2,
        status=GateStatus.FAIL,
        detail="contract.server-errors: 2 is not == 0",
        criteria=(
            criterion(
                "contract.server-errors", "Server errors", Status.FAIL, "2 is not == 0", value=2
            ),
            criterion(
                "contract.exercised",
                "Operations exercised",
                Status.PASS,
                "100 is == 100",
                value=100,
                unit="percent",
                passes="== 100",
            ),
            criterion(
                "contract.valid-rejected",
                "Valid input rejected",
                Status.NO_DATA,
                "skipped: the service has no examples yet",
                skipped="the service has no examples yet",
            ),
        ),
        findings=tuple(
            Finding(
                tool="schemathesis",
                rule="server-error",
                severity=Severity.CRITICAL,
                message=f"{operation} answered 500 Internal Server Error",
                fingerprint=f"c{index}",
                fix="Validate the input before it reaches the database.",
                reproduce=f"curl -X {operation.split()[0]} -H 'Authorization: $TOKEN' "
                f"'$BASE_URL{operation.split()[1]}?limit=-1'",
            )
            for index, operation in enumerate(("GET /orders", "POST /orders"))
        ),
        findings_total=2,
        evidence=Evidence(
            examined={"operations": 17, "requests": 2140},
            executions=(
                execution(
                    "schemathesis", "4.32.5", "bin/schemathesis", "run", "openapi.json", exit_code=1
                ),
            ),
        ),
    )


def unjudged() -> tuple[GateResult, ...]:
    """One gate of each kind that has no judgement."""
    return (
        GateResult(
            id="dependencies",
            title="Dependencies",
            level=1,
            status=GateStatus.ERROR,
            reason=Reason.TIMEOUT,
            detail="pip-audit did not end within 60 s: no vulnerability service answered; name an "
            "advisory snapshot with --advisories",
            criteria=(
                criterion(
                    "dependencies.high",
                    "Known vulnerabilities, critical and high",
                    Status.NO_DATA,
                    "pip-audit did not end within 60 s",
                ),
            ),
            evidence=Evidence(
                executions=(execution("pip-audit", "2.10.1", "bin/pip-audit", exit_code=None),)
            ),
        ),
        GateResult(
            id="headers",
            title="Headers",
            level=2,
            status=GateStatus.NOT_RUN,
            detail="the target is down: it ended with exit code 137",
            criteria=(
                criterion(
                    "headers.missing",
                    "Applicable security headers missing",
                    Status.NO_DATA,
                    "not run: the target is down",
                ),
            ),
        ),
        GateResult(
            id="sign-off",
            title="Sign-off",
            level=3,
            status=GateStatus.PENDING,
            detail="sign-off.roles: 2 roles have not signed",
            awaiting=("administrator signs this commit", "technical-lead signs this commit"),
            criteria=(
                criterion(
                    "sign-off.roles",
                    "Roles that have not signed this commit",
                    Status.NO_DATA,
                    "2 is not == 0",
                    value=2,
                ),
            ),
            evidence=Evidence(examined={"commits": 1}),
        ),
        GateResult(
            id="documentation",
            title="Documentation",
            level=3,
            status=GateStatus.WARN,
            detail="documentation.files: 1 is not == 0",
            criteria=(
                criterion(
                    "documentation.files",
                    "Documents missing or stubs",
                    Status.FAIL,
                    "1 is not == 0",
                    value=1,
                    weight=Weight.SHOULD,
                ),
            ),
            findings=(
                Finding(
                    tool="documentation",
                    rule="missing",
                    severity=Severity.MEDIUM,
                    message="There is no runbook",
                    path="docs/runbook.md",
                    fix="Write docs/runbook.md.",
                    url="javascript:alert(1)",
                ),
            ),
            findings_total=1,
        ),
        GateResult(
            id="schema",
            title="Schema",
            level=1,
            status=GateStatus.SKIPPED,
            detail="the service speaks gRPC only",
            criteria=(
                criterion(
                    "schema.valid",
                    "Violations of the OpenAPI specification",
                    Status.NO_DATA,
                    "skipped: the service speaks gRPC only",
                    skipped="the service speaks gRPC only",
                ),
            ),
        ),
    )
