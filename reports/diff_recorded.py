"""What is different between two runs as far as the history holds them: no findings, no reasons."""

from collections.abc import Iterator, Mapping

from reports.diff import Change, CriterionChange, GateChange, Side
from reports.recorded import Recorded, Term, Terms

NOTHING = Term("", "", "", "")


def change(before: Recorded, after: Recorded, terms: Terms, notes: tuple[str, ...] = ()) -> Change:
    """Compare two lines; `terms` are what the criteria of either are called and demand."""
    return Change(
        before=side(before),
        after=side(after),
        notes=(*notes, *differing(before, after)),
        gates=tuple(gates(before.gates, after.gates)),
        criteria=tuple(criteria(before.values, after.values, terms)),
        new=(),
        fixed=(),
        known=0,
        unseen=0,
        compared=False,
    )


def side(run: Recorded) -> Side:
    """One of the runs, in short."""
    return Side(
        run=run.run,
        target=run.target,
        revision=run.revision,
        dirty=run.dirty,
        policy=run.policy,
        began=run.started_at,
        complete=run.complete,
        verdict=run.verdict,
        score=run.score,
    )


def differing(before: Recorded, after: Recorded) -> Iterator[str]:
    """What has to be known of the two before anything is concluded from their difference."""
    for word in ("target", "policy", "profile"):
        first, second = getattr(before, word), getattr(after, word)
        if first != second:
            yield f"another {word}: {first or 'none'} and {second or 'none'}"
    for name, run in (("first", before), ("second", after)):
        if not run.complete:
            yield f"the {name} run did not end: what it lacks is not told apart from what is gone"
        elif run.partial:
            yield f"the {name} run planned only chosen gates"


def gates(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[GateChange]:
    """The gates with another status, in the order of the later run."""
    for id in (*after, *(id for id in before if id not in after)):
        old, new = before.get(id, ""), after.get(id, "")
        if old != new:
            yield GateChange(id=id, before=old, after=new, why="" if new else "not planned")


def criteria(
    before: Mapping[str, float], after: Mapping[str, float], terms: Terms
) -> Iterator[CriterionChange]:
    """The criteria with another value. Their status is not known: it may depend on a base."""
    for id in (*after, *(id for id in before if id not in after)):
        term = terms.get(id, NOTHING)
        if before.get(id) != after.get(id):
            yield CriterionChange(
                id=id,
                gate=term.gate,
                unit=term.unit,
                bound=term.passes,
                before=before.get(id),
                after=after.get(id),
                status_before="",
                status_after="",
            )
