"""What rests on criteria of many gates, as real runs leave it: categories of threats."""

from gates.core.model import CategoryResult, MappedCriterion, Scorecard, Status, Verdict
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


def proven() -> Scorecard:
    """A scorecard of a whole run, with all that is derived."""
    card = samples.failing(6)
    return samples.scorecard(card.gates, Verdict.FAIL, "lint failed", categories=categories())
