"""Records every request of a run in histograms and a time series of bounded size."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

from gates.core import load, statistics
from gates.core.load import Interval, Recorded, Scenario
from gates.load.histogram import Histogram

MOST_INTERVALS = 3600  # a longer run gets longer intervals, not more memory
MOST_NAMES = 1000  # operations that are told apart; a locustfile may give each request a name
OTHER = "all other operations"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one request: `failure` is "" for an accepted answer, `size` in bytes."""

    failure: str = ""
    size: int = 0


class _Tally:
    """Requests of one operation and stage while they happen."""

    __slots__ = ("failures", "response", "service", "size", "successes")

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
    """Takes one call per request; `opening` is the start of the measured window.

    `stages` are the seconds of each stage, whose requests are also told apart.
    """

    def __init__(
        self, longest_s: float, operations: Iterable[str], stages: Sequence[float] = ()
    ) -> None:
        self.opening = math.inf
        self.interval_s = float(max(1, math.ceil(longest_s / MOST_INTERVALS)))
        self.handled = 0
        self.warmup_requests = 0
        self.warmup_failures = 0
        self.trailing_gone = 0
        self.successes: Counter[str] = Counter()
        self.lag = Histogram()
        self._ends = tuple(accumulate(stages))[:-1]
        self._tallies = {(0, name): _Tally() for name in operations}
        self._open: dict[int, tuple[list[int], list[str]]] = {}
        self._closed: list[Interval] = []

    def record(
        self, operation: str, intended: float, started: float, ended: float, outcome: Outcome
    ) -> None:
        """Take one ended request; instants in seconds of one monotonic clock."""
        failure = outcome.failure
        self.trailing_gone = self.trailing_gone + 1 if failure in load.GONE else 0
        since = intended - self.opening
        if since < 0:
            self.warmup_requests += 1
            self.warmup_failures += bool(failure)
            return
        tally = self._tally(bisect_right(self._ends, since), operation)
        values, errors = self._interval(int(since / self.interval_s))
        tally.size += outcome.size
        if failure:
            tally.failures[failure] += 1
            errors.append(failure)
            return
        tally.successes += 1
        self.successes[operation] += 1
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
            self._close(int((instant - self.opening) / self.interval_s))

    def operations(self) -> dict[str, Recorded]:
        """Return what was recorded, by operation."""
        names = sorted({name for _, name in self._tallies})
        return {
            name: total(t.recorded() for (_, one), t in self._tallies.items() if one == name)
            for name in names
        }

    def parts(self) -> tuple[Recorded, ...]:
        """Return what was recorded, by stage."""
        return tuple(
            total(t.recorded() for (one, _), t in self._tallies.items() if one == number)
            for number in range(len(self._ends) + 1)
        )

    def intervals(self) -> tuple[Interval, ...]:
        """Close and return the whole time series."""
        self._close(MOST_INTERVALS * 2)
        return tuple(sorted(self._closed, key=lambda interval: interval.at_s))

    def _tally(self, stage: int, operation: str) -> _Tally:
        tally = self._tallies.get((stage, operation))
        if tally is None:
            if len(self._tallies) >= MOST_NAMES * (len(self._ends) + 1):
                operation = OTHER
            tally = self._tallies.setdefault((stage, operation), _Tally())
        return tally

    def _interval(self, index: int) -> tuple[list[int], list[str]]:
        found = self._open.get(index)
        if found is None:
            found = self._open[index] = ([], [])
        return found

    def _close(self, before: int) -> None:
        for index in [index for index in self._open if index < before]:
            values, errors = self._open.pop(index)
            self._closed.append(_interval(index * self.interval_s, values, len(errors)))


def recorder(scenario: Scenario, longest_s: float) -> Recorder:
    """Return the recorder of a scenario whose window is never longer than `longest_s`."""
    names = (operation.name for operation in scenario.operations)
    return Recorder(longest_s, names, tuple(stage.seconds for stage in scenario.stages))


def total(parts: Iterable[Recorded]) -> Recorded:
    """Return all parts as one; exact, they share their buckets."""
    every = tuple(parts)
    failures: Counter[str] = Counter()
    for part in every:
        failures.update(part.failures)
    return Recorded(
        requests=sum(part.requests for part in every),
        failures=dict(sorted(failures.items())),
        size=sum(part.size for part in every),
        response=merged(part.response for part in every),
        service=merged(part.service for part in every),
    )


def merged(parts: Iterable[load.Counts]) -> load.Counts:
    """Return the counts of all parts together."""
    return tuple((int(value), count) for value, count in statistics.merge(parts))


def interval(at_s: float, times: load.Counts, errors: int) -> Interval:
    """Return one interval of the time series: its figures and, to two digits, its times."""
    if not times:
        return Interval(at_s=at_s, count=0, errors=errors)
    p50, p95 = (int(statistics.percentile(times, p)) for p in (0.5, 0.95))
    count, longest = statistics.total(times), times[-1][0]
    coarse = merged([((_coarse(value), number),) for value, number in times])
    return Interval(
        at_s=at_s, count=count, errors=errors, p50=p50, p95=p95, max=longest, times=coarse
    )


def _interval(at_s: float, values: list[int], errors: int) -> Interval:
    return interval(at_s, tuple(sorted(Counter(values).items())), errors)


def _coarse(value: int) -> int:
    """The upper edge of a bucket at most 1 % wide."""
    shift = max(0, value.bit_length() - 8)
    return value | ((1 << shift) - 1)
