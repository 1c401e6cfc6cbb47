"""Scorecards as real runs leave them, for tests and for looking at the page."""

from gates.core.model import (
    Aspect,
    Cell,
    GateResult,
    LevelResult,
    OperationRow,
    PolicyState,
    RunInfo,
    Scorecard,
    Status,
    TargetState,
    Verdict,
)
from tests.reports.gate_samples import contract, lint, load, tests_failing, unjudged
from tests.reports.part_samples import DIGEST, REVISION, simple


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
