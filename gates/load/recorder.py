"""Records every request of a run in histograms and a time series of bounded size."""

import math
from collections import Counter

import msgspec
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]

from gates.core import load, statistics
from gates.core.load import Interval, Recorded

LOWEST_US, HIGHEST_US, DIGITS = 1, 600_000_000, 3
MOST_INTERVALS = 3600  # a longer run gets longer intervals, not more memory


class Outcome(msgspec.Struct, frozen=True):
    """What became of one request: `failure` is "" for an accepted answer, `size` in bytes."""

    failure: str = ""
    size: int = 0


class Histogram:
    """A distribution of durations, 3 digits from 1 microsecond to 10 minutes."""

    def __init__(self) -> None:
        self._counts = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)

    def add(self, seconds: float) -> int:
        """Record a duration and return it in whole microseconds; clamped into the range."""
        value = min(HIGHEST_US, max(LOWEST_US, round(seconds * 1e6)))
        self._counts.record_value(value)
        return value

    def counts(self) -> tuple[tuple[int, int], ...]:
        """Return (microseconds, count) ascending: the upper edge of each bucket in use.

        The edge is at most 0.1 % above the recorded value.
        """
        edge = self._counts.get_highest_equivalent_value
        return tuple(
            (edge(step.value_iterated_to), step.count_at_value_iterated_to)
            for step in self._counts.get_recorded_iterator()
        )


class _Tally:
    """One operation's requests while they happen."""

    def __init__(self) -> None:
        self.response = Histogram()
        self.service = Histogram()
        self.failures: Counter[str] = Counter()
        self.successes = 0
        self.size = 0

    def recorded(self) -> Recorded:
        return Recorded(
            requests=self.successes + self.failures.total(),
            failures=dict(sorted(self.failures.items())),
            size=self.size,
            response=self.response.counts(),
            service=self.service.counts(),
        )


class Recorder:
    """Takes one call per request; `opening` is the start of the measured window."""

    def __init__(self, duration_s: float, operations: tuple[str, ...]) -> None:
        self.opening = math.inf
        self.interval_s = float(max(1, math.ceil(duration_s / MOST_INTERVALS)))
        self.handled = 0
        self.warmup_requests = 0
        self.warmup_failures = 0
        self.trailing_gone = 0
        self.lag = Histogram()
        self._tallies = {name: _Tally() for name in operations}
        self._open: dict[int, tuple[list[int], list[str]]] = {}
        self._closed: list[Interval] = []

    def record(
        self, operation: str, intended: float, started: float, ended: float, outcome: Outcome
    ) -> None:
        """Take one ended request; instants in seconds of one monotonic clock."""
        self.trailing_gone = self.trailing_gone + 1 if outcome.failure in load.GONE else 0
        if intended < self.opening:
            self.warmup_requests += 1
            self.warmup_failures += bool(outcome.failure)
            return
        tally = self._tallies[operation]
        values, errors = self._open.setdefault(self._index(intended), ([], []))
        tally.size += outcome.size
        if outcome.failure:
            tally.failures[outcome.failure] += 1
            errors.append(outcome.failure)
            return
        tally.successes += 1
        values.append(tally.response.add(ended - intended))
        tally.service.add(ended - started)

    def late(self, intended: float, started: float) -> None:
        """Take the schedule lag of one arrival, at the moment it starts."""
        if intended >= self.opening:
            self.handled += 1
            self.lag.add(started - intended)

    def close_before(self, instant: float) -> None:
        """Reduce the intervals before `instant` to numbers: no request of theirs is open."""
        if instant > self.opening:
            self._close(self._index(instant))

    def operations(self) -> dict[str, Recorded]:
        """Return what was recorded, by operation."""
        return {name: tally.recorded() for name, tally in sorted(self._tallies.items())}

    def intervals(self) -> tuple[Interval, ...]:
        """Close and return the whole time series."""
        self._close(MOST_INTERVALS * 2)
        return tuple(sorted(self._closed, key=lambda interval: interval.at_s))

    def _index(self, instant: float) -> int:
        return int((instant - self.opening) / self.interval_s)

    def _close(self, before: int) -> None:
        for index in [index for index in self._open if index < before]:
            values, errors = self._open.pop(index)
            self._closed.append(_interval(index * self.interval_s, values, len(errors)))


def total(operations: dict[str, Recorded]) -> Recorded:
    """Return all operations as one; exact, they share their buckets."""
    failures: Counter[str] = Counter()
    for part in operations.values():
        failures.update(part.failures)
    return Recorded(
        requests=sum(part.requests for part in operations.values()),
        failures=dict(sorted(failures.items())),
        size=sum(part.size for part in operations.values()),
        response=_merged(tuple(part.response for part in operations.values())),
        service=_merged(tuple(part.service for part in operations.values())),
    )


def _merged(parts: tuple[tuple[tuple[int, int], ...], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((int(value), count) for value, count in statistics.merge(parts))


def _interval(at_s: float, values: list[int], errors: int) -> Interval:
    values.sort()
    count = len(values)
    if not count:
        return Interval(at_s=at_s, count=0, errors=errors)
    p50, p95 = (values[statistics.nearest_rank(count, p) - 1] for p in (0.5, 0.95))
    return Interval(at_s=at_s, count=count, errors=errors, p50=p50, p95=p95, max=values[-1])
