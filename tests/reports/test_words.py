"""The words that the page and the terminal share."""

import msgspec
import pytest

from gates.core.model import (
    BaselineUse,
    GateResult,
    GateStatus,
    Reason,
    Scorecard,
    TargetState,
    Verdict,
    WaiverState,
)
from reports.html_report import render
from reports.screen import Screen
from reports.terminal import plain, table
from reports.words import against, counted, decided_by, revision, waiver_told
from tests.reports import adopted_samples, samples
from tests.reports.hostile import rich
from tests.reports.markup import Page


@pytest.mark.parametrize(
    ("count", "unit", "text"),
    [
        (1, "files", "1 file"),
        (0, "files", "0 files"),
        (2, "files", "2 files"),
        (1234, "files", "1,234 files"),
        (1, "dependencies", "1 dependency"),
        (1, "responses", "1 response"),
        (1, "documents and operations", "1 documents and operations"),
        (1, "process", "1 process"),
        (1, "", "1 "),
    ],
)
def test_one_is_singular(count: int, unit: str, text: str) -> None:
    assert counted(count, unit) == text


@pytest.mark.parametrize(
    ("name", "dirty", "text"),
    [
        ("unknown", True, "not under version control"),
        ("unknown", False, "not under version control"),
        ("0123456789abcdef", True, "0123456789 with uncommitted changes"),
        ("0123456789abcdef", False, "0123456789"),
    ],
)
def test_revision(name: str, dirty: bool, text: str) -> None:
    target = TargetState(name="t", revision=name, dirty=dirty)
    assert revision(target, 10) == text


def test_a_target_without_a_revision_has_no_changes_to_commit() -> None:
    target = TargetState(name="shop", revision="unknown", dirty=True)
    card = msgspec.structs.replace(samples.passing(), target=target)
    for text in (Page(render(card).decode()).text, table(card, Screen(width=80))):
        assert "not under version control" in text
        assert "uncommitted" not in text


def ended(reason: Reason, *, complete: bool, verdict: Verdict) -> Scorecard:
    gate = GateResult(id="g", title="G", level=1, status=GateStatus.ERROR, reason=reason)
    return samples.scorecard((gate,), verdict, "the core's reason", complete=complete)


def test_a_cancelled_run_says_so() -> None:
    card = ended(Reason.CANCELLED, complete=False, verdict=Verdict.INCONCLUSIVE)
    assert decided_by(card) == "the run was cancelled"
    shown = (Page(render(card).decode()).text, table(card, Screen(width=80)), plain(card))
    assert all("the run was cancelled" in text for text in shown)


@pytest.mark.parametrize(
    ("reason", "complete", "verdict"),
    [
        (Reason.TIMEOUT, False, Verdict.INCONCLUSIVE),
        (Reason.CANCELLED, True, Verdict.INCONCLUSIVE),
        (Reason.CANCELLED, False, Verdict.FAIL),
    ],
)
def test_other_runs_keep_their_reason(reason: Reason, complete: bool, verdict: Verdict) -> None:
    assert decided_by(ended(reason, complete=complete, verdict=verdict)) == "the core's reason"


@pytest.mark.parametrize(
    ("state", "uses", "text"),
    [
        (WaiverState.IN_FORCE, 1, "excuses 1 finding"),
        (WaiverState.IN_FORCE, 1200, "excuses 1,200 findings"),
        (WaiverState.IN_FORCE, 0, "its gate could not look"),
        (WaiverState.UNUSED, 0, "remove it"),
        (WaiverState.EXPIRED, 0, "its findings count"),
        (WaiverState.REOPENED, 2, "counts again"),
        (WaiverState.OVER_BUDGET, 0, "its findings count"),
    ],
)
def test_what_a_waiver_does(state: WaiverState, uses: int, text: str) -> None:
    assert text in waiver_told(adopted_samples.waiver("w", state, uses, "gate lint"))


@pytest.mark.parametrize(
    ("old", "text"),
    [
        (0, "1 new, 2,400 known, 3 fixed"),
        (1, "1 new, 2,400 known (1 of them counts all the same), 3 fixed"),
        (2, "1 new, 2,400 known (2 of them count all the same), 3 fixed"),
    ],
)
def test_against_the_baseline(old: int, text: str) -> None:
    assert against(BaselineUse(revision="r", new=1, known=2400, fixed=3), old) == text


def test_the_page_explains_its_words() -> None:
    text = Page(render(rich()).decode()).text
    assert "(a release verdict older than this counts as stale)" in text
    assert "documentation.files scored, not blocking" in text
    assert "load.completed scored" in text
    assert "load.completed scored, not" not in text
    assert "Included in level 2" in text
    assert "examined 1 commit" in text
