"""The gates of a target with a baseline and waivers: new, known, waived and fixed findings."""

import msgspec

from gates.core.model import (
    BaselineUse,
    Evidence,
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Known,
    Scorecard,
    Severity,
    Status,
    Verdict,
    WaiverState,
    WaiverUse,
    Weight,
)
from tests.reports.gate_samples import lint, tests_failing
from tests.reports.part_samples import REVISION, criterion, execution, lint_finding, named, simple
from tests.reports.samples import scorecard


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
