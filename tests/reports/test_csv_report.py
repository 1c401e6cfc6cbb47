"""CSV: read back by the csv module, and no cell is a formula in any spreadsheet."""

import csv
import io
import re

import msgspec
import pytest
from hypothesis import given

from gates.core.model import CriterionResult, GateResult, GateStatus, Scorecard, Status, Weight
from reports.csv_report import COLUMNS, render, text
from tests.reports import many, samples
from tests.reports.hostile import rich
from tests.reports.unruly import FEW, cards, harmless

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


def rows(card: Scorecard) -> list[dict[str, str]]:
    data = render(card).decode("utf-8", "strict")
    return list(csv.DictReader(io.StringIO(data, newline=""), strict=True))


def criterion(**more: object) -> CriterionResult:
    fields: dict[str, object] = {
        "id": "a.b",
        "title": "A",
        "metric": "a.b",
        "unit": "ms",
        "weight": Weight.BLOCK,
        "status": Status.FAIL,
        "decided_by": "3 is not < 2",
    }
    return CriterionResult(**(fields | more))  # type: ignore[arg-type]


def only(**more: object) -> dict[str, str]:
    gate = GateResult(
        id="g", title="G", level=1, status=GateStatus.FAIL, criteria=(criterion(**more),)
    )
    (row,) = rows(many.card(gate))
    return row


def test_a_line_for_each_criterion_and_for_each_gate_without_one() -> None:
    card = samples.inconclusive()
    expected = [
        (gate.id, each.id if each else "")
        for gate in card.gates
        for each in (gate.criteria or (None,))
    ]
    assert [(row["gate"], row["criterion"]) for row in rows(card)] == expected
    card = msgspec.structs.replace(card, gates=(many.gate("ruff", 0),))
    assert [(row["gate"], row["gate_status"], row["criterion"]) for row in rows(card)] == [
        ("ruff", "PASS", "")
    ]


def test_what_a_line_says() -> None:
    row = only(value=-3.5, passes="< 2", base=0.1, headroom=-5.5, blocking=True)
    assert row == {
        **dict.fromkeys(COLUMNS, ""),
        "level": "1",
        "gate": "g",
        "gate_status": "FAIL",
        "criterion": "a.b",
        "title": "A",
        "status": "FAIL",
        "weight": "block",
        "blocking": "1",
        "value": "-3.5",
        "unit": "ms",
        "pass": "< 2",
        "base": "0.1",
        "headroom": "-5.5",
        "decided_by": "3 is not < 2",
    }


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_empty(value: float | None) -> None:
    assert only(value=value)["value"] == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("\t=1", "\\x09=1"),
        ("\r=1", "\\x0d=1"),
        ("a=1", "a=1"),
        ("a-b", "a-b"),
        ("a;=1+1;", "a;'=1+1;"),
        ('a; "=1+1";@b', "a; \"'=1+1\";'@b"),
        ("a; b=1", "a; b=1"),
        ("", ""),
    ],
)
def test_a_text_is_no_formula(given: str, shown: str) -> None:
    assert text(given) == shown
    assert only(detail=given)["detail"] == shown


def test_a_text_is_one_cell_and_no_formula_where_the_separator_is_a_semicolon() -> None:
    """The lines begin with a number: there, quotation marks further on are letters like others."""
    gate = GateResult(id="a;=1;", title="", level=1, detail='x;=1","y')
    assert '"a;\'=1;","NOT_RUN"' in render(many.card(gate)).decode()
    (row,) = rows(many.card(gate))
    assert row["detail"] == 'x;\'=1","y'


@given(cards())
@FEW
def test_any_text_is_a_cell_and_never_a_formula(card: Scorecard) -> None:
    data = render(card).decode("utf-8", "strict")
    assert data.count("\n") == data.count("\r\n") == len(rows(card)) + 1
    for cells in csv.reader(io.StringIO(data, newline=""), strict=True):
        assert len(cells) == len(COLUMNS)
        for cell in cells:
            assert NUMBER.fullmatch(cell) or not re.match(r"\s*[=+\-@\t\r＝＋－＠]", cell)
            assert harmless(cell)
    for cells in csv.reader(io.StringIO(data, newline=""), delimiter=";"):
        assert not [
            cell
            for cell in cells[1:]
            if re.match(r"[\s\"']*[=+\-@＝＋－＠]", cell) and not re.match(r"[\s\"]*'", cell)
        ]


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert render(rich()) == render(rich())
