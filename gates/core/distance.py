"""How far a value is from the one absolute bound that it must keep."""

import math
from collections.abc import Sequence

from gates.core.conditions import Condition, parse


def headroom(
    groups: Sequence[Sequence[str]], value: float | None, base: float | None
) -> float | None:
    """What is to spare of a value that passes, in its unit, 0 at the bound.

    None where there is no value, where it does not pass, or no single bound to be near.
    """
    if value is None or not math.isfinite(value) or len(groups) != 1 or len(groups[0]) != 1:
        return None
    condition: Condition = parse(groups[0][0])
    bound = condition.bound(base)
    if bound is None or condition.holds(value, base) is not True:
        return None
    return round(abs(value - bound), 9)
