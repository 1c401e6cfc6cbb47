"""Distributions of durations in the buckets of an HDR histogram with 3 digits.

The buckets are those of HdrHistogram (Gil Tene): 2,048 equal ones up to 2,047 microseconds, then
1,024 for each doubling, so that no bucket is wider than 0.1 % of its values. Only buckets in use
are kept; histograms share their buckets, so counts of many are summed without loss.
"""

LOWEST_US, HIGHEST_US = 1, 600_000_000
_BITS = 11  # 2,048 buckets below the first doubling


class Histogram:
    """A distribution of durations from 1 microsecond to 10 minutes."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, seconds: float) -> int:
        """Record a duration and return it in whole microseconds; clamped into the range."""
        value = round(seconds * 1e6)
        if value < LOWEST_US:
            value = LOWEST_US
        elif value > HIGHEST_US:
            value = HIGHEST_US
        shift = value.bit_length() - _BITS
        edge = value if shift <= 0 else value | ((1 << shift) - 1)
        counts = self._counts
        counts[edge] = counts.get(edge, 0) + 1
        return value

    def counts(self) -> tuple[tuple[int, int], ...]:
        """Return (microseconds, count) ascending: the upper edge of each bucket in use.

        The edge is at most 0.1 % above the recorded value.
        """
        return tuple(sorted(self._counts.items()))
