"""The table of categories: what nothing covers comes first; every criterion says its state."""

from gates.core.model import Verdict
from reports.categories import lists_of
from reports.html_report import render
from tests.reports import proven_samples, samples
from tests.reports.markup import Page


def test_what_nothing_covers_comes_first_and_the_others_keep_their_order() -> None:
    (found,) = lists_of(proven_samples.categories(), {})
    assert [row.id for row in found.rows] == [
        *("A06:2025", "A07:2025", "A01:2025", "A02:2025", "A05:2025"),
    ]
    assert (found.title, found.covered) == (proven_samples.TOP, 3)


def test_the_worst_that_ran_is_the_state_of_a_category() -> None:
    (found,) = lists_of(proven_samples.categories(), {})
    assert {row.id[:3]: (row.status, row.word) for row in found.rows} == {
        "A01": ("PASS", "holds"),
        "A02": ("WARN", "warning"),
        "A05": ("FAIL", "fails"),
        "A06": ("NO_DATA", "uncovered"),
        "A07": ("NO_DATA", "uncovered"),
    }


def test_a_criterion_leads_to_its_gate_and_says_whether_it_ran() -> None:
    (found,) = lists_of(proven_samples.categories(), {"lint": "gate-lint"})
    proofs = {one.id: (one.word, one.anchor) for row in found.rows for one in row.proofs}
    assert proofs["auth.refused"] == ("holds", "gate-lint")
    assert proofs["rate-limit.login"] == ("did not run", "")
    assert proofs["auth.claims"] == ("skipped", "gate-lint")


def test_the_page_shows_them_and_a_card_without_any_says_nothing() -> None:
    text = Page(render(proven_samples.proven()).decode()).text
    assert "OWASP Top 10 (2025): 3 of 5 looked at" in text
    assert "Injection" in text
    bare = Page(render(samples.scorecard((), Verdict.PASS, "x")).decode()).text
    assert "Security by category" not in bare
