"""Lines of a log as fields, in JSON and in text."""

import pytest

from gates.core.log_lines import field, read, said, trace_fields, with_id

TRACE = "0af7651916cd43dd8448eb211c80319c"  # pragma: allowlist secret


@pytest.mark.parametrize(
    "line", ["plain", "[1]", '"x"', "null", '{"a": 1', "[" * 100_000, "GET / 200"]
)
def test_what_is_no_json_object_has_no_fields(line: str) -> None:
    assert read(line, "json")[0].fields is None


def test_blank_lines_are_none_and_the_others_keep_their_order() -> None:
    assert [line.fields for line in read('{"a":1}\n\n  \n{"a":2}\n', "json")] == [
        {"a": 1},
        {"a": 2},
    ]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('{"a": {"b": 1}}', "a.b", 1),
        ('{"a.b": 2, "a": {"b": 1}}', "a.b", 2),
        ('{"a": 1}', "a.b", None),
        ('{"a": null}', "a", None),
        ("plain", "a", None),
    ],
)
def test_fields_may_be_nested(text: str, name: str, value: object) -> None:
    assert field(read(text, "json")[0], name) == value


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("2026-01-02T10:00:00Z INFO request id=7", "level", "INFO"),
        ("2026-01-02T10:00:00Z INFO request id=7", "time", "10:00:00"),
        ('x action="order placed" user=ada', "action", "order placed"),
        ('x action="order placed" user=ada', "user", "ada"),
        ("level=warn x", "level", "warn"),
        ("information only", "level", None),
        ("path=/a?b=c", "path", "/a?b=c"),
    ],
)
def test_text_has_pairs_a_level_and_a_time(text: str, name: str, value: object) -> None:
    assert field(read(text, "text")[0], name) == value


@pytest.mark.parametrize("value", ['""', "null", '"-"', "[]", "{}"])
def test_a_field_that_says_nothing_is_none(value: str) -> None:
    assert not said(read(f'{{"user": {value}}}', "json")[0], "user")


def test_a_field_of_zero_or_false_says_something() -> None:
    assert said(read('{"user": 0}', "json")[0], "user")


def test_the_lines_of_a_request_are_those_with_its_id() -> None:
    lines = read('{"id": "a"}\n{"id": "b"}\n{"message": "a"}\n', "json")
    assert with_id(lines, "id", ["a"], "json") == lines[:1]
    assert with_id(lines, "id", [""], "json") == ()
    text = read("1 a x\n2 b y\n", "text")
    assert with_id(text, "id", ["b"], "text") == text[1:]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'{{"trace_id": "{TRACE}"}}', ("trace_id",)),
        (f'{{"traceparent": "00-{TRACE}-b7ad6b7169203331-01"}}', ("traceparent",)),
        (f'{{"otelTraceID": "{TRACE}"}}', ("otelTraceID",)),
        (f'{{"dd": {{"trace_id": "{TRACE}"}}}}', ("dd.trace_id",)),
        ('{"otelTraceID": "0"}', ()),
        ('{"trace_id": null}', ()),
        ('{"backtrace_ids": "x"}', ()),
    ],
)
def test_the_fields_of_a_trace_are_known_by_their_names(text: str, found: tuple[str, ...]) -> None:
    assert trace_fields(read(text, "json")[0]) == found
