"""What has changed since the base and the last run, and the small courses of the last runs."""

import msgspec
import pytest

from gates.core.model import CriterionResult, Earlier, Scorecard, Status
from reports.html_report import render
from reports.past import HEIGHT, WIDTH, changes, course_of, courses
from reports.precedent import earlier
from reports.recorded import recorded
from tests.reports import samples
from tests.reports.hostile import PAYLOADS, poisoned, rich
from tests.reports.lines import run
from tests.reports.markup import Page
from tests.reports.part_samples import criterion
from tests.reports.past_samples import after, with_past


def one(value: float | None, passes: str = "<= 100", **more: object) -> CriterionResult:
    return msgspec.structs.replace(
        criterion("g.c", "C", Status.PASS, "why", value=value, unit="ms", passes=passes), **more
    )


def runs(*values: float | None) -> Earlier:
    """Runs with these values of g.c, oldest first."""
    found = [
        run(index, values={} if value is None else {"g.c": value})
        for index, value in enumerate(values)
    ]
    return earlier(found)


@pytest.mark.parametrize(
    ("now", "before", "passes", "text", "tone"),
    [
        (12.0, 10.0, "<= 100", "+2 ms", "worse"),
        (8.0, 10.0, "< 100", "−2 ms", "better"),
        (12.0, 10.0, ">= 5", "+2 ms", "better"),
        (8.0, 10.0, "> 5", "−2 ms", "worse"),
        (1.0, 0.0, "== 0", "+1 ms", "worse"),
        (99.0, 100.0, "== 100", "−1 ms", "worse"),
        (12.0, 10.0, "<= +10%", "+2 ms", "worse"),
        (10.4, 10.0, "<= 100", "+0.4 ms", ""),
        (10.5, 10.0, "<= 100", "+0.5 ms", "worse"),
        (12.0, 10.0, "one of several", "+2 ms", ""),
        (10.0, 10.0, "<= 100", "as", ""),
        (0.1 + 0.2, 0.3, "<= 100", "as", ""),
    ],
)
def test_a_change_says_how_far_and_whether_it_is_better(
    now: float, before: float, passes: str, text: str, tone: str
) -> None:
    [found] = changes(one(now, passes), runs(1.0, before))
    assert (found.text, found.tone) == (text, tone)
    assert found.since.startswith("last run")


def told(result: CriterionResult, past: Earlier) -> list[tuple[str, str]]:
    return [(each.text, each.since) for each in changes(result, past)]


def test_the_base_and_the_last_run_are_told_apart() -> None:
    assert told(one(12.0, base=9.0), runs(10.0, 11.0)) == [
        ("+3 ms", "base 9"),
        ("+1 ms", "last run 11"),
    ]
    assert told(one(None), runs(1.0)) == []
    assert told(one(1.0), Earlier()) == []
    assert told(one(1.0), runs(None)) == []


def test_the_base_is_that_of_the_criterion_else_what_the_history_knows() -> None:
    past = msgspec.structs.replace(runs(11.0), base={"g.c": 4.0})
    assert told(one(12.0, base=9.0), past)[0] == ("+3 ms", "base 9")
    assert told(one(12.0), past)[0] == ("+8 ms", "base 4")


def test_what_base_and_last_run_have_in_common_is_told_once() -> None:
    assert told(one(12.0, base=10.0), runs(10.0)) == [("+2 ms", "base and last run 10")]


def test_a_run_of_other_gates_hides_no_earlier_value() -> None:
    assert told(one(12.0), runs(10.0, 11.0, None)) == [("+1 ms", "2 runs before 11")]


@pytest.mark.parametrize("column", [(), (1.0, 2.0), (None, None, None)])
def test_a_column_that_fits_no_runs_says_nothing(column: tuple[float | None, ...]) -> None:
    past = msgspec.structs.replace(runs(1.0, 2.0, 3.0), values={"g.c": column})
    assert changes(one(1.0), past) == ()
    assert course_of(one(1.0), past) is None


@pytest.mark.parametrize(("known", "drawn"), [(0, False), (1, False), (2, True)])
def test_a_course_needs_earlier_runs(known: int, drawn: bool) -> None:
    found = course_of(one(5.0), runs(*range(known)))
    assert (found is not None) is drawn


