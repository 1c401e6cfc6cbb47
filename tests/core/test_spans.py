"""Spans as lines, and told apart by request."""

import pytest

from gates.core.spans import Span, Window, is_complete, kept, line, lines, of_requests

KEPT = {"db.query.text": "SELECT \u00e9", "db.rows": -3, "db.share": 1.5, "db.cached": True}


def test_what_is_kept_of_a_span() -> None:
    strange = {"enduser.id": "somebody", "db.list": None}
    assert kept([*KEPT.items(), *strange.items()]) == KEPT


def test_a_long_statement_is_cut() -> None:
    text = "SELECT " + "x" * 50_000
    assert len(str(kept([("db.statement", text)])["db.statement"])) == 20_000


@pytest.mark.parametrize(
    ("attributes", "statement", "is_query"),
    [
        ({"db.query.text": "SELECT 1"}, "SELECT 1", True),
        ({"db.statement": "SELECT 2"}, "SELECT 2", True),
        ({"db.system": "redis"}, "", True),
        ({"http.route": "/"}, "", False),
    ],
)
def test_the_request_to_a_database(
    attributes: dict[str, str], statement: str, is_query: bool
) -> None:
    span = Span(trace="a", id="1", attributes=attributes)
    assert (span.statement, span.is_query) == (statement, is_query)


def test_lines_come_back_and_a_half_one_is_left_out() -> None:
    spans = (Span(trace="a", id="1", attributes=KEPT, end_ns=2**64 - 1), _span("b", 3, "1"))
    text = b"".join(line(span) for span in spans)
    assert tuple(lines(text.splitlines(keepends=True))) == spans
    assert tuple(lines(text[:-5].splitlines(keepends=True))) == spans[:-1]


def _span(trace: str, start_ns: int, parent: str = "") -> Span:
    return Span(trace=trace, id="1", parent=parent, start_ns=start_ns, end_ns=start_ns + 1)


FIRST = Window(trace="a", span="x", begin_ns=0, end_ns=10)
SECOND = Window(trace="b", span="y", begin_ns=20, end_ns=30)


def test_spans_belong_to_the_request_of_their_trace() -> None:
    spans = [_span("b", 25), _span("a", 7), _span("a", 3)]
    first, second = of_requests(spans, [FIRST, SECOND])
    assert [one.start_ns for one in first] == [3, 7]
    assert [one.start_ns for one in second] == [25]


@pytest.mark.parametrize(
    ("start_ns", "found"),
    [(-1, (0, 0)), (0, (1, 0)), (10, (1, 0)), (11, (0, 0)), (20, (0, 1)), (31, (0, 0))],
)
def test_a_trace_of_the_services_own_belongs_to_the_request_in_whose_time_it_begins(
    start_ns: int, found: tuple[int, int]
) -> None:
    first, second = of_requests([_span("c", start_ns)], [FIRST, SECOND])
    assert (len(first), len(second)) == found


def test_a_strange_trace_is_nobodys_where_the_request_has_its_own_or_two_overlap() -> None:
    assert len(of_requests([_span("a", 3), _span("c", 4)], [FIRST])[0]) == 1
    both = of_requests([_span("c", 5)], [FIRST, Window(trace="d", span="z", begin_ns=4, end_ns=9)])
    assert both == ((), ())


def test_a_request_is_complete_with_the_span_that_answers_it() -> None:
    assert is_complete([_span("a", 1, parent="x")], FIRST)
    assert not is_complete([_span("a", 1, parent="other")], FIRST)
    assert not is_complete([_span("b", 1, parent="x")], FIRST)
