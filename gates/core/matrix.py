"""Joins what single gates know of single operations into one row per operation.

A cell keeps the worst state, the sum of the counts and the largest value that any tool gave.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from gates.core.model import Aspect, Cell, OperationEvidence, OperationRow, Status

WORST_FIRST = (Status.FAIL, Status.WARN, Status.PASS, Status.NO_DATA)
LOOKS = (  # aspects under which an operation was really called and judged
    Aspect.EXERCISED,
    Aspect.STATEFUL,
    Aspect.AUTHENTICATION,
    Aspect.AUTHORISATION,
    Aspect.THROTTLED,
    Aspect.TESTED,
    Aspect.LOADED,
)
SEPARATOR = "; "
VARIABLE = re.compile(r"\\\{[^{}/]+\\\}")  # of a path, as re.escape writes it


def rows(evidence: Iterable[OperationEvidence]) -> tuple[OperationRow, ...]:
    """One row per operation, sorted by path and method; aspects in the order of the enum."""
    given = tuple(evidence)
    known: dict[str, dict[Aspect, list[OperationEvidence]]] = {}
    named = Names(one.operation for one in given if one.aspect is Aspect.DOCUMENTED)
    for one in given:
        known.setdefault(named.of(one.operation), {}).setdefault(one.aspect, []).append(one)
    return tuple(
        OperationRow(operation=name, cells=ordered(known[name]))
        for name in sorted(known, key=by_path)
    )


class Names:
    """The documented operations; a request as it was sent is given the name of its operation."""

    def __init__(self, documented: Iterable[str]) -> None:
        self._known = frozenset(documented)
        # Literal parts before variables: "/books/new" is not a "/books/{id}".
        self._patterns = [
            (re.compile(VARIABLE.sub("[^/]+", re.escape(name))), name)
            for name in sorted(self._known, key=lambda name: (name.count("{"), name))
        ]

    def of(self, operation: str) -> str:
        """The documented name, or the given one where there is none."""
        if operation in self._known:
            return operation
        found = (name for pattern, name in self._patterns if pattern.fullmatch(operation))
        return next(found, operation)


def together(known: Sequence[OperationEvidence]) -> Cell:
    """What all tools know of one aspect; who could not try says nothing where another could."""
    tried = [one for one in known if one.state is not Status.NO_DATA] or known
    details = dict.fromkeys(one.detail for one in tried if one.detail)
    return Cell(
        state=min((one.state for one in known), key=WORST_FIRST.index),
        count=sum(one.count for one in known),
        value=max((one.value for one in known if one.value is not None), default=None),
        detail=SEPARATOR.join(details),
    )


def ordered(known: Mapping[Aspect, Sequence[OperationEvidence]]) -> dict[Aspect, Cell]:
    """The cells in the order of the columns."""
    return {aspect: together(known[aspect]) for aspect in Aspect if aspect in known}


def by_path(operation: str) -> tuple[str, str]:
    """The sort key of "GET /books/{id}"."""
    method, _, path = operation.partition(" ")
    return path, method


def is_changed(row: OperationRow) -> bool:
    """Whether the operation is new or other than at the base."""
    cell = row.cells.get(Aspect.CHANGED)
    return cell is not None and cell.state is not Status.NO_DATA


def looked_at(row: OperationRow) -> bool:
    """Whether any gate called the operation and judged its answer."""
    return any(
        row.cells[aspect].state is not Status.NO_DATA for aspect in LOOKS if aspect in row.cells
    )


def without_evidence(matrix: Iterable[OperationRow]) -> tuple[str, ...]:
    """The changed operations that nobody looked at. One that is gone cannot be called."""
    there = (row for row in matrix if Aspect.DOCUMENTED in row.cells)
    return tuple(row.operation for row in there if is_changed(row) and not looked_at(row))
