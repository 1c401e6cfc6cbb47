"""Renders the criteria of all gates as CSV (RFC 4180), for tables and for other programs.

Texts are quoted, numbers are not. A text that a spreadsheet would take for a formula begins with an
apostrophe, also behind a semicolon, which ends a cell in half of the world.
"""

import csv
import io
import math
import re
from collections.abc import Iterator

from gates.core.model import CriterionResult, GateResult, Scorecard
from reports.visible import line

COLUMNS = (
    "level",
    "gate",
    "gate_status",
    "criterion",
    "title",
    "status",
    "weight",
    "blocking",
    "value",
    "unit",
    "pass",
    "warn",
    "base",
    "headroom",
    "decided_by",
    "skipped",
    "detail",
    "fix",
)
# What a spreadsheet may begin a formula with, its full-width twins too, behind any white space.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
# Where decimals have a comma, a spreadsheet begins the next cell at each semicolon of the line.
_NEXT_CELL = re.compile(r"(;[\s\"']*)(?=[=+\-@＝＋－＠])")

Cell = str | int | float


def render(scorecard: Scorecard) -> bytes:
    """Return the table as UTF-8: a line of names, then a line for each criterion.

    A gate without criteria has a line too: no gate of the run is missing.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for gate in scorecard.gates:
        writer.writerows(_rows(gate))
    return stream.getvalue().encode()


def _rows(gate: GateResult) -> Iterator[tuple[Cell, ...]]:
    about: tuple[Cell, ...] = (gate.level, text(gate.id), gate.status.value)
    for each in gate.criteria:
        yield (*about, *_criterion(each))
    if not gate.criteria:
        empty = [""] * (len(COLUMNS) - len(about))
        empty[COLUMNS.index("detail") - len(about)] = text(gate.detail)
        yield (*about, *empty)


def _criterion(one: CriterionResult) -> tuple[Cell, ...]:
    return (
        text(one.id),
        text(one.title),
        one.status.value,
        one.weight.value,
        int(one.blocking),
        _number(one.value),
        text(one.unit),
        text(one.passes),
        text(one.warns),
        _number(one.base),
        _number(one.headroom),
        text(one.decided_by),
        text(one.skipped),
        text(one.detail),
        text(one.fix),
    )


def text(value: str) -> str:
    """Return a text on one line, and as no formula."""
    shown = _NEXT_CELL.sub(r"\1'", line(value))
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _number(value: float | None) -> Cell:
    """A number as the scorecard has it; nothing where it is none."""
    return "" if value is None or not math.isfinite(value) else value
