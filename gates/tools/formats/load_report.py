"""What a load run left: the recording, believed or not, as a report.

In an open model a slow target never slows the arrivals: they are issued at their instants, and
what they wait for is the target's response time. So a low achieved rate, a late schedule or a
busy process are the generator's own fault, whatever the target does. Requests beyond the limit
of open ones (which lies above what time-outs leave open) are handled arrivals that failed.
"""

from collections.abc import Iterable, Iterator

from gates.core import load, statistics
from gates.core.load import LoadResult, Recorded
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Reason,
    Series,
    Severity,
    Status,
    ToolReport,
)
from gates.core.tool import Metric, ParseError, ToolOutput
from gates.tools.formats import strict_json

FAILED = "load.failed-requests"
METRICS = {
    "latency.p50_ms": Metric("p50 of the response time", "ms"),
    "latency.p95_ms": Metric("p95 of the response time", "ms"),
    "latency.p99_ms": Metric("p99 of the response time", "ms"),
    "latency.max_ms": Metric("Longest response time", "ms"),
    "service.p95_ms": Metric("p95 of the service time", "ms"),
    "load.requests": Metric("Requests in the measured window"),
    "load.errors_percent": Metric("Error rate", "%"),
    "load.completed_ratio": Metric("Completed over scheduled requests"),
    "load.rate_rps": Metric("Requests issued per second", "1/s"),
    "generator.cpu_percent": Metric("CPU of the load generator, of one core", "%"),
    "generator.lag_p99_ms": Metric("p99 of the generator's schedule lag", "ms"),
}

# Fixed bounds of what may be believed, not criteria of the target.
MOST_CPU_PERCENT = 80.0
MOST_LAG_P99_MS = 10.0
LEAST_ACHIEVED = 0.98

_GONE_ROW = 20  # connection errors in a row at the very end that mean: the target is gone
_US_PER_MS = 1000.0
_CURVE = (*range(1, 100), 99.5, 99.9, 100)


def read(outputs: tuple[ToolOutput, ...], tool: str) -> ToolReport:
    """Return the report of one run.

    Raises ParseError: no-result, tool-crashed, unreadable-result, incomplete (ended early),
    target-down, generator-unhealthy. A run without a request has `examined` 0.
    """
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "no load run: the target file has no [load]")
    result = _result(outputs[-1])
    _check_finished(result)
    _check_target(result)
    if result.total.requests:
        _check_generator(result)
    return ToolReport(
        tool=tool,
        examined=result.total.requests,
        examined_unit="requests",
        measurements=_measurements(result),
        findings=_findings(result, tool),
        notes=_notes(result),
        series=_series(result),
        operations=tuple(_evidence(result)),
    )


def _evidence(result: LoadResult) -> Iterator[OperationEvidence]:
    """How each operation did: many kinds of requests may be one operation of the document."""
    for name, part in sorted(result.operations.items()):
        if name not in result.asked or not part.requests:
            continue
        failures = sum(part.failures.values())
        yield OperationEvidence(
            operation=result.asked[name],
            aspect=Aspect.LOADED,
            state=Status.FAIL if failures == part.requests else Status.PASS,
            count=part.requests,
            value=statistics.percentile(part.response, 0.95) / _US_PER_MS
            if part.response
            else None,
            detail=f"{failures} of {part.requests} requests failed" if failures else "",
        )


def _result(output: ToolOutput) -> LoadResult:
    data = output.files.get("result")
    if data is None and output.exit_code not in (0, 1):
        lines = output.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"]
        detail = f"locust ended with {output.exit_code}: {lines[-1].strip()}"
        raise ParseError(Reason.TOOL_CRASHED, detail)
    result = strict_json.decode_as(data, LoadResult, what=f"{load.RESULT} of the load run")
    for name, part in result.operations.items():
        _check_counts(name, part)
    _check_counts("all operations", result.total)
    return result


def _check_counts(name: str, part: Recorded) -> None:
    successes = statistics.total(part.response)
    failures = sum(part.failures.values())
    if successes + failures != part.requests or statistics.total(part.service) != successes:
        detail = (
            f"count mismatch: {load.RESULT} says {part.requests} requests of {name}, "
            f"but holds {successes} times and {failures} failures"
        )
        raise ParseError(Reason.UNREADABLE_RESULT, detail)


def _check_finished(result: LoadResult) -> None:
    if not result.finished:
        why = result.error or "no reason given"
        raise ParseError(Reason.INCOMPLETE, f"the load run did not reach its end: {why}")


def _check_target(result: LoadResult) -> None:
    seen = result.warmup_requests + result.total.requests
    if seen and result.trailing_gone >= min(_GONE_ROW, seen):
        detail = (
            f"the last {result.trailing_gone} of {seen} requests found no target to connect to: "
            "it ended or stopped listening; its log says why"
        )
        raise ParseError(Reason.TARGET_DOWN, detail)


