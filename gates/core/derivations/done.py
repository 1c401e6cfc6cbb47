"""The checklists: an item is done only if every criterion of it passes, "should" ones too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core.derivations.seen import Seen
from gates.core.maps import Checklist, Item
from gates.core.model import (
    ChecklistResult,
    CriterionResult,
    Finding,
    GateResult,
    ItemResult,
    ItemState,
    MappedCriterion,
    Measurement,
    Severity,
    Status,
    ToolReport,
)
from gates.core.tool import Metric

DONE = "definition-of-done"
METRICS: Mapping[str, Metric] = {
    "dod.open_items": Metric("items of the definition of done that are open"),
    "checklists.completion_open": Metric("items of the completion list that are open"),
    "checklists.quality_open": Metric("items of the quality list that are open"),
}
METRIC_OF = {DONE: "dod.open_items"}  # others: checklists.ID_open
Known = Mapping[str, tuple[GateResult, CriterionResult]]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """There is nothing to set: the lists are config/map/checklists.toml."""


def derive(_: Settings, seen: Seen) -> ToolReport:
    """How many items of each list are open, and whom the pending ones wait for."""
    lists = table(seen.plan.maps.checklists, seen.results.values())
    return ToolReport(
        tool="checklists",
        examined=sum(len(one.items) for one in lists if one.id == DONE),
        examined_unit="items",
        measurements={metric_of(one.id): open_items(one) for one in lists},
        findings=tuple(found for one in lists if one.id == DONE for found in findings(one)),
        notes=tuple(note for one in lists for note in notes(one)),
        pending=tuple(dict.fromkeys(waits(lists, seen))),
    )


def metric_of(id: str) -> str:
    """The metric that counts the open items of a list."""
    return METRIC_OF.get(id, f"checklists.{id}_open")


def table(
    checklists: Sequence[Checklist], results: Iterable[GateResult]
) -> tuple[ChecklistResult, ...]:
    """Every list with the state of its items, and what proves each."""
    known = {one.id: (gate, one) for gate in results for one in gate.criteria}
    return tuple(
        ChecklistResult(
            id=one.id,
            title=one.title,
            items=tuple(item_result(item, known) for item in one.item),
        )
        for one in checklists
    )


def item_result(item: Item, known: Known) -> ItemResult:
    """One item; its state follows from its criteria alone."""
    found = [known[id][1] for id in item.criteria if id in known]
    proofs = tuple(proof(id, known) for id in item.criteria)
    return ItemResult(
        title=item.title,
        group=item.group,
        state=state_of(found, len(item.criteria) - len(found)),
        criteria=proofs,
    )


def proof(id: str, known: Known) -> MappedCriterion:
    """One criterion of an item; one that was not planned has no gate."""
    if id not in known:
        return MappedCriterion(id=id)
    gate, one = known[id]
    return MappedCriterion(
        id=id, gate=gate.id, status=one.status, skipped=bool(one.skipped), pending=one.pending
    )


def state_of(criteria: Sequence[CriterionResult], unplanned: int) -> ItemState:
    """The state of an item: open if anything was seen to be wrong, done only if all of it holds."""
    asked = [one for one in criteria if not one.skipped]
    if any(one.status in (Status.FAIL, Status.WARN) for one in asked):
        return ItemState.OPEN
    unseen = [one for one in asked if one.status is Status.NO_DATA]
    if unplanned or not all(one.pending for one in unseen):
        return ItemState.UNKNOWN
    if unseen:
        return ItemState.PENDING
    return ItemState.DONE if asked else ItemState.ABSENT


def open_items(checklist: ChecklistResult) -> Measurement:
    """How many items are open; no number where what is left is not known, or waits for people."""
    named = {state: titles(checklist, state) for state in ItemState}
    if named[ItemState.OPEN]:
        return Measurement(
            value=len(named[ItemState.OPEN]), detail=f"open: {'; '.join(named[ItemState.OPEN])}"
        )
    if named[ItemState.UNKNOWN]:
        gaps = "; ".join(unknown(checklist))
        return Measurement(value=None, why=f"not known of {len(named[ItemState.UNKNOWN])}: {gaps}")
    if named[ItemState.PENDING]:
        why = f"waits for people: {'; '.join(named[ItemState.PENDING])}"
        return Measurement(value=None, why=why, pending=True)
    if not named[ItemState.DONE]:
        return Measurement(value=None, why="every item of the list is left out")
    return Measurement(value=0)


def titles(checklist: ChecklistResult, state: ItemState) -> list[str]:
    """The items in one state."""
    return [one.title for one in checklist.items if one.state is state]


def unknown(checklist: ChecklistResult) -> Iterator[str]:
    """Each item of which nothing is known, with the criteria that did not run."""
    for one in checklist.items:
        if one.state is ItemState.UNKNOWN:
            lost = ", ".join(p.id for p in one.criteria if not_run(p))
            yield f"{one.title} ({lost} did not run)"


def not_run(proof: MappedCriterion) -> bool:
    """Whether a criterion was to run and did not."""
    return proof.status is Status.NO_DATA and not proof.skipped and not proof.pending


def waits(lists: Sequence[ChecklistResult], seen: Seen) -> Iterator[str]:
    """What people have to do, as the gates say it that the pending items rest on."""
    for one in lists:
        for item in one.items:
            for each in item.criteria:
                if item.state is ItemState.PENDING and each.pending:
                    yield from seen.results[each.gate].awaiting


def findings(checklist: ChecklistResult) -> Iterator[Finding]:
    """One finding for each item that is open."""
    for one in checklist.items:
        if one.state is ItemState.OPEN:
            wrong = [p for p in one.criteria if p.status in (Status.FAIL, Status.WARN)]
            told = ", ".join(f"{p.id} is {p.status}" for p in wrong)
            yield Finding(
                tool="checklists",
                rule="open-item",
                severity=Severity.HIGH,
                message=f"{one.group}: {one.title}: {told}",
                fix=f"Mend what the gate {wrong[0].gate} names.",
                metric=metric_of(checklist.id),
                context=one.title,
            )


def notes(checklist: ChecklistResult) -> Iterator[str]:
    """How a list stands, in one line."""
    counts = [(state, len(titles(checklist, state))) for state in ItemState]
    told = ", ".join(f"{count} {state}" for state, count in counts if count)
    yield f"{checklist.title}: {told or 'no item'}"
