"""Spans of real exporters, as lines, and told apart by request."""

import json
from pathlib import Path

import pytest

from gates.core.spans import (
    Span,
    SpanError,
    Window,
    from_json,
    from_protobuf,
    is_complete,
    line,
    lines,
    of_requests,
)

EXPORT = (Path(__file__).parent / "data" / "otlp-python-1.45.2.bin").read_bytes()
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"  # pragma: allowlist secret


def test_a_recorded_export_of_the_python_sdk() -> None:
    read, changed, outer = from_protobuf(EXPORT)
    assert {one.trace for one in (read, changed, outer)} == {TRACE}
    assert outer.parent == PARENT
    assert {read.parent, changed.parent} == {outer.id}
    assert read.statement == "SELECT * FROM things WHERE id = ?"
    assert read.attributes == {
        "db.system.name": "sqlite",
        "db.query.text": "SELECT * FROM things WHERE id = ?",
        "db.response.returned_rows": -3,
        "db.share": 1.5,
        "db.cached": True,
    }
    assert changed.statement == "UPDATE things SET n = 1"
    assert (read.failed, changed.failed) == (False, True)
    assert outer.attributes == {"http.request.method": "GET", "http.route": "/things"}
    assert (read.is_query, outer.is_query, outer.statement) == (True, False, "")
    assert 0 < read.ms < 1000


def test_every_cut_of_an_export_is_refused_or_gives_fewer_spans() -> None:
    for end in range(1, len(EXPORT)):
        with pytest.raises(SpanError):
            from_protobuf(EXPORT[:end])


def _sent(**more: object) -> bytes:
    span = {"traceId": "AB" * 16, "spanId": "CD" * 8, "name": "q", **more}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def test_the_json_form() -> None:
    attributes = [
        {"key": "db.query.text", "value": {"stringValue": "SELECT 1"}},
        {"key": "db.rows", "value": {"intValue": "-3"}},
        {"key": "db.list", "value": {"arrayValue": {}}},
        {"key": "enduser.id", "value": {"stringValue": "somebody"}},
    ]
    times = {"startTimeUnixNano": "1000000", "endTimeUnixNano": 3000000}
    (span,) = from_json(_sent(parentSpanId="EF" * 8, attributes=attributes, **times))
    assert span == Span(
        trace="ab" * 16,
        id="cd" * 8,
        parent="ef" * 8,
        name="q",
        start_ns=1_000_000,
        end_ns=3_000_000,
        attributes={"db.query.text": "SELECT 1", "db.rows": -3},
    )
    assert span.ms == 2.0


@pytest.mark.parametrize(("code", "failed"), [(0, False), (1, False), (2, True)])
def test_a_failed_span(code: int, failed: bool) -> None:
    assert from_json(_sent(status={"code": code}))[0].failed is failed


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"1", b"{", b'{"resourceSpans": [1]}'])
def test_what_is_no_export_is_refused(data: bytes) -> None:
    with pytest.raises(SpanError):
        from_json(data)


def test_an_export_of_nothing_is_nothing() -> None:
    assert from_json(b"{}") == from_protobuf(b"") == ()


def test_a_long_statement_is_cut() -> None:
    text = "SELECT " + "x" * 50_000
    attributes = [{"key": "db.statement", "value": {"stringValue": text}}]
    assert len(from_json(_sent(attributes=attributes))[0].statement) == 20_000


def test_lines_come_back_and_a_half_one_is_left_out() -> None:
    spans = from_protobuf(EXPORT)
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
