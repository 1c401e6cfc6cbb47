"""The checklists as tables: the state of every item, and the criteria that prove it."""

from collections.abc import Mapping, Sequence

import msgspec

from gates.core.model import ChecklistResult, ItemResult, ItemState
from reports.categories import ProofView, proof

_STATES = {
    ItemState.OPEN: ("FAIL", "open"),
    ItemState.UNKNOWN: ("NO_DATA", "not known"),
    ItemState.PENDING: ("PENDING", "waits for people"),
    ItemState.DONE: ("PASS", "done"),
    ItemState.ABSENT: ("SKIPPED", "left out"),
}


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One item: `status` gives it its colour, `word` says the state."""

    title: str
    group: str
    status: str
    word: str
    proofs: tuple[ProofView, ...]


class ChecklistView(msgspec.Struct, frozen=True, kw_only=True):
    """One list: how many items are done of those that are asked for."""

    title: str
    done: int
    asked: int
    rows: tuple[ItemView, ...]


def checklists_of(
    checklists: Sequence[ChecklistResult], anchors: Mapping[str, str]
) -> tuple[ChecklistView, ...]:
    """Return the lists, their items in the order of the list; `anchors` lead to the gates."""
    return tuple(
        ChecklistView(
            title=one.title,
            done=sum(item.state is ItemState.DONE for item in one.items),
            asked=sum(item.state is not ItemState.ABSENT for item in one.items),
            rows=tuple(_view(item, anchors) for item in one.items),
        )
        for one in checklists
    )


def _view(item: ItemResult, anchors: Mapping[str, str]) -> ItemView:
    status, word = _STATES[item.state]
    return ItemView(
        title=item.title,
        group=item.group,
        status=status,
        word=word,
        proofs=tuple(proof(each, anchors) for each in item.criteria),
    )
