"""The checklists on the page: every item with its state, and what proves it."""

from gates.core.model import Verdict
from reports.checklists import checklists_of
from reports.html_report import render
from tests.reports import proven_samples, samples
from tests.reports.markup import Page


def test_every_item_keeps_its_place_and_says_its_state() -> None:
    found, other = checklists_of(proven_samples.checklists(), {})
    assert [(row.status, row.word) for row in found.rows] == [
        ("PASS", "done"),
        ("FAIL", "open"),
        ("NO_DATA", "not known"),
        ("PENDING", "waits for people"),
        ("SKIPPED", "left out"),
    ]
    assert (found.done, found.asked) == (1, 4)
    assert (other.done, other.asked) == (1, 1)


def test_what_proves_an_item_leads_to_its_gate() -> None:
    found, _ = checklists_of(proven_samples.checklists(), {"lint": "gate-lint"})
    proofs = {one.id: (one.word, one.anchor) for row in found.rows for one in row.proofs}
    assert proofs["lint.errors"] == ("fails", "gate-lint")
    assert proofs["sign-off.roles"] == ("waits for people", "")
    assert proofs["cache.hit-rate"] == ("skipped", "gate-lint")
    assert proofs["scale.p95"] == ("did not run", "")


def test_the_page_shows_them_and_a_card_without_any_says_nothing() -> None:
    text = Page(render(proven_samples.proven()).decode()).text
    assert "Definition of done: 1 of 4 done; Quality: 1 of 1 done." in text
    bare = Page(render(samples.scorecard((), Verdict.PASS, "x")).decode()).text
    assert "Checklists" not in bare
