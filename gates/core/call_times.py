"""Bounds of a percentile from what PostgreSQL keeps of statements: counts, means and deviations.

No percentile can be had from them, but Cantelli's inequality bounds each statement's share above a
time, whatever its distribution; the greatest time ever seen bounds it further.
"""

from collections.abc import Callable, Mapping

import msgspec

_STEPS = 60  # halvings: far below a microsecond


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one statement; times in ms, `squares` the sum of the squared times."""

    calls: int
    total_ms: float
    squares: float
    most_ms: float

    @property
    def mean_ms(self) -> float:
        """Mean time."""
        return self.total_ms / self.calls

    @property
    def variance(self) -> float:
        """Variance of the time."""
        return max(self.squares / self.calls - self.mean_ms**2, 0.0)


def kept(calls: int, mean_ms: float, deviation_ms: float, most_ms: float) -> Calls:
    """From the columns of pg_stat_statements (population deviation)."""
    return Calls(
        calls=calls,
        total_ms=calls * mean_ms,
        squares=calls * (deviation_ms**2 + mean_ms**2),
        most_ms=most_ms,
    )


def between(before: Mapping[str, Calls], after: Mapping[str, Calls]) -> tuple[Calls, ...]:
    """What was added to each; one that counted down was reset, and is taken as new."""
    none = Calls(calls=0, total_ms=0.0, squares=0.0, most_ms=0.0)
    added = []
    for name, now in after.items():
        old = before.get(name, none)
        if old.calls > now.calls:
            old = none
        if now.calls > old.calls:
            added.append(
                Calls(
                    calls=now.calls - old.calls,
                    total_ms=max(now.total_ms - old.total_ms, 0.0),
                    squares=max(now.squares - old.squares, 0.0),
                    most_ms=now.most_ms,
                )
            )
    return tuple(added)


def bounds(added: tuple[Calls, ...], p: float) -> tuple[float, float]:
    """The percentile `p` of all calls lies between these, in ms. Raises ValueError for no call."""
    calls = sum(one.calls for one in added)
    if not calls:
        raise ValueError("no statement was called")
    top = max(one.most_ms for one in added)

    def most_above(time_ms: float) -> float:
        return sum(one.calls * _most(one, time_ms) for one in added) / calls

    def least_above(time_ms: float) -> float:
        return sum(one.calls * _least(one, time_ms) for one in added) / calls

    return _where(least_above, 1 - p, top), _where(most_above, 1 - p, top)


def _most(one: Calls, time_ms: float) -> float:
    """The greatest share of its calls that can take longer."""
    if time_ms >= one.most_ms:
        return 0.0
    away = time_ms - one.mean_ms
    return one.variance / (one.variance + away**2) if away > 0 else 1.0


def _least(one: Calls, time_ms: float) -> float:
    """The least share of its calls that has to take longer."""
    away = one.mean_ms - time_ms
    return away**2 / (one.variance + away**2) if away > 0 else 0.0


def _where(share: Callable[[float], float], wanted: float, top: float) -> float:
    """Where a share that falls with time comes down to the wanted one."""
    low, high = 0.0, top
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if share(middle) > wanted:
            low = middle
        else:
            high = middle
    return high
