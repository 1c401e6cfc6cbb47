"""Exports of real exporters in both forms, and what is none."""

import json
import struct
from pathlib import Path

import pytest

from gates.core.spans import Span, line, lines
from gates.shell.otlp_export import SpanError, from_json, from_protobuf

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


def test_every_cut_of_an_export_is_refused() -> None:
    for end in range(1, len(EXPORT)):
        with pytest.raises(SpanError):
            from_protobuf(EXPORT[:end])


def _part(number: int, body: bytes) -> bytes:
    """One field of bytes, as Protocol Buffers write it."""
    length, text = len(body), bytearray([number << 3 | 2])
    while length > 0x7F:
        text.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*text, length]) + body


def _exported(span: bytes) -> bytes:
    return _part(1, _part(2, _part(2, span)))


def _nested(depth: int) -> bytes:
    """A span with an attribute that is a list in a list and so on."""
    value = b""
    for _ in range(depth):
        value = _part(5, _part(1, value))
    return _exported(_part(9, _part(1, b"db.list") + _part(2, value)))


def test_lists_that_lie_in_each_other_are_passed_over_up_to_a_bound() -> None:
    (span,) = from_protobuf(_nested(40))
    assert span.attributes == {}
    with pytest.raises(SpanError, match="no protobuf of OTLP"):
        from_protobuf(_nested(10_000))


@pytest.mark.parametrize(
    "span",
    [b"\x0b\x01", b"\x00\x01", b"\x38" + b"\xff" * 11, b"\x0a\x05abc", _part(5, b"\xff")],
    ids=["a group without an end", "field 0", "a long number", "cut off", "no UTF-8"],
)
def test_what_is_no_message_is_refused(span: bytes) -> None:
    with pytest.raises(SpanError, match="no protobuf of OTLP"):
        from_protobuf(_exported(span))


def test_fields_of_later_versions_are_passed_over() -> None:
    (span,) = from_protobuf(_exported(_part(5, b"q") + _part(15, b"") + b"\xfa\x3f\x01x"))
    assert span.name == "q"


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


def test_every_cut_of_the_json_form_is_refused() -> None:
    text = _sent(attributes=[{"key": "db.cached", "value": {"boolValue": False}}])
    assert from_json(text)[0].attributes == {"db.cached": False}
    for end in range(len(text)):
        with pytest.raises(SpanError):
            from_json(text[:end])


@pytest.mark.parametrize(
    ("code", "failed"),
    [(0, False), (1, False), (2, True), ("STATUS_CODE_OK", False), ("STATUS_CODE_ERROR", True)],
)
def test_a_failed_span(code: int | str, failed: bool) -> None:
    assert from_json(_sent(status={"code": code}))[0].failed is failed


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"1",
        b"{",
        b'{"resourceSpans": [1]}',
        b'{"x": "\xff", "resourceSpans": "\xff"}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "without ids"}]}]}]}',
        b'{"x":' + b"[" * 100_000,
        _sent(startTimeUnixNano="-1"),
        _sent(endTimeUnixNano="1" + "0" * 5000),
        _sent(attributes=["db.rows"]),
    ],
)
def test_what_is_no_export_is_refused(data: bytes) -> None:
    with pytest.raises(SpanError, match="no JSON of OTLP"):
        from_json(data)


@pytest.mark.parametrize(
    ("number", "is_one"),
    [(2**63 - 1, True), (2**63, False), (-(2**63), True), (-(2**63) - 1, False)],
)
def test_numbers_have_64_bits(number: int, is_one: bool) -> None:
    text = _sent(attributes=[{"key": "db.rows", "value": {"intValue": str(number)}}])
    if is_one:
        assert from_json(text)[0].attributes == {"db.rows": number}
        return
    with pytest.raises(SpanError):
        from_json(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_left_out_of_the_lines(number: str) -> None:
    share = struct.pack("<d", float(number))
    pair = _part(1, b"db.share") + _part(2, b"\x21" + share)
    said = _sent(attributes=[{"key": "db.share", "value": {"doubleValue": number}}])
    for (span,) in (from_protobuf(_exported(_part(9, pair))), from_json(said)):
        assert span.attributes == {}
        assert list(lines([line(span)])) == [span]


def test_the_latest_time_comes_back_from_a_line() -> None:
    (span,) = from_json(_sent(endTimeUnixNano=str(2**64 - 1)))
    assert list(lines([line(span)])) == [span]


def test_an_export_of_nothing_is_nothing() -> None:
    assert from_json(b"{}") == from_protobuf(b"") == ()
