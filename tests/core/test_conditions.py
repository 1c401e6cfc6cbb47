"""Conditions: what is read, what is refused, and both sides of each bound."""

import math

import pytest

from gates.core.conditions import Condition, Relative, parse


@pytest.mark.parametrize(
    ("text", "expected", "shown"),
    [
        (">= 90", Condition(">=", 90.0), ">= 90"),
        ("<0.1", Condition("<", 0.1), "< 0.1"),
        (" ==  0 ", Condition("==", 0.0), "== 0"),
        ("!= 1e3", Condition("!=", 1000.0), "!= 1000"),
        ("<= +0", Condition("<=", 0.0, Relative.ABSOLUTE), "<= +0"),
        ("> -5", Condition(">", -5.0, Relative.ABSOLUTE), "> -5"),
        ("<= +10%", Condition("<=", 10.0, Relative.PERCENT), "<= +10%"),
        (">= -2.5 %", Condition(">=", -2.5, Relative.PERCENT), ">= -2.5%"),
    ],
)
def test_conditions_are_read_and_shown(text: str, expected: Condition, shown: str) -> None:
    assert parse(text) == expected
    assert str(parse(text)) == shown
    assert parse(str(parse(text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "90",
        "=< 90",
        "= 90",
        "< ",
        "< nan",
        "< inf",
        "<= 1e999",
        "<= 10%",
        "< 1 2",
        "< 1,5",
        "< \u0661",
        "< .5",
        "< 5.",
        "<> 5",
        "< 0x10",
        "< 1_000",
        "< 5\n< 6",
    ],
)
def test_b37_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one of == |a number small|a sign"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "base", "value", "expected"),
    [
        (">= 90", None, 90.0, True),
        (">= 90", None, 89.999, False),
        ("<= 200", None, 200.0, True),
        ("<= 200", None, 200.001, False),
        ("< 0.1", None, 0.1, False),
        ("< 0.1", None, 0.0999, True),
        ("> 1", None, 1.0, False),
        ("> 1", None, 1.001, True),
        ("== 0", None, 0.0, True),
        ("== 0", None, 1.0, False),
        ("!= 0", None, 0.0, False),
        ("!= 0", None, 1.0, True),
        ("<= +5", 10.0, 15.0, True),
        ("<= +5", 10.0, 15.1, False),
        ("<= +5", 0.0, 5.0, True),
        (">= -5", 10.0, 5.0, True),
        (">= -5", 10.0, 4.9, False),
        ("<= +10%", 100.0, 110.0, True),
        ("<= +10%", 100.0, 110.1, False),
        ("<= +10%", -100.0, -90.0, True),
        ("<= +10%", -100.0, -89.0, False),
        ("<= +10%", 0.0, 0.0, False),
        ("<= +10%", None, 0.0, False),
        ("<= +5", None, 0.0, False),
        ("<= 5", None, math.nan, False),
        ("!= 5", None, math.nan, False),
        (">= 5", None, math.inf, False),
        ("<= +5", math.nan, 1.0, False),
    ],
)
def test_both_sides_of_each_bound(
    text: str, base: float | None, value: float, expected: bool
) -> None:
    assert parse(text).holds(value, base) is expected


@pytest.mark.parametrize(("text", "relative"), [("< 5", False), ("< +5", True), ("< +5%", True)])
def test_a_sign_asks_for_a_base(text: str, relative: bool) -> None:
    assert parse(text).is_relative is relative