@pytest.mark.parametrize("values", [(1.0, 2.0, 3.0), (5.0, 6.0), (-1e9, 1e9), (0.0, 1e-9)])
def test_a_course_stays_in_its_frame(values: tuple[float, ...]) -> None:
    found = course_of(one(5.0), runs(*values))
    assert found is not None
    points = [tuple(map(float, each.split(","))) for each in found.path[1:].split("L")]
    assert len(points) == len(values) + 1
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert (float(found.x), float(found.y)) == points[-1]


def test_only_the_last_runs_are_drawn() -> None:
    found = course_of(one(5.0), runs(*range(1000)))
    assert found is not None
    assert found.path.count("L") == 30
    assert found.told == "C: 31 runs, from 5 ms to 999 ms, now 5 ms"


def test_what_was_always_the_same_is_drawn_when_it_changes() -> None:
    past = runs(7.0, 7.0, 7.0)
    assert past.values == {"g.c": (7.0,)}
    assert course_of(one(7.0), past) is None
    found = course_of(one(9.0), past)
    assert found is not None
    assert found.path.count("L") == 3


def anchors(card: Scorecard) -> dict[str, str]:
    return {gate.id: gate.id for gate in card.gates}


def test_the_score_comes_first_then_what_is_measured() -> None:
    card = samples.passing()
    more = {id: value + 1 for id, value in recorded(card).values.items()}
    found = courses(after(card, 90.0, 90.0, 90.0, **more), anchors(card))
    assert found[0].title == "Score"
    assert found[0].change is not None
    assert found[0].change.text == "+10 %"
    assert [each.title for each in found[1:4]] == [
        "p50 of the response time",
        "p95 of the response time",
        "Error rate",
    ]
    assert len(found) <= 9
    assert courses(card, {}) == ()


def test_of_what_never_changed_only_key_numbers_are_drawn() -> None:
    card = samples.passing()
    found = courses(after(card, 100.0, 100.0), anchors(card))
    assert [each.title for each in found] == [
        "Score",
        "p50 of the response time",
        "p95 of the response time",
        "Error rate",
    ]


def test_scores_of_another_level_or_of_chosen_gates_are_not_compared() -> None:
    card = samples.passing()
    found = courses(after(card, 90.0, level=card.decisive_level + 1), anchors(card))
    assert "Score" not in [each.title for each in found]
    partial = msgspec.structs.replace(after(card, 90.0), partial=True)
    assert "Score" not in [each.title for each in courses(partial, anchors(card))]
    chosen = [run(0, partial=True, level=card.decisive_level)]
    found = courses(with_past(card, earlier(chosen)), anchors(card))
    assert "Score" not in [each.title for each in found]


def test_the_page_shows_it_only_with_a_past() -> None:
    card = samples.failing()
    made = [run(n, score=50.0, values={"load.p95": 20.0}) for n in range(2)]
    text = Page(render(with_past(card, earlier(made))).decode()).text
    assert "Over the last runs" in text
    assert "2 earlier runs since 2026-01-10 12:00 UTC, the last of 2026-01-11 12:00 UTC" in text
    assert "+12.7 ms vs last run 20" in text
    assert "+0.32 ms vs base 13.8" in text
    bare = Page(render(card).decode()).text
    assert "last run" not in bare


@pytest.mark.parametrize("payload", PAYLOADS[:12])
def test_a_past_full_of_payloads_is_text_p53(payload: str) -> None:
    card = msgspec.structs.replace(poisoned(rich(), payload), partial=False)
    found = Page(render(card).decode())
    assert "Over the last runs" in found.text
    assert found.unbalanced == []
    assert "onerror" not in {name for _, name, _ in found.attributes}


def test_a_past_whose_columns_do_not_fit_breaks_no_page() -> None:
    past = Earlier(runs=("a",), scores=(1.0, 2.0), values={"load.p95": (1.0, 2.0, 3.0)})
    assert "Over the last runs" not in render(with_past(samples.passing(), past)).decode()
