"""Numbers for people: stable, never rounded across a bound, with the distance to it."""

import pytest

from gates.core.model import Status
from reports.numbers import age, duration, headroom, number, shown_value, with_unit
from tests.reports.part_samples import criterion


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0.0, "0"),
        (-0.0, "0"),
        (12345.0, "12,345"),
        (1234.56, "1,234.6"),
        (99.994, "99.99"),
        (14.1, "14.1"),
        (1.0 / 3, "0.333"),
        (0.00123456, "0.00123"),
        (0.00001, "1e-05"),
        (1.5e12, "1,500,000,000,000"),
        (2.5e18, "2.5e+18"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
        (-17.25, "-17.25"),
    ],
)
def test_number(value: float | None, text: str) -> None:
    assert number(value) == text


def test_unit() -> None:
    assert with_unit(12.0, "percent") == "12 %"
    assert with_unit(12.0, "ms") == "12 ms"
    assert with_unit(12.0, "") == "12"
    assert with_unit(None, "ms") == "—"


@pytest.mark.parametrize(
    ("passes", "value", "base", "text", "kept"),
    [
        ("< 200", 150.0, None, "50 (25 %) to spare", True),
        ("< 200", 200.0, None, "at the bound", False),
        ("<= 200", 200.0, None, "met", True),
        ("< 200", 215.5, None, "15.5 (7.8 %) over", False),
        (">= 90", 91.0, None, "1 (1.1 %) to spare", True),
        (">= 90", 88.5, None, "1.5 (1.7 %) short", False),
        (">= 1", 143.0, None, "142 to spare", True),
        ("== 0", 0.0, None, "met", True),
        ("== 0", 3.0, None, "3 over", False),
        ("== 100", 97.0, None, "3 short", False),
        ("<= +5", 14.0, 10.0, "1 (6.7 %) to spare", True),
        ("<= +10%", 14.0, 10.0, "3 (27.3 %) over", False),
    ],
)
def test_headroom(passes: str, value: float, base: float | None, text: str, kept: bool) -> None:
    result = criterion("a", "A", Status.PASS, "", value=value, passes=passes, base=base)
    found = headroom(result)
    assert found is not None
    assert (found.text, found.kept) == (text, kept)


@pytest.mark.parametrize(
    ("passes", "value", "base"),
    [
        ("< 200", None, None),
        ("< 200", float("nan"), None),
        ("<= +5", 3.0, None),
        ("< 5 or > 9", 3.0, None),
        ("", 3.0, None),
    ],
)
def test_no_headroom_without_value_or_one_bound(
    passes: str, value: float | None, base: float | None
) -> None:
    result = criterion("a", "A", Status.NO_DATA, "", value=value, passes=passes, base=base)
    assert headroom(result) is None


@pytest.mark.parametrize(("passes", "share"), [("< 200", 0.25), ("== 50", None), ("> 0", None)])
def test_a_bar_only_where_it_says_something(passes: str, share: float | None) -> None:
    found = headroom(criterion("a", "A", Status.PASS, "", value=50.0, passes=passes))
    assert found is not None
    assert found.share == share


def test_rounding_never_hides_a_miss() -> None:
    near = criterion("a", "A", Status.FAIL, "", value=89.9999, passes=">= 90", unit="percent")
    assert shown_value(near) == "89.9999 %"
    far = criterion("a", "A", Status.FAIL, "", value=12.3456, passes=">= 90", unit="percent")
    assert shown_value(far) == "12.35 %"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 ms"),
        (0.999, "999 ms"),
        (0.9996, "1.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (185.0, "3 min 05 s"),
        (-1.0, "—"),
        (float("nan"), "—"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (119.0, "1 min"),
        (3599.4, "59 min"),
        (3599.6, "1 h"),
        (86_399.0, "23 h"),
        (86_400.0, "1 d"),
        (1e9, "11,574 d"),
        (-1.0, "—"),
        (float("inf"), "—"),
    ],
)
def test_age(seconds: float, text: str) -> None:
    assert age(seconds) == text
