"""One condition of a criterion, `<= 200` or `<= +10%`: read strictly, and applied to numbers."""

import math
import operator
import re
from collections.abc import Callable
from enum import StrEnum

import msgspec

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
OPERATORS = tuple(_COMPARISONS)
_CONDITION = re.compile(
    r"\s*(?P<operator>==|!=|<=|>=|<|>)"
    r"\s*(?P<sign>[+-]?)(?P<number>\d+(\.\d+)?([eE][+-]?\d+)?)\s*(?P<percent>%?)\s*",
    re.ASCII,
)


class Relative(StrEnum):
    """What the number of a condition is measured from."""

    NONE = "none"  # zero: an absolute bound
    ABSOLUTE = "absolute"  # the base, plus the number
    PERCENT = "percent"  # the base, plus that share of it


class Condition(msgspec.Struct, frozen=True):
    """`value operator bound`. The number of a relative condition carries its sign."""

    operator: str
    number: float
    relative: Relative = Relative.NONE

    def bound(self, base: float | None) -> float | None:
        """The number compared with; None where a base is needed and there is none.

        A share of a base of 0 is no bound: None too (the criterion's floor decides).
        """
        match self.relative:
            case Relative.NONE:
                return self.number
            case Relative.ABSOLUTE:
                return None if base is None else base + self.number
            case Relative.PERCENT:
                return None if not base else base + abs(base) * self.number / 100

    def holds(self, value: float, base: float | None = None) -> bool:
        """Whether the value keeps the bound; never without a bound or a finite number."""
        bound = self.bound(base)
        if bound is None or not math.isfinite(value) or not math.isfinite(bound):
            return False
        return _COMPARISONS[self.operator](value, bound)

    @property
    def is_relative(self) -> bool:
        """Whether a base is needed."""
        return self.relative is not Relative.NONE

    def __str__(self) -> str:
        match self.relative:
            case Relative.NONE:
                return f"{self.operator} {self.number:g}"
            case Relative.ABSOLUTE:
                return f"{self.operator} {self.number:+g}"
            case Relative.PERCENT:
                return f"{self.operator} {self.number:+g}%"


def parse(text: str) -> Condition:
    """Read `<= 200`, `<= +5` or `<= +10%`. Raises ValueError that says what is allowed.

    A sign makes a condition relative to the base; so `<= -5` is five less than the base.
    """
    found = _CONDITION.fullmatch(text)
    if not found:
        raise ValueError('one of == != < <= > >= and a number, as ">= 90", "<= +5" or "<= +10%"')
    number = float(found["sign"] + found["number"])
    if not math.isfinite(number):
        raise ValueError("a number small enough to compare with")
    if not found["sign"]:
        if found["percent"]:
            raise ValueError('a sign before a share of the base, as "<= +10%"; a bound has no %')
        return Condition(found["operator"], number)
    relative = Relative.PERCENT if found["percent"] else Relative.ABSOLUTE
    return Condition(found["operator"], number, relative)
