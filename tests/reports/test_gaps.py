"""What a run does not show stands near the top, with its reason, as loud as a failure."""

import pytest

from gates.core.model import GateResult, GateStatus, Reason, Scorecard, Status, Verdict
from reports.gaps import gaps_of, tallies
from reports.html_report import render
from tests.reports import adopted_samples, samples
from tests.reports.markup import Page
from tests.reports.part_samples import criterion


def anchors(card: Scorecard) -> dict[str, str]:
    return {gate.id: f"gate-{gate.id}" for gate in card.gates}


def mixed() -> Scorecard:
    """One gate of every state; the failed one has a criterion without data and a skipped one."""
    rows = (
        criterion("f.a", "A", Status.FAIL, "1, must be 0"),
        criterion("f.b", "B", Status.NO_DATA, "too few samples"),
        criterion("f.c", "C", Status.NO_DATA, "", skipped="no such thing here"),
    )
    lost = criterion("e.a", "A", Status.NO_DATA, "the tool broke")
    gates = (
        GateResult(id="f", title="F", level=1, status=GateStatus.FAIL, criteria=rows),
        GateResult(
            id="e",
            title="E",
            level=1,
            status=GateStatus.ERROR,
            reason=Reason.TIMEOUT,
            detail="it took\nlong",
            criteria=(lost,),
        ),
        GateResult(id="n", title="N", level=1),
        GateResult(id="p", title="P", level=1, status=GateStatus.PENDING, awaiting=("sign it",)),
        GateResult(
            id="s", title="S", level=1, status=GateStatus.SKIPPED, detail="no such thing here"
        ),
        GateResult(id="ok", title="OK", level=1, status=GateStatus.PASS),
    )
    return samples.scorecard(gates, Verdict.FAIL, "f failed")


def test_every_gap_is_named_with_its_reason_and_leads_to_its_gate() -> None:
    card = mixed()
    found = {
        kind.status: [
            (tuple((each.text, each.anchor) for each in row.links), row.why) for row in kind.rows
        ]
        for kind in gaps_of(card, anchors(card))
    }
    assert found == {
        "ERROR": [
            ((("f.b", "gate-f"),), "too few samples"),
            ((("e", "gate-e"),), "timeout: it took"),
            ((("n", "gate-n"),), "not started"),
        ],
        "PENDING": [((("p", "gate-p"),), "sign it")],
        "SKIPPED": [((("f.c", "gate-f"), ("s", "gate-s")), "no such thing here")],
    }


def test_the_tally_counts_every_gate_once_and_then_what_else_is_missing() -> None:
    told = [(each.status, each.count, each.what) for each in tallies(mixed())]
    assert told == [
        *((state, "1", "") for state in ("FAIL", "ERROR", "NOT_RUN", "PENDING", "SKIPPED", "PASS")),
        ("NO_DATA", "1", "criterion"),
        ("SKIPPED", "1", "criterion"),
    ]


def test_what_is_excused_or_taken_over_is_counted_beside_the_failures() -> None:
    told = {(each.status, each.what): each.count for each in tallies(adopted_samples.adopted())}
    assert told["REUSED", "gates"] == "2"
    assert told["WAIVED", "findings"] == "3"


def test_a_run_without_gaps_has_no_such_section() -> None:
    card = samples.scorecard(samples.passing().gates[:1], Verdict.PASS, "why")
    assert gaps_of(card, anchors(card)) == ()
    assert "does not show" not in Page(render(card).decode()).text


@pytest.mark.parametrize(("count", "named", "more"), [(60, 60, 0), (61, 60, 1), (500, 60, 440)])
def test_many_with_one_reason_are_counted(count: int, named: int, more: int) -> None:
    gates = tuple(GateResult(id=f"g{index}", title="G", level=1) for index in range(count))
    card = samples.scorecard(gates, Verdict.INCONCLUSIVE, "why")
    [kind] = gaps_of(card, anchors(card))
    [row] = kind.rows
    assert (kind.count, len(row.links), row.more) == (count, named, more)


def test_it_stands_before_the_gates() -> None:
    text = Page(render(mixed()).decode()).text
    order = [text.index(each) for each in ("Do next", "What this run does not show", "All gates")]
    assert order == sorted(order)
