"""Which gates held in which of the last runs, as a grid; those that always passed apart."""

from collections.abc import Sequence

import msgspec

from reports.recorded import Recorded
from reports.site_lanes import anchor

MOST_RUNS = 20
RANKS = ("FAIL", "ERROR", "NOT_RUN", "PENDING", "WARN", "SKIPPED", "PASS")


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A run at the top of its column."""

    day: str
    told: str
    anchor: str
    verdict: str


class GateRow(msgspec.Struct, frozen=True, kw_only=True):
    """The states of one gate, "" where a run did not plan it."""

    gate: str
    states: tuple[str, ...]
    is_flaky: bool


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """Gates by runs, oldest run first; `steady` are the gates that passed in all of them."""

    heads: tuple[Head, ...]
    rows: tuple[GateRow, ...]
    steady: tuple[str, ...]


def grid(runs: Sequence[Recorded], flaky: Sequence[str]) -> Grid | None:
    """The grid of the last whole runs; None without one."""
    shown = runs[-MOST_RUNS:]
    if not shown:
        return None
    gates = dict.fromkeys(gate for run in reversed(shown) for gate in run.gates)
    rows = [row(gate, shown, flaky) for gate in gates]
    moved = [one for one in rows if set(one.states) != {"PASS"} or one.is_flaky]
    return Grid(
        heads=tuple(head(run) for run in shown),
        rows=tuple(sorted(moved, key=urgency)),
        steady=tuple(one.gate for one in rows if one not in moved),
    )


def row(gate: str, runs: Sequence[Recorded], flaky: Sequence[str]) -> GateRow:
    """One gate."""
    states = tuple(run.gates.get(gate, "") for run in runs)
    return GateRow(gate=gate, states=states, is_flaky=gate in flaky)


def urgency(one: GateRow) -> tuple[int, int]:
    """What does not hold now comes first, then what held least often."""
    now = one.states[-1]
    rank = RANKS.index(now) if now in RANKS else len(RANKS)
    return rank, sum(state == "PASS" for state in one.states)


def head(run: Recorded) -> Head:
    """The run of a column."""
    told = f"{run.started_at} {run.verdict} {run.run}"
    day = run.started_at[5:10]
    return Head(day=day, told=told, anchor=anchor(run), verdict=run.verdict)
