"""Expectations of an oracle against answers, at both sides of each check."""

import pytest

from gates.core.oracle import Expect
from gates.core.oracle_match import MISSING, Seen, differences, fails, same, select, status_fits

BODY = {
    "data": {"id": 7, "tags": ["a", "b"], "note": None, "a/b": 1, "m~n": 2},
    "items": [{"id": 1, "title": "x"}, {"id": 2, "title": "y"}],
    "empty": [],
    "0": "zero",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", [BODY]),
        ("/data/id", [7]),
        ("data.id", [7]),
        ("/data/a~1b", [1]),
        ("/data/m~0n", [2]),
        ("/data/note", [None]),
        ("/items/1/title", ["y"]),
        ("items.1.title", ["y"]),
        ("items.*.id", [1, 2]),
        ("items.*.none", [MISSING, MISSING]),
        ("/items/2", [MISSING]),
        ("items.-1", [MISSING]),
        ("/items/01", [{"id": 2, "title": "y"}]),
        ("empty.*", []),
        ("data.*", [MISSING]),
        ("/nothing/below", [MISSING]),
        ("0", ["zero"]),
    ],
)
def test_parts_are_found_by_pointer_or_dots(path: str, found: list[object]) -> None:
    assert select(BODY, path) == found


@pytest.mark.parametrize(
    ("said", "holds", "breaks"),
    [
        (7, [7, 7.0], [8, "7", True, None, MISSING]),
        (True, [True], [1, "true", MISSING]),
        ("x", ["x"], ["X", "", MISSING]),
        ([1, 2], [[1, 2]], [[2, 1], [1], MISSING]),
        ({"equals": {"a": 1}}, [{"a": 1.0}], [{"a": 1, "b": 2}, {}, MISSING]),
        ({"not": "x"}, ["y", None], ["x", MISSING]),
        ({"type": "string"}, ["", "1"], [1, None, MISSING]),
        ({"type": "integer"}, [1, 2.0, -3], [1.5, True, "1", MISSING]),
        ({"type": "number"}, [1, 1.5], [True, "1", MISSING]),
        ({"type": "boolean"}, [False], [0, "", MISSING]),
        ({"type": "array"}, [[]], [{}, "", MISSING]),
        ({"type": "object"}, [{}], [[], None, MISSING]),
        ({"type": "null"}, [None], [0, "", MISSING]),
        ({"matches": "^a.c$"}, ["abc"], ["abcd", 5, None, MISSING]),
        ({"contains": "b"}, ["abc", ["a", "b"], {"b": 1}], ["ac", ["ab"], {"a": "b"}, 5, MISSING]),
        ({"contains": {"id": 1}}, [[{"id": 1, "x": 2}]], [[{"id": 2}], [], MISSING]),
        ({"lacks": "b"}, ["ac", [], {}], ["abc", ["b"], MISSING]),
        ({"length": 2}, ["ab", [1, 2], {"a": 1, "b": 2}], ["a", [1], 2, MISSING]),
        ({"at_least": 3}, [3, 3.5], [2.99, "3", True, MISSING]),
        ({"at_most": 3}, [3, -1], [3.01, None, MISSING]),
        ({"at_least": 1, "at_most": 3}, [1, 3], [0, 4]),
        ({"one_of": ["a", 1]}, ["a", 1.0], ["b", True, MISSING]),
        ({"present": True}, [None, 0, ""], [MISSING]),
        ({"present": False}, [MISSING], [None, 0]),
        ({"absent": True}, [MISSING], [None, 0, ""]),
        ({"absent": False}, [None, 0], [MISSING]),
        ({"present": True, "type": "string"}, ["a"], [1, MISSING]),
    ],
)
def test_each_check_at_both_sides(said: object, holds: list[object], breaks: list[object]) -> None:
    assert [found for found in holds if fails(said, found)] == []
    assert [found for found in breaks if not fails(said, found)] == []


@pytest.mark.parametrize(
    ("said", "fits", "other"),
    [
        (200, 200, 201),
        ([200, 204], 204, 202),
        ("2xx", 299, 300),
        ("2XX", 200, 199),
        ("404", 404, 4),
    ],
)
def test_statuses(said: object, fits: int, other: int) -> None:
    assert status_fits(said, fits)
    assert not status_fits(said, other)


def test_truth_is_no_number() -> None:
    assert not same(True, 1)
    assert not same([True], [1])
    assert not same({"a": 0}, {"a": False})


def test_every_difference_is_told_with_what_was_found() -> None:
    expect = Expect(
        status=[201, 204],
        headers={"Location": "/v1/notes/7", "X-None": {"absent": True}},
        text={"lacks": "secret"},
        json={"/id": 7, "items.*": 1, "name": {"matches": "^{word}$"}},
    )
    seen = Seen(
        status=200,
        headers=(("location", "/v1/notes/8"), ("x-none", "1")),
        text='{"id": 8, "secret": 1}',
        json={"id": 8, "items": [], "name": "a.c"},
    )
    assert differences(expect, seen, {"word": "abc"}, {}) == (
        "status: expected 201 or 204, found 200",
        'header Location: expected "/v1/notes/7", found "/v1/notes/8"',
        'header X-None: expected to be absent, found "1"',
        'the body\'s text: expected lacks "secret", found "{\\"id\\": 8, \\"secret\\": 1}"',
        "/id: expected 7, found 8",
        "items.*: expected at least one item, found an empty list",
        'name: expected matches "^abc$", found "a.c"',
    )


def test_a_value_in_a_pattern_is_taken_literally() -> None:
    expect = Expect(json={"name": {"matches": "^{word}$"}})
    assert differences(expect, Seen(json={"name": "abc"}), {"word": "a.c"}, {})
    assert not differences(expect, Seen(json={"name": "a.c"}), {"word": "a.c"}, {})


def test_several_headers_of_one_name_are_one() -> None:
    seen = Seen(headers=(("Vary", "a"), ("vary", "b")))
    assert differences(Expect(headers={"VARY": "a, b"}), seen, {}, {}) == ()
