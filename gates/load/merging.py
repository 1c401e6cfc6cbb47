"""Makes one recording of those of several generators that shared a scenario."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from gates.core import load
from gates.core.load import Generator, Interval, LoadResult, Part
from gates.load.recorder import interval, merged, total


def together(results: Sequence[LoadResult]) -> LoadResult:
    """Return the sum of results of one scenario; counts are exact, they share their buckets.

    Of the health of the generators the worst is kept. Raises ValueError without results.
    """
    if not results:
        raise ValueError("no results")
    names = sorted({name for one in results for name in one.operations})
    failed = [one.error or "no reason given" for one in results if not one.finished]
    return msgspec.structs.replace(
        results[0],
        finished=not failed,
        error="; ".join(failed),
        duration_s=max(one.duration_s for one in results),
        scheduled=sum(one.scheduled for one in results),
        handled=sum(one.handled for one in results),
        warmup_requests=sum(one.warmup_requests for one in results),
        warmup_failures=sum(one.warmup_failures for one in results),
        trailing_gone=_gone(results),
        total=total(one.total for one in results),
        operations={
            name: total(one.operations[name] for one in results if name in one.operations)
            for name in names
        },
        generator=_worst([one.generator for one in results]),
        intervals=_intervals(results),
        parts=tuple(_part(parts) for parts in zip(*(one.parts for one in results), strict=True)),
        started_at=min(one.started_at for one in results),
        workers=sum(one.workers for one in results),
        remarks=tuple(dict.fromkeys(text for one in results for text in one.remarks)),
    )


def _gone(results: Sequence[LoadResult]) -> int:
    """The row of dead ends at the end: a target that one of them still reaches is not gone."""
    rows = [one.trailing_gone for one in results if one.warmup_requests + one.total.requests]
    return sum(rows) if rows and all(rows) else 0


def _worst(generators: Sequence[Generator]) -> Generator:
    def most(of: Callable[[Generator], float]) -> float:
        return max(of(one) for one in generators)

    known = [one.busy_percent for one in generators if one.busy_percent is not None]
    return Generator(
        cpu_percent=most(lambda one: one.cpu_percent),
        lag=merged(one.lag for one in generators),
        quiet=all(one.quiet for one in generators),
        quiet_wait_s=most(lambda one: one.quiet_wait_s),
        other_cpu_percent=most(lambda one: one.other_cpu_percent),
        steal_percent=most(lambda one: one.steal_percent),
        busy_percent=max(known) if known else None,
        clock_step_s=most(lambda one: one.clock_step_s),
    )


def _intervals(results: Iterable[LoadResult]) -> tuple[Interval, ...]:
    found: dict[float, list[Interval]] = {}
    for one in results:
        for part in one.intervals:
            found.setdefault(part.at_s, []).append(part)
    return tuple(_interval(at_s, parts) for at_s, parts in sorted(found.items()))


def _interval(at_s: float, parts: Sequence[Interval]) -> Interval:
    times: load.Counts = merged(part.times for part in parts)
    made = interval(at_s, times, sum(part.errors for part in parts))
    return msgspec.structs.replace(made, max=max(part.max for part in parts))


def _part(parts: Sequence[Part]) -> Part:
    recorded = total(part.recorded for part in parts)
    return msgspec.structs.replace(parts[0], recorded=recorded)
