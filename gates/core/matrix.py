"""Joins what single gates know of single operations into one row per operation.

A cell keeps the worst state, the sum of the counts and the largest value that any tool gave.
"""

from collections.abc import Iterable, Mapping

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


def rows(evidence: Iterable[OperationEvidence]) -> tuple[OperationRow, ...]:
    """One row per operation, sorted by path and method; aspects in the order of the enum."""
    cells: dict[str, dict[Aspect, Cell]] = {}
    for one in evidence:
        row = cells.setdefault(one.operation, {})
        new = Cell(state=one.state, count=one.count, value=one.value, detail=one.detail)
        row[one.aspect] = together(row[one.aspect], new) if one.aspect in row else new
    return tuple(
        OperationRow(operation=name, cells=ordered(cells[name]))
        for name in sorted(cells, key=by_path)
    )


def together(one: Cell, two: Cell) -> Cell:
    """What two tools know of the same thing."""
    values = [value for value in (one.value, two.value) if value is not None]
    details = dict.fromkeys(text for text in (one.detail, two.detail) if text)
    return Cell(
        state=min(one.state, two.state, key=WORST_FIRST.index),
        count=one.count + two.count,
        value=max(values, default=None),
        detail=SEPARATOR.join(details),
    )


def ordered(cells: Mapping[Aspect, Cell]) -> dict[Aspect, Cell]:
    """The cells in the order of the columns."""
    return {aspect: cells[aspect] for aspect in Aspect if aspect in cells}


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
    """The changed operations that nobody looked at."""
    return tuple(row.operation for row in matrix if is_changed(row) and not looked_at(row))
