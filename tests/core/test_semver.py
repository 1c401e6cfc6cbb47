"""The order of versions: the examples of the specification and npm's loose spellings."""

from itertools import pairwise

import pytest

from gates.core import semver

ORDERED = (
    "0.0.0-0", "0.0.0", "0.0.4", "0.10.0", "1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-10",
    "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc.1.0", "1.0.0", "1.0.1-a", "1.0.1", "1.2.0", "1.10.0",
    "2.0.0-alpha", "2.0.0", "10.0.0",
)  # fmt: skip


def test_each_version_is_below_the_next() -> None:
    keys = [semver.parse(text) for text in ORDERED]
    assert all(a is not None and b is not None and a < b for a, b in pairwise(keys))


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.0.0", "1.0.0+build.1"), ("1.2", "1.2.0"), ("v1.2.3", "1.2.3"), ("=1", "1.0.0"),
     (" 1.2.3 ", "1.2.3"), ("1.2.3-a+b", "1.2.3-a")],
)  # fmt: skip
def test_spellings_of_one_version(one: str, other: str) -> None:
    assert semver.parse(one) == semver.parse(other)


@pytest.mark.parametrize(
    "text", ["", "x", "1.x", "1.2.3.4", "1.2.3-", "1.2.3-a..b", "1.2.3_4", "-1", "1." + "9" * 101,
             "git+https://code.example/a"]
)  # fmt: skip
def test_what_is_no_version(text: str) -> None:
    assert semver.parse(text) is None
