"""The course of a load that is raised and let down again, and where on it the rate stays."""

import math
from collections.abc import Iterator, Sequence

from gates.core.capacity import Stage

Stages = tuple[Stage, ...]


def up_and_down(expected: float, high: float, ramp_s: float, hold_s: float) -> Stages:
    """From the expected rate up to `high`, `hold_s` there, and down again."""
    return (
        Stage(rate=high, seconds=ramp_s),
        Stage(rate=high, seconds=hold_s),
        Stage(rate=expected, seconds=ramp_s),
    )


def level(stages: Sequence[Stage], expected: float, least: float) -> float | None:
    """Return the lowest rate of `least` or more at which it stays for a stage, None without any.

    The course begins at the expected rate.
    """
    found = [rate for rate, _ in _flat(stages, expected) if rate >= least - 1e-9]
    return min(found, default=None)


def shortened(
    stages: Stages, expected: float, rate: float, longest_s: float, hold_s: float
) -> Stages:
    """Return the same course in `longest_s`, but for `hold_s` at `rate`; never a longer one."""
    whole = sum(one.seconds for one in stages)
    held = sum(seconds for at, seconds in _flat(stages, expected) if at == rate)
    if whole <= 0 or held <= 0:
        return stages
    factor = min(1.0, max(longest_s / whole, hold_s / held))
    return tuple(Stage(rate=one.rate, seconds=one.seconds * factor) for one in stages)


def _flat(stages: Sequence[Stage], expected: float) -> Iterator[tuple[float, float]]:
    """Rate and seconds of each stage in which the rate does not move."""
    before = expected
    for one in stages:
        if one.rate == before and one.seconds > 0 and math.isfinite(one.rate):
            yield one.rate, one.seconds
        before = one.rate
