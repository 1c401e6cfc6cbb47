"""What the page says of a load: what was done, percentiles side by side, each operation.

All of it is read from the curves and notes of the gate and from the matrix: nothing is measured
anew. A percentile of fewer samples than it needs is not shown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core.model import Aspect, Cell, GateResult, OperationRow, Status
from gates.core.statistics import needed_samples
from reports.numbers import number

MOST_OPERATIONS = 100
_BELIEVED = "; the figures may be believed: "  # how a load run says so
_COMPARED = "base against candidate: "
_RESPONSE, _SERVICE = "response time by percentile", "service time by percentile"
_BASE, _CANDIDATE = f"{_RESPONSE}, base", f"{_RESPONSE}, candidate"
_CLOSED = "service times only"  # a closed model: nothing was due at an instant of its own
_HEADS = {_RESPONSE: "Response time", _SERVICE: "Service time"}
_LEADING = re.compile(r"^\d+")
_SUCCESSFUL = re.compile(r"of (\d+) successful requests")
_REQUESTS = re.compile(r"(\d+) requests in ")
_SHOWN = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9)
_COMPARABLE = (50.0, 75.0, 90.0, 95.0)  # each side has samples enough for p95, and no more
_LONGEST = 100.0
_MISSING = "—"


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """A table of percentiles; `heads` name the columns, `rows` are a name and their times in ms."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    lacking: str = ""  # which percentiles had too few samples


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """How one operation did."""

    name: str
    state: str
    count: int
    p95: str
    told: str


class LoadPart(msgspec.Struct, frozen=True, kw_only=True):
    """The load part of a gate's card. `compared` says it of base and candidate, if both ran."""

    done: str = ""
    why: str = ""  # it may be believed
    times: Times | None = None
    sides: Times | None = None
    compared: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    more: int = 0  # operations that are not shown


def load_part(gate: GateResult, rows: Sequence[OperationRow] = ()) -> LoadPart | None:
    """Return the load part of a gate; None where the gate knows nothing of a load."""
    curves = {each.name: dict(each.points) for each in gate.evidence.series}
    done, _, why = next((n for n in gate.evidence.notes if _BELIEVED in n), "").partition(_BELIEVED)
    names = tuple(each for each in _HEADS if each not in not_drawn(gate))
    times = _times(curves, names, _samples(gate, done))
    if times is None and not done:
        return None
    operations = tuple(one for _, one in sorted(_operations(rows), key=_slowest_first))
    return LoadPart(
        done=_LEADING.sub(lambda found: f"{int(found[0]):,}", done),
        why=why,
        times=times,
        sides=_sides(curves),
        compared=tuple(
            note.removeprefix(_COMPARED)
            for note in gate.evidence.notes
            if note.startswith(_COMPARED)
        ),
        operations=operations[:MOST_OPERATIONS],
        more=max(0, len(operations) - MOST_OPERATIONS),
    )


def is_shown(note: str) -> bool:
    """Whether the load part shows what a note says."""
    return _BELIEVED in note or note.startswith(_COMPARED)


def not_drawn(gate: GateResult) -> tuple[str, ...]:
    """Return the names of curves that say nothing: response times where no request was due."""
    closed = any(_BELIEVED in note and _CLOSED in note for note in gate.evidence.notes)
    return (_RESPONSE,) if closed else ()


def heaviest(gates: Iterable[GateResult]) -> str:
    """Return the id of the gate whose load the figures of operations are of; "" without any."""
    loaded = [g for g in gates if any(s.name == _RESPONSE for s in g.evidence.series)]
    return max(loaded, key=lambda g: (_requests(g), g.id)).id if loaded else ""


def _requests(gate: GateResult) -> int:
    return gate.evidence.examined.get("requests", 0)


def _samples(gate: GateResult, done: str) -> int:
    """Requests with a time; a gate's count of requests has those of its other tools in it."""
    told = next((found for c in gate.criteria if (found := _SUCCESSFUL.search(c.detail))), None)
    counted = told or _REQUESTS.match(done)
    return int(counted[1]) if counted else _requests(gate)


def _times(
    curves: Mapping[str, Mapping[float, float]], names: tuple[str, ...], samples: int
) -> Times | None:
    """The percentiles of some curves, side by side."""
    known = [curves.get(name, {}) for name in names]
    if not known[0]:
        return None
    shown = [p for p in _SHOWN if samples >= _needed(p)]
    rows = [(f"p{p:g}", tuple(_ms(curve.get(p)) for curve in known)) for p in shown]
    rows.append(("longest", tuple(_ms(curve.get(_LONGEST)) for curve in known)))
    lacking = ", ".join(f"p{p:g} needs {_needed(p):,} samples" for p in _SHOWN if p not in shown)
    return Times(
        heads=tuple(_HEADS[name] for name in names),
        rows=tuple(row for row in rows if set(row[1]) != {_MISSING}),
        lacking=f"{lacking}; there are {samples:,}" if lacking else "",
    )


def _needed(percentile: float) -> int:
    return needed_samples(round(percentile / 100, 6))


def _sides(curves: Mapping[str, Mapping[float, float]]) -> Times | None:
    """The percentiles of base and candidate, and how far the one is from the other."""
    base, candidate = curves.get(_BASE, {}), curves.get(_CANDIDATE, {})
    rows = [
        (f"p{p:g}", (_ms(base[p]), _ms(candidate[p]), _change(base[p], candidate[p])))
        for p in _COMPARABLE
        if p in base and p in candidate
    ]
    return Times(heads=("Base", "Candidate", "Change"), rows=tuple(rows)) if rows else None


def _ms(value: float | None) -> str:
    return _MISSING if value is None else number(value)


def _change(base: float, candidate: float) -> str:
    return f"{100 * (candidate / base - 1):+.1f} %" if base > 0 else _MISSING


def _operations(rows: Iterable[OperationRow]) -> Iterator[tuple[Cell, Operation]]:
    for row in rows:
        cell = row.cells.get(Aspect.LOADED)
        if cell is not None and cell.state is not Status.NO_DATA:
            yield (
                cell,
                Operation(
                    name=row.operation,
                    state=cell.state.value,
                    count=cell.count,
                    p95=_ms(cell.value),
                    told=cell.detail,
                ),
            )


def _slowest_first(operation: tuple[Cell, Operation]) -> tuple[bool, float, str]:
    cell, shown = operation
    return (cell.state is not Status.FAIL, -(cell.value or 0.0), shown.name)
