"""The evaluation algorithm of OSV over ranges of npm: both sides of every event."""

from typing import Any

import pytest

from gates.core import semver
from gates.core.osv_ranges import Rules, affects, fixed, in_range

RULES = Rules(semver.parse, ("SEMVER", "ECOSYSTEM"))


def events(text: str) -> list[dict[str, str]]:
    """`i0 f1.2` -> introduced 0, fixed 1.2."""
    kinds = {"i": "introduced", "f": "fixed", "a": "last_affected", "l": "limit"}
    return [{kinds[word[0]]: word[1:]} for word in text.split()]


@pytest.mark.parametrize(
    ("text", "version", "hit"),
    [
        ("i0 f4.17.12", "4.17.11", True),
        ("i0 f4.17.12", "4.17.12", False),
        ("i0 f4.17.12", "4.17.12-rc.1", True),
        ("i0 f4.17.12", "0.0.0-0", True),
        ("i0 f4.17.12", "10.0.0", False),
        ("i1.0.0 f1.2.3", "0.2.1", False),
        ("i1.0.0 f1.2.3", "1.0.0", True),
        ("i1.0.0 f1.2.3", "1.0.0-alpha", False),
        ("i1.0.0-0 f1.2.3", "1.0.0-alpha", True),
        ("i1.0.0 f1.2.3", "1.2.2", True),
        ("i1.0.0 f1.2.3", "1.2.10", False),
        ("i0 a2.0.0", "2.0.0", True),
        ("i0 a2.0.0", "2.0.1-0", False),
        ("i0 a2.0.0", "2.0.0+build", True),
        ("i0 a2.0.0", "2.0.1", False),
        ("i0 f0.2.1 i1.0.0 f1.2.3", "0.2.0", True),
        ("i0 f0.2.1 i1.0.0 f1.2.3", "0.2.1", False),
        ("i0 f0.2.1 i1.0.0 f1.2.3", "1.2.2", True),
        ("f1.2.3 i1.0.0 f0.2.1 i0", "0.3.0", False),
        ("f1.2.3 i1.0.0 f0.2.1 i0", "1.1.0", True),
        ("i1.0.0 f1.0.0", "1.0.0", True),
        ("i0", "99.0.0", True),
        ("i2.0.0", "1.9.9", False),
        ("i0 l3.0.0", "2.9.9", True),
        ("i0 l3.0.0", "3.0.0", False),
        ("i0 l1.0.0 l3.0.0", "2.0.0", True),
        ("i0 l*", "99.0.0", True),
        ("ix f2.0.0", "1.0.0", True),
        ("i0 fx", "1.0.0", True),
        ("i0 f0", "1.0.0", False),
        ("f2.0.0", "1.0.0", False),
        ("", "1.0.0", False),
        ("i0", "no version", False),
    ],
)
def test_which_versions_lie_in_a_range(text: str, version: str, hit: bool) -> None:
    assert in_range(events(text), version, semver.parse) is hit
    assert in_range(events(text)[::-1], version, semver.parse) is hit, "events have no order"


@pytest.mark.parametrize(
    ("part", "version", "hit"),
    [
        ({"versions": ["1.0.0", "1.0.2"]}, "1.0.2", True),
        ({"versions": ["1.0.0", "1.0.2"]}, "1.0.1", False),
        ({"versions": ["v1.0"]}, "1.0.0", True),
        ({"versions": ["odd"]}, "odd", True),
        ({"ranges": [{"type": "SEMVER", "events": events("i0 f2.0.0")}]}, "1.0.0", True),
        ({"ranges": [{"type": "ECOSYSTEM", "events": events("i0 f2.0.0")}]}, "1.0.0", True),
        ({"ranges": [{"type": "GIT", "events": events("i0")}]}, "1.0.0", False),
        ({"ranges": [{"type": "SEMVER", "events": events("i5.0.0")},
                     {"type": "SEMVER", "events": events("i0 f2.0.0")}]}, "1.0.0", True),
        ({"versions": ["3.0.0"],
          "ranges": [{"type": "SEMVER", "events": events("i0 f2.0.0")}]}, "3.0.0", True),
        ({"ranges": "none", "versions": 3}, "1.0.0", False),
        ({"ranges": [{"type": "SEMVER", "events": None}, 3]}, "1.0.0", False),
        ({}, "1.0.0", False),
    ],
)  # fmt: skip
def test_which_versions_an_entry_affects(part: Any, version: str, hit: bool) -> None:
    assert affects(part, version, RULES) is hit


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.1.0", ("0.2.1",)), ("1.1.0", ("1.2.3",)), ("0.2.1", ()), ("2.0.0", ())],
)
def test_the_fix_is_that_of_the_range_in_which_the_version_lies(
    version: str, expected: tuple[str, ...]
) -> None:
    part = {"ranges": [{"type": "SEMVER", "events": events(text)}
                       for text in ("i0 f0.2.1", "i1.0.0 f1.2.3")]}  # fmt: skip
    assert fixed(part, version, RULES) == expected
    both = {"ranges": [{"type": "SEMVER", "events": events("i0 f0.2.1 i1.0.0 f1.2.3")}]}
    assert affects(both, version, RULES) is bool(expected)
