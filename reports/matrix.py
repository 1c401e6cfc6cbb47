"""The operations of a service as a table of evidence: one row each, a column per aspect."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gates.core.matrix import is_changed, looked_at
from gates.core.model import Aspect, Cell, OperationRow, Status
from reports.numbers import number

_MOST = 400
_HEADS = {
    Aspect.DOCUMENTED: "Documented",
    Aspect.EXERCISED: "Exercised",
    Aspect.STATEFUL: "Stateful",
    Aspect.AUTHENTICATION: "Authentication",
    Aspect.AUTHORISATION: "Authorisation",
    Aspect.THROTTLED: "Throttled",
    Aspect.TESTED: "Tested",
    Aspect.LOADED: "Load",
    Aspect.CHANGED: "Changed",
    Aspect.COVERED: "Covered",
}
_STATES = {
    Status.PASS: "holds",
    Status.WARN: "warning",
    Status.FAIL: "fails",
    Status.NO_DATA: "not tried",
}
_PLAIN = (Aspect.DOCUMENTED, Aspect.CHANGED)


class CellView(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: `word` says the state, `text` how often or how much, `told` what is behind it.

    Whether an operation is documented or has changed is no verdict: such a cell has no state.
    """

    head: str
    state: str = ""
    word: str = ""
    text: str = ""
    told: str = ""


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One operation."""

    operation: str
    cells: tuple[CellView, ...]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """The table. Operations with a failure come first."""

    heads: tuple[str, ...]
    rows: tuple[RowView, ...]
    total: int
    called: int
    changed: int
    failing: int


def matrix_of(rows: Sequence[OperationRow]) -> Matrix | None:
    """Return what the page shows of the operations; None without any."""
    if not rows:
        return None
    aspects = tuple(each for each in Aspect if any(each in row.cells for row in rows))
    shown = sorted(rows, key=lambda row: not fails(row))[:_MOST]  # stable: paths stay in order
    return Matrix(
        heads=tuple(_HEADS[each] for each in aspects),
        rows=tuple(
            RowView(operation=row.operation, cells=tuple(_cells(row, aspects))) for row in shown
        ),
        total=len(rows),
        called=sum(map(looked_at, rows)),
        changed=sum(map(is_changed, rows)),
        failing=sum(map(fails, rows)),
    )


def fails(row: OperationRow) -> bool:
    """Whether any gate found something wrong with the operation."""
    return any(cell.state is Status.FAIL for cell in row.cells.values())


def _cells(row: OperationRow, aspects: Iterable[Aspect]) -> Iterator[CellView]:
    for aspect in aspects:
        cell = row.cells.get(aspect)
        if cell is None:
            yield CellView(head=_HEADS[aspect])
            continue
        yield CellView(
            head=_HEADS[aspect],
            state="" if aspect in _PLAIN else cell.state.value,
            word="" if aspect in _PLAIN else _STATES[cell.state],
            text=_text(aspect, cell),
            told=cell.detail,
        )


def _text(aspect: Aspect, cell: Cell) -> str:
    match aspect:
        case Aspect.DOCUMENTED:
            return "yes"
        case Aspect.CHANGED:
            return "changed" if cell.state is not Status.NO_DATA else "no"
        case _ if cell.state is Status.NO_DATA:
            return ""
        case Aspect.LOADED if cell.value is not None:
            return f"p95 {number(cell.value)} ms, {number(cell.count)} ×"
        case Aspect.COVERED if cell.value is not None:
            return f"{number(cell.value)} %"
        case _:
            return f"{number(cell.count)} ×" if cell.count > 1 else ""
