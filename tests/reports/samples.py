"""Scorecards as real runs leave them, for tests and for looking at the page."""

import math

import msgspec

from gates.core.model import (
    Aspect,
    BaselineUse,
    Cell,
    CriterionResult,
    Evidence,
    Execution,
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Known,
    LevelResult,
    OperationRow,
    PolicyState,
    Reason,
    RunInfo,
    Scorecard,
    Series,
    Severity,
    Status,
    TargetState,
    Verdict,
    WaiverState,
    WaiverUse,
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


def scorecard(
    gates: tuple[GateResult, ...], verdict: Verdict, why: str, **more: object
) -> Scorecard:
    """A scorecard over the gates; `more` overrides its fields."""
    numbers = sorted({gate.level for gate in gates})
    fields: dict[str, object] = {
        "target": TargetState(name="bookstore", revision=REVISION, dirty=True),
        "policy": PolicyState(name="standard", digest=DIGEST),
        "decisive_level": 2,
        "complete": True,
        "verdict": verdict,
        "decided_by": why,
        "score": 100.0 if verdict is Verdict.PASS else 81.25,
        "levels": tuple(
            LevelResult(
                level=number,
                verdict=verdict,
                decided_by=why,
                score=87.5,
                skipped=("schema.valid",) if number == 1 else (),
            )
            for number in numbers
        ),
        "gates": gates,
        "valid_until": "2999-01-01T00:00:00Z",
        "run": RunInfo(
            id="20260101-120000-1a2b",
            profile="local",
            started_at="2026-01-01T12:00:00Z",
            ended_at="2026-01-01T12:03:41Z",
            durations_s={gate.id: 0.4 + 7.3 * index for index, gate in enumerate(gates)},
            notes=("the machine has 2 cores",),
        ),
    }
    return Scorecard(**(fields | more))  # type: ignore[arg-type]


def _green() -> tuple[GateResult, ...]:
    return (
        simple("build", "Build", 1, "build", "1.3", "builds"),
        lint(),
        simple("types", "Types", 1, "mypy", "2.4.1", "files"),
        simple("security", "Security", 1, "bandit", "1.9.4", "files"),
        load(),
        simple("headers", "Headers", 2, "headers", "0.1.0", "responses"),
    )


def operations(failing: bool = False) -> tuple[OperationRow, ...]:
    """Four operations; with `failing` a stranger may read an order."""
    seen = Cell(state=Status.PASS, count=1)
    state = Status.FAIL if failing else Status.PASS

    def row(operation: str, **more: Cell) -> OperationRow:
        cells = {Aspect[name]: cell for name, cell in more.items()}
        return OperationRow(operation=operation, cells={Aspect.DOCUMENTED: seen, **cells})

    return (
        row("GET /health", EXERCISED=Cell(state=Status.PASS, count=31)),
        row(
            "GET /v1/orders/{order_id}",
            EXERCISED=Cell(state=Status.PASS, count=1204),
            STATEFUL=Cell(state=Status.PASS, count=87),
            AUTHENTICATION=Cell(state=Status.PASS, count=7),
            AUTHORISATION=Cell(state=state, count=5, detail="as another user"),
            CHANGED=Cell(state=Status.PASS, count=2),
        ),
        row(
            "GET /v1/books",
            EXERCISED=Cell(state=Status.PASS, count=640),
            LOADED=Cell(state=Status.PASS, count=2105, value=7.25),
            COVERED=Cell(state=Status.PASS, value=93.4),
        ),
        row("DELETE /v1/books/{book_id}", AUTHORISATION=Cell(detail="no object could be made")),
    )


def passing() -> Scorecard:
    """Everything holds."""
    why = "every gate holds, score 100"
    return scorecard(_green(), Verdict.PASS, why, operations=operations())


def failing(findings: int = 140) -> Scorecard:
    """Lint with many findings, tests, contract and load fail."""
    gates = (*_green()[:1], *_green()[2:4], lint(findings), tests_failing(), contract(), load(3.2))
    return scorecard(
        gates,
        Verdict.FAIL,
        f"lint failed: lint.errors: {findings} is not == 0",
        operations=operations(failing=True),
        next_steps=(
            f"lint: Lint errors: {findings} is not == 0 — ruff check --fix mends many of them.",
            "tests: Failed tests and errors: 1 is not == 0",
            "contract: Server errors: 2 is not == 0",
            "load: p99 of the response time: 215.712 is not < 200",
        ),
    )


def inconclusive() -> Scorecard:
    """Nothing failed, but a part could not be judged."""
    return scorecard(
        (*_green()[:5], *unjudged()),
        Verdict.INCONCLUSIVE,
        "dependencies is ERROR(timeout): pip-audit did not end within 60 s",
        next_steps=(
            "dependencies: pip-audit did not end within 60 s: no vulnerability service answered; "
            "name an advisory snapshot with --advisories",
            "headers: the target is down: it ended with exit code 137",
            "sign-off: administrator signs this commit; technical-lead signs this commit",
        ),
    )


def unfinished() -> Scorecard:
    """Cancelled in the middle, with chosen gates only, and long out of date."""
    gates = (
        lint(3),
        *(
            GateResult(id=each, title=each.title(), level=1, detail="not started")
            for each in ("types", "security", "secrets")
        ),
    )
    return scorecard(
        gates,
        Verdict.INCONCLUSIVE,
        "the run has not ended",
        complete=False,
        partial=True,
        score=None,
        valid_until="2020-01-01T00:00:00Z",
    )


def adopted_lint(old: int = 30) -> GateResult:
    """Lint where only new findings count: new, known, waived and fixed ones."""
    replace = msgspec.structs.replace
    kept = [replace(lint_finding(index), metric="lint.errors") for index in range(3, old + 6)]
    new = [replace(each, state=FindingState.NEW) for each in kept[:2]]
    waived = [
        replace(kept[2], waiver="lint-orders", state=FindingState.KNOWN),
        replace(kept[3], waiver="lint-money", state=FindingState.NEW),
    ]
    known = [replace(each, state=FindingState.KNOWN) for each in kept[4:]]
    known[0] = replace(known[0], origin="src/shop/legacy/module_51.py")
    found = (new[0], replace(new[1], label="worse than at the baseline (low)"), *waived, *known)
    gone = [lint_finding(index) for index in range(200, 212)]
    fixed = tuple(
        Known(
            fingerprint=each.fingerprint,
            tool=each.tool,
            rule=each.rule,
            severity=each.severity,
            path=each.path,
            message=each.message,
        )
        for each in gone
    )
    detail = "lint.errors: 2 is not == 0"
    first = criterion(
        "lint.errors",
        "Lint errors",
        Status.FAIL,
        "2 is not == 0",
        value=2,
        detail=f"{len(found) - 2} known or waived",
    )
    return replace(
        lint(1),
        detail=detail,
        criteria=(first, lint().criteria[1]),
        findings=found,
        findings_total=len(found),
        fixed=fixed,
    )


def adopted_security() -> GateResult:
    """Security where the old findings count too; one waiver covers less than it was made for."""
    sql = Finding(
        tool="bandit",
        rule="B608",
        severity=Severity.HIGH,
        message="Possible SQL injection vector through string-based query construction",
        path="src/bookstore/search.py",
        line=44,
        fingerprint=named(901),
        metric="security.high",
        witnesses=("ruff S608", "semgrep python.sql-in-string"),
        state=FindingState.NEW,
        fix="Pass the values as parameters of the statement.",
    )
    replace = msgspec.structs.replace
    old = replace(
        sql,
        path="src/bookstore/reports/monthly_statements_of_account.py",
        line=212,
        fingerprint=named(902),
        witnesses=(),
        state=FindingState.OLD,
        origin="src/bookstore/statements.py",
    )
    worse = Finding(
        tool="bandit",
        rule="B324",
        severity=Severity.HIGH,
        message="Use of weak MD5 hash for security",
        path="src/bookstore/users.py",
        line=19,
        fingerprint=named(903),
        metric="security.high",
        label="reopened: worse than waiver security-hash accepts (low)",
        state=FindingState.OLD,
    )
    return replace(
        simple("security", "Security", 1, "bandit", "1.9.4", "files"),
        status=GateStatus.FAIL,
        detail="security.high: 3 is not == 0",
        criteria=(
            criterion(
                "security.high",
                "Findings, critical and high",
                Status.FAIL,
                "3 is not == 0",
                value=3,
                detail="2 found by two tools",
            ),
        ),
        findings=(old, worse, sql),
        findings_total=3,
        evidence=Evidence(
            examined={"files": 214},
            executions=(execution("bandit", "1.9.4", "bin/bandit", "-r", "src"),),
            notes=(
                "control of bandit (B602) detected",
                "control of ruff (S608) not run: the gate has no such control",
                "the target's own configuration of bandit is not used",
            ),
        ),
    )


def adopted_tests() -> GateResult:
    """Tests with a flaky one, and one in quarantine."""
    flaky = Finding(
        tool="pytest",
        rule="flaky",
        severity=Severity.MEDIUM,
        message="test_reservation_expires passed after 1 failed attempt",
        path="tests/test_reservations.py",
        line=31,
        fingerprint=named(904),
        metric="tests.flaky",
        label="FLAKY",
        state=FindingState.NEW,
    )
    quarantined = Finding(
        tool="pytest",
        rule="failed",
        severity=Severity.HIGH,
        message="test_export_of_a_large_catalogue\n\nTimeoutError: no answer after 5 s",
        path="tests/test_export.py",
        line=77,
        fingerprint=named(905),
        metric="tests.failed",
        label="quarantined",
        waiver="quarantine-ee55ff66",
        state=FindingState.KNOWN,
    )
    return msgspec.structs.replace(
        tests_failing(),
        status=GateStatus.WARN,
        detail="tests.flaky: 1 is not == 0",
        criteria=(
            criterion(
                "tests.flaky",
                "Flaky tests",
                Status.FAIL,
                "1 is not == 0",
                value=1,
                weight=Weight.SHOULD,
            ),
            criterion("tests.failed", "Failed tests and errors", Status.PASS, "0 is == 0", value=0),
        ),
        findings=(flaky, quarantined),
        findings_total=2,
    )


def adopted_review() -> GateResult:
    """Review of a service in a language of which some criteria are not measured."""
    why = "no tool measures it for node"
    gate = simple("review", "Review", 1, "lizard", "1.23.0", "files")
    unmeasured = tuple(
        criterion(id, title, Status.NO_DATA, f"skipped: {why}", skipped=why)
        for id, title in (
            ("review.blocking-io", "Blocking calls in asynchronous code"),
            ("review.silent-failures", "Failures that are swallowed"),
        )
    )
    return msgspec.structs.replace(gate, criteria=(*gate.criteria, *unmeasured))


def waiver(id: str, state: WaiverState, uses: int, scope: str, **more: str) -> WaiverUse:
    """One waiver; `more` overrides its texts."""
    fields = {
        "kind": "waiver",
        "reason": "The order import is rewritten until spring; the old one gets no new work.",
        "owner": "ana@example.com",
        "expires": "2026-03-01",
    }
    return WaiverUse(id=id, state=state, uses=uses, scope=scope, **(fields | more))


def waivers() -> tuple[WaiverUse, ...]:
    """One waiver of each state, and a quarantine."""
    state = WaiverState
    quarantined = "test tests/test_export.py::test_export_of_a_large_catalogue"
    return (
        waiver("lint-orders", state.IN_FORCE, 1, "gate lint, rule F401, path src/bookstore/o*"),
        waiver("lint-money", state.IN_FORCE, 1, "gate lint, finding 3c6ef372fe94"),
        waiver(
            "quarantine-ee55ff66",
            state.IN_FORCE,
            1,
            quarantined,
            kind="quarantine",
            reason="Slow machine of the test bench.",
        ),
        waiver("types-vendored", state.UNUSED, 0, "gate types, path src/vendored/*"),
        waiver(
            "secrets-fixtures",
            state.EXPIRED,
            0,
            "gate secrets, path tests/fixtures/*",
            expires="2025-12-31",
            owner="platform team",
        ),
        waiver("security-hash", state.REOPENED, 0, "gate security, rule B324"),
        waiver("lint-tests", state.OVER_BUDGET, 0, "gate lint, path tests/*"),
    )


def adopted() -> Scorecard:
    """An old service that took up the gates: baseline, waivers, results that were taken over."""
    types = simple("types", "Types", 1, "mypy", "2.4.1", "files")
    taken = ("taken over from an earlier run: nothing that it reads has changed",)
    types = msgspec.structs.replace(
        types,
        findings=tuple(
            msgspec.structs.replace(each, tool="mypy", state=FindingState.KNOWN)
            for each in map(lint_finding, range(700, 704))
        ),
        findings_total=4,
        evidence=msgspec.structs.replace(types.evidence, notes=taken),
    )
    gates = (
        simple("build", "Build", 1, "build", "1.3", "builds"),
        adopted_lint(),
        types,
        adopted_security(),
        adopted_tests(),
        adopted_review(),
    )
    card = scorecard(
        gates,
        Verdict.FAIL,
        "2 gates failed: lint, security; the first: lint.errors: 2 is not == 0",
        waivers=waivers(),
        baseline=BaselineUse(revision=REVISION[::-1], new=5, known=36, fixed=12),
        notices=(
            "the policy standard.toml differs from the base revision 21807f6e5d4c: that of the "
            "base revision judges",
            "gatescore/waivers.toml differs from the base revision 21807f6e5d4c: that of the base "
            "revision judges",
        ),
        next_steps=(
            "lint: Lint errors: 2 is not == 0",
            "security: Findings, critical and high: 3 is not == 0",
        ),
    )
    reused = {"types": 3 * 3600.0, "build": 47.0}
    return msgspec.structs.replace(card, run=msgspec.structs.replace(card.run, reused_s=reused))
