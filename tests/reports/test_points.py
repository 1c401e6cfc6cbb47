"""What the score is made of: it adds up to the score that was judged, to the last point."""

import msgspec
import pytest

from gates.core.model import GateResult, Status, Verdict, Weight
from gates.core.weighing import sums
from reports.html_report import render
from reports.points import WIDTH, made_of
from tests.reports import samples
from tests.reports.hostile import rich
from tests.reports.markup import Page
from tests.reports.part_samples import criterion

STATES = (
    *((Weight.BLOCK, each) for each in Status),
    *((Weight.SHOULD, each) for each in Status),
    (Weight.INFO, Status.FAIL),
)


def gate(id: str = "g", level: int = 1) -> GateResult:
    """A gate with one criterion of each weight and state, and one that is skipped."""
    every = tuple(
        criterion(f"{id}.{weight}-{status}", "C", status, "why", weight=weight)
        for weight, status in STATES
    )
    aside = criterion(f"{id}.aside", "C", Status.NO_DATA, "why", skipped="not here")
    return GateResult(id=id, title=id.title(), level=level, criteria=(*every, aside))


def places(*gates: GateResult) -> dict[str, str]:
    return {each.id: f"gate-{each.id}" for each in gates}


def test_the_parts_add_up_to_the_score() -> None:
    one = gate()
    made = made_of(samples.scorecard((one,), Verdict.FAIL, "why"), places(one))
    assert made is not None
    assert (made.points, made.maximum) == (3 + 1.5 + 1 + 0.5, 16)
    assert made.score == sums(one.criteria).score == 37.5
    assert made.at_best == 62.5
    blocking, scored = made.kinds
    assert (blocking.points, blocking.maximum, blocking.each) == (4.5, 12, 3)
    assert (scored.points, scored.maximum, scored.each) == (1.5, 4, 1)
    for kind in made.kinds:
        assert (kind.passed, kind.warned, kind.failed, kind.missing) == (1, 1, 1, 1)
    assert (made.skipped, made.only_shown) == (1, 1)
    assert made.told == "6 of 16 points reached, 6 lost, 4 not judged"


def test_the_bar_is_whole() -> None:
    one = gate()
    made = made_of(samples.scorecard((one,), Verdict.FAIL, "why"), places(one))
    assert made is not None
    assert [each.tone for each in made.bar] == ["pass", "fail", "error"]
    assert sum(float(each.width) for each in made.bar) == pytest.approx(WIDTH, abs=0.2)
    assert [float(each.x) for each in made.bar] == [0, 195, 390]


def test_only_the_levels_that_decide_count() -> None:
    low, high = gate("low", 2), gate("high", 3)
    card = samples.scorecard((low, high), Verdict.FAIL, "why")
    made = made_of(card, places(low, high))
    assert made is not None
    assert made.maximum == 16
    assert [each.title for each in made.lost] == ["Low"]
    partial = made_of(msgspec.structs.replace(card, partial=True), places(low, high))
    assert partial is not None
    assert partial.maximum == 32


def test_those_that_lost_most_come_first_and_the_others_are_counted() -> None:
    gates = tuple(gate(f"g{index:02}") for index in range(12))
    light = GateResult(id="light", title="Light", level=1, criteria=gates[0].criteria[5:6])
    card = samples.scorecard((light, *gates), Verdict.FAIL, "why")
    made = made_of(card, places(light, *gates))
    assert made is not None
    assert len(made.lost) == 10
    assert made.lost_more == 2
    assert "Light" not in [each.title for each in made.lost]


def test_without_a_criterion_that_counts_nothing_is_said() -> None:
    card = samples.scorecard((), Verdict.INCONCLUSIVE, "why")
    assert made_of(card, {}) is None
    assert "What it is made of" not in Page(render(card).decode()).text


def test_the_page_tells_it_and_what_is_not_in_it() -> None:
    one = gate()
    text = Page(render(samples.scorecard((one,), Verdict.FAIL, "why")).decode()).text
    assert "37.5 %: 6 of 16 points reached, 6 lost, 4 not judged; at best 62.5 %" in text
    assert "Not in the score: 1 skipped, 1 shown only." in text
    assert "Where points were lost" in Page(render(rich()).decode()).text
