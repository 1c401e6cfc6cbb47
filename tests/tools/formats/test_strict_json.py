"""Every bad document of spec B1 to B13 is refused with its own word; good ones are read."""

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import strict_json


def refused(data: bytes | None, **limits: int) -> ParseError:
    with pytest.raises(ParseError) as caught:
        strict_json.decode(data, what="the report", **limits)
    return caught.value


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        pytest.param(None, Reason.NO_RESULT, "the report: no result", id="B1-absent"),
        pytest.param(b"", Reason.EMPTY_RESULT, "the report: the result is empty", id="B2-empty"),
        pytest.param(b" \n", Reason.EMPTY_RESULT, "the report: the result is empty", id="blank"),
        pytest.param(b'{"a": [1, 2', Reason.UNREADABLE_RESULT, "unparsable", id="B3-truncated"),
        pytest.param(b"Traceback", Reason.UNREADABLE_RESULT, "unparsable", id="garbage"),
        pytest.param(b"{} {}", Reason.UNREADABLE_RESULT, "unparsable", id="two-documents"),
        pytest.param(
            '{"a": 1}'.encode("utf-16"), Reason.UNREADABLE_RESULT, "encoding", id="B5-utf16"
        ),
        pytest.param(
            '{"a": 1}'.encode("utf-16-le"), Reason.UNREADABLE_RESULT, "encoding", id="B5-utf16-le"
        ),
        pytest.param(
            '"caf\xe9"'.encode("latin-1"), Reason.UNREADABLE_RESULT, "encoding", id="B5-latin1"
        ),
        pytest.param(
            b'{"result":"FAILED","result":"PASSED"}',
            Reason.UNREADABLE_RESULT,
            "duplicate-key: 'result'",
            id="B6-duplicate",
        ),
        pytest.param(b"[NaN]", Reason.UNREADABLE_RESULT, "non-finite number", id="B7-nan"),
        pytest.param(b"[-Infinity]", Reason.UNREADABLE_RESULT, "non-finite number", id="B7-inf"),
        pytest.param(b"[" * 100_000, Reason.UNREADABLE_RESULT, "too-deep", id="B8-open"),
        pytest.param(
            b"[" * 100_000 + b"]" * 100_000, Reason.UNREADABLE_RESULT, "too-deep", id="B8-closed"
        ),
        pytest.param(b"9" * 5000, Reason.UNREADABLE_RESULT, "number-too-large", id="B9-integer"),
        pytest.param(b"1e999", Reason.UNREADABLE_RESULT, "number-too-large", id="B9-real"),
    ],
)
def test_bad_documents_are_refused_with_their_word(
    data: bytes | None, reason: Reason, word: str
) -> None:
    error = refused(data)
    assert error.reason is reason
    assert error.detail.startswith(word)
    assert "the report" in error.detail


def test_a_byte_order_mark_is_read_b4() -> None:
    assert strict_json.decode(b'\xef\xbb\xbf{"a": [1, 2.5, true, null]}', what="x") == {
        "a": [1, 2.5, True, None]
    }


def test_lone_surrogates_become_visible_text_b10() -> None:
    value = strict_json.decode(rb'{"\ud800": ["a\udfffb", "\ud83d\ude00"]}', what="x")
    assert value == {"\\ud800": ["a\\udfffb", "\U0001f600"]}
    assert str(value).encode()


@pytest.mark.parametrize(("levels", "good"), [(200, True), (201, False)])
def test_depth_is_bounded_on_both_sides(levels: int, good: bool) -> None:
    data = b"[" * levels + b"1" + b"]" * levels
    if good:
        strict_json.decode(data, what="x")
    else:
        assert refused(data).detail.startswith("too-deep")


def test_many_brackets_are_not_depth() -> None:
    assert strict_json.decode(b"[" + b",".join([b"[]"] * 300) + b"]", what="x") == [[]] * 300


@pytest.mark.parametrize(("digits", "good"), [(100, True), (101, False)])
def test_length_of_integers_is_bounded(digits: int, good: bool) -> None:
    data = b"7" * digits
    if good:
        assert strict_json.decode(data, what="x") == int(data)
    else:
        assert refused(data).detail.startswith("number-too-large")


def test_size_is_bounded() -> None:
    assert strict_json.decode(b"[1]", what="x", limit=3) == [1]
    assert refused(b"[1] ", limit=3).reason is Reason.OUTPUT_TOO_LARGE


def test_lines_skip_blanks_and_name_the_bad_one() -> None:
    assert strict_json.decode_lines(b'{"a":1}\n\n[2]\n', what="x") == ({"a": 1}, [2])
    with pytest.raises(ParseError, match="line 2"):
        strict_json.decode_lines(b"{}\n{", what="x")


def test_shape_names_the_path_b12() -> None:
    assert strict_json.decode_as(b'{"a": 1}', dict[str, int], what="x") == {"a": 1}
    with pytest.raises(ParseError, match=r"schema: Expected `int`, got `str` - at `\$\[...\]`"):
        strict_json.decode_as(b'{"a": "1"}', dict[str, int], what="x")
    with pytest.raises(ParseError, match="schema: Expected `object`, got `array`"):
        strict_json.decode_as(b"[]", dict[str, int], what="x")