def _check_generator(result: LoadResult) -> None:
    cpu, lag = result.generator.cpu_percent, _lag_ms(result)
    achieved = result.handled / result.scheduled if result.scheduled else 0.0
    breaches = (
        (cpu > MOST_CPU_PERCENT, f"CPU {cpu:.0f} % of a core (at most {MOST_CPU_PERCENT:g} %)"),
        (lag > MOST_LAG_P99_MS, f"schedule lag p99 {lag:.1f} ms (at most {MOST_LAG_P99_MS:g} ms)"),
        (
            achieved < LEAST_ACHIEVED,
            f"{achieved:.3f} of the wanted {result.wanted_rate:g} requests per second were issued "
            f"(at least {LEAST_ACHIEVED:g})",
        ),
    )
    found = "; ".join(text for broken, text in breaches if broken)
    if found:
        detail = f"{found}; free the machine of other work or lower load.rate"
        raise ParseError(Reason.GENERATOR_UNHEALTHY, detail)


def _lag_ms(result: LoadResult) -> float:
    lag = result.generator.lag
    return statistics.percentile(lag, 0.99) / _US_PER_MS if lag else 0.0


def _measurements(result: LoadResult) -> dict[str, Measurement]:
    total = result.total
    return {
        "latency.p50_ms": _percentile(total.response, 0.5),
        "latency.p95_ms": _percentile(total.response, 0.95),
        "latency.p99_ms": _percentile(total.response, 0.99),
        "latency.max_ms": _longest(total.response),
        "service.p95_ms": _percentile(total.service, 0.95),
        "load.requests": Measurement(value=float(total.requests)),
        "load.errors_percent": _errors(total),
        "load.completed_ratio": _completed(result),
        "load.rate_rps": _rate(result),
        "generator.cpu_percent": Measurement(value=result.generator.cpu_percent),
        "generator.lag_p99_ms": Measurement(value=_lag_ms(result)),
    }


def _percentile(counts: load.Counts, p: float) -> Measurement:
    samples, needed = statistics.total(counts), statistics.needed_samples(p)
    if samples < needed:
        why = f"too few samples: need {needed - samples} more"
        return Measurement(value=None, why=why, samples=samples, needed=needed)
    bound = statistics.upper_bound(counts, p)
    return Measurement(
        value=statistics.percentile(counts, p) / _US_PER_MS,
        bound=None if bound is None else bound / _US_PER_MS,
        samples=samples,
        needed=needed,
        detail=f"of {samples} successful requests",
    )


def _longest(counts: load.Counts) -> Measurement:
    if not counts:
        return Measurement(value=None, why="no successful request")
    return Measurement(value=counts[-1][0] / _US_PER_MS, samples=statistics.total(counts))


def _errors(total: Recorded) -> Measurement:
    if not total.requests:
        return Measurement(value=None, why="0 requests")
    failures = sum(total.failures.values())
    detail = f"{failures} of {total.requests} requests failed"
    return Measurement(
        value=100.0 * failures / total.requests, samples=total.requests, detail=detail
    )


def _completed(result: LoadResult) -> Measurement:
    if not result.scheduled:
        return Measurement(value=None, why="0 requests were scheduled")
    successes = statistics.total(result.total.response)
    detail = f"{successes} accepted answers to {result.scheduled} scheduled requests"
    return Measurement(value=successes / result.scheduled, detail=detail)


def _rate(result: LoadResult) -> Measurement:
    if result.duration_s <= 0:
        return Measurement(value=None, why="the measured window has no length")
    return Measurement(
        value=result.handled / result.duration_s,
        detail=f"{result.handled} in {result.duration_s:.1f} s, wanted {result.wanted_rate:g}/s",
    )


def _findings(result: LoadResult, tool: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            tool=tool,
            rule=FAILED,
            severity=Severity.HIGH,
            message=f"{name}: {sum(part.failures.values())} of {part.requests} requests failed: "
            + ", ".join(f"{kind} × {count}" for kind, count in sorted(part.failures.items())),
            fix="Look for the first of them in the log of the service; then run this gate again.",
            context=name,
        )
        for name, part in sorted(result.operations.items())
        if part.failures
    )


def _notes(result: LoadResult) -> tuple[str, ...]:
    generator = result.generator
    notes = [f"{result.warmup_requests} requests of the warm-up are not in the figures"]
    if result.warmup_failures:
        notes.append(f"{result.warmup_failures} requests of the warm-up failed")
    if not generator.quiet:
        notes.append(
            f"the machine was not quiet after {generator.quiet_wait_s:.0f} s: other processes "
            f"used {generator.other_cpu_percent:.0f} % of all cores"
        )
    if generator.steal_percent >= 1:
        notes.append(f"the hypervisor took {generator.steal_percent:.0f} % of all cores meanwhile")
    return tuple(notes)


def _series(result: LoadResult) -> tuple[Series, ...]:
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
