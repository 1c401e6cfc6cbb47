"""What rests on criteria of many gates, as real runs leave it: categories, lists."""

from gates.core.model import (
    CategoryResult,
    ChecklistResult,
    ItemResult,
    ItemState,
    MappedCriterion,
    Scorecard,
    Status,
    Verdict,
)
from tests.reports import samples

TOP = "OWASP Top 10 (2025)"


def category(
    number: int, title: str, *criteria: MappedCriterion, findings: int = 0
) -> CategoryResult:
    """One category; it is covered if a criterion of it ran."""
    return CategoryResult(
        list=TOP,
        id=f"A{number:02}:2025",
        title=title,
        covered=any(one.status is not Status.NO_DATA for one in criteria),
        criteria=criteria,
        findings=findings,
    )


def proof(
    id: str, status: Status = Status.PASS, gate: str = "lint", skipped: bool = False
) -> MappedCriterion:
    """One criterion of a category."""
    return MappedCriterion(
        id=id, sees=f"what {id} looks at", gate=gate, status=status, skipped=skipped
    )


def categories() -> tuple[CategoryResult, ...]:
    """One category in every state."""
    return (
        category(1, "Broken Access Control", proof("auth.refused"), proof("auth.csrf")),
        category(2, "Security Misconfiguration", proof("headers.missing", Status.WARN)),
        category(5, "Injection", proof("injection.parameters", Status.FAIL), findings=12),
        category(6, "Insecure Design", proof("rate-limit.login", Status.NO_DATA, gate="")),
        category(7, "Authentication", proof("auth.claims", Status.NO_DATA, skipped=True)),
    )


def checklists() -> tuple[ChecklistResult, ...]:
    """One item in every state."""
    waits = MappedCriterion(id="sign-off.roles", gate="sign-off", pending=True)
    absent = proof("cache.hit-rate", Status.NO_DATA, skipped=True)
    items = (
        item(ItemState.DONE, proof("tests.failed"), proof("tests.coverage")),
        item(ItemState.OPEN, proof("lint.errors", Status.FAIL)),
        item(ItemState.UNKNOWN, proof("scale.p95", Status.NO_DATA, gate="")),
        item(ItemState.PENDING, waits),
        item(ItemState.ABSENT, absent),
    )
    return (
        ChecklistResult(id="definition-of-done", title="Definition of done", items=items),
        ChecklistResult(id="quality", title="Quality", items=items[:1]),
    )


def item(state: ItemState, *criteria: MappedCriterion) -> ItemResult:
    """One item of a list."""
    return ItemResult(title=f"an item {state}", group="Work", state=state, criteria=criteria)


def proven() -> Scorecard:
    """A scorecard of a whole run, with all that is derived."""
    card = samples.failing(6)
    return samples.scorecard(
        card.gates, Verdict.FAIL, "lint failed", categories=categories(), checklists=checklists()
    )
