"""The load part of the page: what was done, and no percentile of fewer samples than it needs."""

import re

import msgspec
import pytest

from gates.core.model import Aspect, Cell, GateResult, OperationRow, Status, Verdict
from reports.html_report import render
from reports.load import MOST_OPERATIONS, heaviest, load_part
from reports.page import page
from tests.reports import gate_samples, load_samples, samples


def of(requests: int, *notes: str, detail: str = "") -> GateResult:
    """The load gate with this many requests."""
    gate = load_samples.load()
    first, *others = gate.criteria
    evidence = msgspec.structs.replace(
        gate.evidence, examined={"requests": requests}, notes=tuple(notes)
    )
    criteria = (msgspec.structs.replace(first, detail=detail), *others)
    return msgspec.structs.replace(gate, evidence=evidence, criteria=criteria)


def shown(gate: GateResult) -> list[str]:
    part = load_part(gate)
    assert part is not None
    assert part.times is not None
    return [name for name, _ in part.times.rows]


@pytest.mark.parametrize(
    ("requests", "last"),
    [(19, "longest"), (20, "p50"), (199, "p90"), (200, "p95"), (999, "p95"), (1000, "p99"),
     (9_999, "p99"), (10_000, "p99.9")],
)  # fmt: skip
def test_a_percentile_has_the_samples_that_it_needs(requests: int, last: str) -> None:
    names = shown(of(requests))
    assert (names[-2:] or ["longest"])[0] == last
    assert names[-1] == "longest"


def test_samples_are_the_successful_requests_of_the_load_alone() -> None:
    """The gate's count of requests holds those of the comparison too, and those that failed."""
    assert "p99" in shown(of(1500))
    assert "p99" not in shown(of(1500, load_samples.DONE.replace("3000", "999")))
    told = "of 998 successful requests"
    assert "p99" not in shown(of(1500, load_samples.DONE, detail=told))
    part = load_part(of(1500, detail=told))
    assert part is not None
    assert part.times is not None
    assert part.times.lacking == (
        "p99 needs 1,000 samples, p99.9 needs 10,000 samples; there are 998"
    )


def test_response_and_service_time_stand_side_by_side() -> None:
    part = load_part(load_samples.load())
    assert part is not None
    assert part.times is not None
    assert part.times.heads == ("Response time", "Service time")
    assert part.times.rows[0] == ("p50", ("9.19", "7.35"))


def test_of_a_closed_model_only_service_times_are_shown() -> None:
    closed = "users who each wait for their answer (closed model: service times only)"
    note = load_samples.DONE.replace("50 requests per second whatever the service does", closed)
    gate = of(3000, note)
    part = load_part(gate)
    assert part is not None
    assert part.times is not None
    assert part.times.heads == ("Service time",)
    assert part.times.rows[0] == ("p50", ("7.35",))
    html = render(samples.scorecard((gate,), Verdict.PASS, "it holds")).decode()
    assert "Times by percentile, from when a request was sent" in html
    assert "response time by percentile<" not in html


def test_the_sentence_says_what_was_done_and_why_it_is_believed() -> None:
    part = load_part(load_samples.load())
    assert part is not None
    assert (
        part.done
        == "3,000 requests in 60.0 s with 50 requests per second whatever the service does"
    )
    assert part.why == "generator CPU 12 % of a core, schedule lag p99 0.4 ms"


def test_what_the_part_shows_is_no_note_again() -> None:
    view = page(load_samples.capacity())
    [card] = [each for level in view.levels for each in level.cards if each.gate.id == "load"]
    assert card.notes == ("500 requests of the warm-up are not in the figures",)
    assert card.load is not None
    assert card.load.compared == ("p95 worse: 1.42 × the base (1.31 to 1.55)",)


def test_base_and_candidate_are_compared_up_to_p95() -> None:
    part = load_part(load_samples.load())
    assert part is not None
    assert part.sides is not None
    assert [name for name, _ in part.sides.rows] == ["p50", "p75", "p90", "p95"]
    assert part.sides.rows[0][1] == ("6.43", "9.19", "+42.9 %")
    assert load_part(gate_samples.load()).sides is None  # type: ignore[union-attr]


def test_operations_that_failed_come_first_then_the_slowest() -> None:
    part = load_part(load_samples.load(), load_samples.operations())
    assert part is not None
    assert [(one.name.split()[0], one.p95) for one in part.operations] == [
        ("POST", "—"),
        ("GET", "41.3"),
        ("GET", "7.25"),
    ]


@pytest.mark.parametrize(("count", "more"), [(MOST_OPERATIONS, 0), (MOST_OPERATIONS + 1, 1)])
def test_many_operations_are_counted(count: int, more: int) -> None:
    cell = Cell(state=Status.PASS, count=1, value=1.0)
    rows = [OperationRow(operation=f"GET /{n}", cells={Aspect.LOADED: cell}) for n in range(count)]
    part = load_part(load_samples.load(), rows)
    assert part is not None
    assert (len(part.operations), part.more) == (MOST_OPERATIONS, more)


def test_gates_without_a_load_have_no_such_part() -> None:
    assert load_part(gate_samples.lint(3), load_samples.operations()) is None
    assert load_part(load_samples.resources()) is None


def test_operations_stand_at_the_gate_with_the_most_requests() -> None:
    small = msgspec.structs.replace(of(90), id="smoke")
    assert heaviest((small, of(4000), gate_samples.lint())) == "load"
    assert heaviest((gate_samples.lint(),)) == ""
    html = render(load_samples.capacity()).decode()
    assert html.count("those that failed first") == 1


def test_every_chart_is_named_and_described_and_small() -> None:
    html = render(load_samples.capacity()).decode()
    drawn = re.findall(r'<svg class="chart".*?</svg>', html, re.DOTALL)
    assert len(drawn) == 4 + 3 + 3 + 1
    for svg in drawn:
        title, desc = re.search(r'aria-labelledby="(\S+) (\S+)"', svg).groups()  # type: ignore[union-attr]
        assert re.search(f'<title id="{title}">[^<]+</title>', svg)
        assert re.search(f'<desc id="{desc}">[^<]+</desc>', svg)
        for path in re.findall(r'<path class="curve.*?d="(.*?)"', svg):
            assert path.count(",") <= 300
