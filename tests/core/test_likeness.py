"""When two answers show the same object, and when one has changed."""

from typing import Any

import pytest

from gates.core.likeness import changed, equal, restless, same_object

OWN = {"id": 7, "title": "secret", "mail": "a@example.com", "may_edit": True, "note": None}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (OWN, True),
        ({**OWN, "may_edit": False}, True),
        ({**OWN, "more": 1}, True),
        ({**OWN, "mail": "a***@example.com"}, False),
        ({**OWN, "id": 8}, False),
        ({"id": 7, "title": "secret"}, False),
        ({"error": "not found"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_the_same_object(seen: Any, expected: bool) -> None:
    """A view with fewer or masked fields is another one: a public profile."""
    assert same_object(seen, OWN) is expected


@pytest.mark.parametrize("own", [{"ok": True}, {}, [], None, {"count": 0}, ""])
def test_what_says_nothing_is_nobodys_object(own: Any) -> None:
    assert same_object(own, own) is False


def test_what_changes_by_itself_is_left_out() -> None:
    first, second = {"id": 7, "asked": 1}, {"id": 7, "asked": 2}
    assert same_object(second, first) is False
    assert same_object({"id": 7, "asked": 3}, first, restless(first, second)) is True


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"a": 1, "at": "2026-01-01T00:00:00Z"}, False),
        ({"a": 1, "at": "2026-01-02T00:00:00Z"}, False),
        ({"a": 2, "at": "2026-01-01T00:00:00Z"}, True),
        ({"a": 1, "at": None}, True),
        ({"a": 1, "at": "2026-01-01T00:00:00Z", "b": 1}, True),
    ],
)
def test_a_time_alone_is_no_change(after: Any, expected: bool) -> None:
    assert changed({"a": 1, "at": "2026-01-01T00:00:00Z"}, after) is expected


@pytest.mark.parametrize(
    ("sent", "back", "expected"),
    [
        (1, 1.0, True),
        (1000003, "1000003.00", True),
        (True, 1, True),
        (True, "true", True),
        (True, False, False),
        (True, "yes", False),
        ("admin", "admin", True),
        ("admin", "user", False),
        ("2001-02-03T04:05:06Z", "2001-02-03 04:05:06+00:00", True),
        ("2001-02-03T04:05:06Z", "2026-02-03T04:05:06Z", False),
        (1, None, False),
    ],
)
def test_a_value_that_came_back(sent: Any, back: Any, expected: bool) -> None:
    assert equal(sent, back) is expected
