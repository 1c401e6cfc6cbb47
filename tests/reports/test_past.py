"""What has changed since the base and the last run, and the small courses of the last runs."""

import msgspec
import pytest

from gates.core.model import CriterionResult, Status
from reports.html_report import render
from reports.past import HEIGHT, MOST_RUNS, WIDTH, changes, course_of, courses
from reports.recorded import Recorded, recorded
from tests.reports import samples
from tests.reports.hostile import PAYLOADS, poisoned, rich
from tests.reports.markup import Page
from tests.reports.part_samples import criterion


def one(value: float | None, passes: str = "<= 100", **more: object) -> CriterionResult:
    return msgspec.structs.replace(
        criterion("g.c", "C", Status.PASS, "why", value=value, unit="ms", passes=passes), **more
    )


def runs(*values: float) -> tuple[Recorded, ...]:
    return tuple(
        Recorded(run=f"{index}", digest="", target="t", revision="r", values={"g.c": value})
        for index, value in enumerate(values)
    )


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
    assert found.since.endswith("in the last run")


def test_the_base_and_the_last_run_are_told_apart() -> None:
    found = changes(one(12.0, base=9.0), runs(10.0, 11.0))
    assert [(each.text, each.since) for each in found] == [
        ("+3 ms", "9 ms at the base"),
        ("+1 ms", "11 ms in the last run"),
    ]
    assert changes(one(None), runs(1.0)) == ()
    assert changes(one(1.0), ()) == ()
    unknown = msgspec.structs.replace(runs(1.0)[0], values={})
    assert changes(one(1.0), (unknown,)) == ()


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
    assert found.path.count("L") == MOST_RUNS
    assert found.told.startswith("C: 31 runs, from 5 ms to 999 ms")


def test_the_score_comes_first_then_what_is_measured() -> None:
    card = samples.passing()
    now = recorded(card)
    past = tuple(
        msgspec.structs.replace(now, score=90.0, values={k: v + 1 for k, v in now.values.items()})
        for _ in range(3)
    )
    found = courses(card, past, {gate.id: gate.id for gate in card.gates})
    assert found[0].title == "Score"
    assert found[0].change is not None
    assert found[0].change.text == "+10 %"
    assert [each.title for each in found[1:4]] == [
        "p50 of the response time",
        "p95 of the response time",
        "p99 of the response time",
    ]
    assert len(found) <= 9
    assert courses(card, (), {}) == ()


def test_what_never_changed_is_not_drawn() -> None:
    card = samples.passing()
    found = courses(card, (recorded(card),) * 3, {gate.id: gate.id for gate in card.gates})
    assert [each.title for each in found] == ["Score"]


def test_the_page_shows_it_only_with_a_past() -> None:
    card = samples.failing()
    past = (msgspec.structs.replace(recorded(card), score=50.0, values={"load.p95": 20.0}),) * 2
    text = Page(render(card, past).decode()).text
    assert "Over the last runs" in text
    assert "+12.7 ms from 20 ms in the last run" in text
    assert "+0.32 ms from 13.8 ms at the base" in text
    bare = Page(render(card).decode()).text
    assert "last run" not in bare


@pytest.mark.parametrize("payload", PAYLOADS[:12])
def test_a_past_full_of_payloads_is_text_p53(payload: str) -> None:
    card = rich()
    past = (recorded(card),) * 3
    found = Page(render(poisoned(card, payload), poisoned(past, payload)).decode())
    assert found.unbalanced == []
    assert "onerror" not in {name for _, name, _ in found.attributes}
