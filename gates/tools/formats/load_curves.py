"""The curves of a load run: times by percentile, and the run over time."""

from collections.abc import Iterable

from gates.core import load, statistics
from gates.core.load import LoadResult
from gates.core.model import Series

_US_PER_MS = 1000.0
_CURVE = (*range(1, 100), 99.5, 99.9, 100)


def series(result: LoadResult) -> tuple[Series, ...]:
    """Return all curves of a run."""
    half = result.interval_s / 2
    spans = result.intervals
    answered = tuple(span for span in spans if span.count)
    return (
        _curve("response time by percentile", result.total.response),
        _curve("service time by percentile", result.total.service),
        _line("p50 over time", "ms", ((s.at_s + half, s.p50 / _US_PER_MS) for s in answered)),
        _line("p95 over time", "ms", ((s.at_s + half, s.p95 / _US_PER_MS) for s in answered)),
        _line("rate over time", "1/s", ((s.at_s + half, _per_s(s, result)) for s in spans)),
        _line(
            "errors over time",
            "1/s",
            ((s.at_s + half, s.errors / result.interval_s) for s in spans),
        ),
    )


def _per_s(span: load.Interval, result: LoadResult) -> float:
    return (span.count + span.errors) / result.interval_s


def _curve(name: str, counts: load.Counts) -> Series:
    points = tuple(
        (float(p), statistics.percentile(counts, p / 100) / _US_PER_MS) for p in _CURVE if counts
    )
    return Series(name=name, x_unit="percentile", y_unit="ms", points=points)


def _line(name: str, unit: str, points: Iterable[tuple[float, float]]) -> Series:
    return Series(name=name, x_unit="s", y_unit=unit, points=tuple(points))
