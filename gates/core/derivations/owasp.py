"""The OWASP lists: which categories a criterion really looked at, what was found, and the score."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core.derivations.seen import Seen, state
from gates.core.maps import Category
from gates.core.model import (
    CategoryResult,
    CriterionResult,
    Finding,
    GateResult,
    GateStatus,
    MappedCriterion,
    Measurement,
    Severity,
    Status,
    ToolReport,
)
from gates.core.tool import Metric
from gates.core.weighing import sums
from gates.core.wording import first_line

UNCOVERED = "owasp.uncovered"
CRITICAL = "owasp.critical_findings"
SCORE = "owasp.score"
METRICS: Mapping[str, Metric] = {
    UNCOVERED: Metric("categories that no criterion really looked at"),
    CRITICAL: Metric("critical findings of the criteria that look at a category"),
    SCORE: Metric("score over all criteria that look at a category", "%"),
}
UNSEEN = (GateStatus.ERROR, GateStatus.NOT_RUN, GateStatus.PENDING)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """There is nothing to set: the map is config/map/owasp.toml."""


class Known(msgspec.Struct, frozen=True):
    """A criterion with the gate that judged it."""

    gate: GateResult
    criterion: CriterionResult


def derive(_: Settings, seen: Seen) -> ToolReport:
    """How many categories nothing covers, what is critical, and the score of all that is mapped."""
    rows = table(seen.plan.maps.categories, tuple(seen.results.values()))
    known = mapped(rows, by_criterion(seen.results.values()))
    lost = tuple(dict.fromkeys(lacking(rows, seen)))
    return ToolReport(
        tool="owasp",
        examined=len(rows),
        examined_unit="categories",
        measurements={
            UNCOVERED: uncovered(rows, seen),
            CRITICAL: critical(known, lost),
            SCORE: score(known, lost),
        },
        findings=tuple(finding(row) for row in rows if not row.covered and not undecided(row)),
        notes=tuple(f"{row.id} {row.title}: {told(row)}" for row in rows),
    )


def table(
    categories: Sequence[Category], results: Sequence[GateResult]
) -> tuple[CategoryResult, ...]:
    """Every category with what ran, what that found, and what did not run."""
    known = by_criterion(results)
    return tuple(category_row(one, known) for one in categories)


def by_criterion(results: Iterable[GateResult]) -> dict[str, Known]:
    """Every judged criterion by its id."""
    return {one.id: Known(gate, one) for gate in results for one in gate.criteria}


def category_row(category: Category, known: Mapping[str, Known]) -> CategoryResult:
    """One category with what its criteria came to."""
    rows = tuple(row(id, sees, known.get(id)) for id, sees in category.criteria.items())
    ran = [known[one.id] for one in rows if one.status is not Status.NO_DATA]
    return CategoryResult(
        list=category.list,
        id=category.id,
        title=category.title,
        covered=bool(ran),
        criteria=rows,
        findings=sum(1 for one in ran for _ in counted(one)),
    )


def row(id: str, sees: str, known: Known | None) -> MappedCriterion:
    """One criterion of a category; one that was not planned has no gate."""
    if known is None:
        return MappedCriterion(id=id, sees=sees)
    return MappedCriterion(
        id=id,
        sees=sees,
        gate=known.gate.id,
        status=known.criterion.status,
        skipped=bool(known.criterion.skipped),
    )


def counted(known: Known) -> Iterator[Finding]:
    """The findings that a criterion counts, less those that are excused."""
    for one in known.gate.findings:
        if one.metric == known.criterion.metric and not one.excused:
            yield one


def mapped(rows: Sequence[CategoryResult], known: Mapping[str, Known]) -> tuple[Known, ...]:
    """Every criterion that some category names, and that was planned, once."""
    ids = dict.fromkeys(one.id for row in rows for one in row.criteria)
    return tuple(known[id] for id in ids if id in known)


def lacking(rows: Sequence[CategoryResult], seen: Seen) -> Iterator[str]:
    """What some category counts on and nobody looked at, by gate; what is skipped is left out."""
    for row in rows:
        for one in row.criteria:
            if one.status is Status.NO_DATA and not one.skipped:
                yield gap(one, seen)


def gap(one: MappedCriterion, seen: Seen) -> str:
    """Why a criterion has no verdict: its gate as a whole could not look, or only it."""
    if not one.gate:
        return f"{one.id} was not planned"
    gate = seen.results[one.gate]
    if gate.status in UNSEEN:
        return state(one.gate, seen)
    why = next(each.decided_by for each in gate.criteria if each.id == one.id)
    return f"{one.id}: {first_line(why)}"


def undecided(row: CategoryResult) -> bool:
    """Whether a category is not covered only because something was not looked at in this run."""
    return not row.covered and any(not one.skipped for one in row.criteria)


def uncovered(rows: Sequence[CategoryResult], seen: Seen) -> Measurement:
    """How many categories nothing covers; no number where that may only be so for now."""
    bare = [row for row in rows if not row.covered and not undecided(row)]
    open_ones = [row for row in rows if undecided(row)]
    if bare or not open_ones:
        names = ", ".join(f"{row.id} {row.title}" for row in bare)
        return Measurement(value=len(bare), detail=f"nothing covers {names}" if bare else "")
    causes = "; ".join(dict.fromkeys(lacking(open_ones, seen)))
    names = ", ".join(row.id for row in open_ones)
    return Measurement(value=None, why=f"{names}: nothing has looked at it: {causes}")


def critical(known: Sequence[Known], lost: Sequence[str]) -> Measurement:
    """Critical findings; none is no number where something was not looked at."""
    gates = {one.gate.id: one.gate for one in known}
    metrics = {one.criterion.metric for one in known} | {""}
    found = [
        (gate.id, one)
        for gate in gates.values()
        for one in gate.findings
        if one.severity is Severity.CRITICAL and one.metric in metrics and not one.excused
    ]
    if found:
        named = ", ".join(dict.fromkeys(f"{one.rule} ({gate})" for gate, one in found))
        return Measurement(value=len(found), detail=named)
    return Measurement(value=None, why=unseen(lost)) if lost or not gates else Measurement(value=0)


def score(known: Sequence[Known], lost: Sequence[str]) -> Measurement:
    """The score over all mapped criteria, each counted once; no number where one is unknown."""
    total = sums(one.criterion for one in known)
    if lost or total.score is None:
        return Measurement(value=None, why=unseen(lost))
    misses = [one.criterion.id for one in known if missed(one.criterion)]
    return Measurement(value=total.score, detail=f"short in {', '.join(misses)}" if misses else "")


def missed(criterion: CriterionResult) -> bool:
    """Whether a criterion costs points."""
    return not criterion.skipped and sums((criterion,)).score not in (None, 100.0)


def unseen(lost: Sequence[str]) -> str:
    """Why there is no number."""
    return f"not looked at: {'; '.join(lost)}" if lost else "no criterion of the map really ran"


def finding(row: CategoryResult) -> Finding:
    """What is to be said of a category that nothing covers."""
    names = ", ".join(one.id for one in row.criteria) or "no criterion"
    return Finding(
        tool="owasp",
        rule="uncovered",
        severity=Severity.HIGH,
        message=f"{row.id} {row.title} ({row.list}): nothing looked at it; it stands on {names}",
        fix="Give the target file the parts that these criteria need, and run their gates.",
        metric=UNCOVERED,
        context=row.id,
    )


def told(row: CategoryResult) -> str:
    """One category as a sentence."""
    ran = [one.id for one in row.criteria if one.status is not Status.NO_DATA]
    return f"{', '.join(ran)} ran, {row.findings} findings" if ran else "nothing ran"
