"""What a load run left: the recording, believed or not, as a report."""

from collections.abc import Iterator

from gates.core import load, statistics
from gates.core.load import LoadResult, Recorded
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.core.tool import Metric, ParseError, ToolOutput
from gates.tools.formats import load_curves, load_health, load_objectives, strict_json
from gates.tools.formats.load_health import LEAST_ACHIEVED as LEAST_ACHIEVED
from gates.tools.formats.load_health import MOST_CPU_PERCENT as MOST_CPU_PERCENT
from gates.tools.formats.load_health import MOST_LAG_P99_MS as MOST_LAG_P99_MS
from gates.tools.formats.load_health import lag_p99_ms

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
    load_objectives.METRIC: Metric("Objectives of single operations that are missed"),
    "generator.cpu_percent": Metric("CPU of the load generator, of one core", "%"),
    "generator.lag_p99_ms": Metric("p99 of the generator's schedule lag", "ms"),
}

_GONE_ROW = 20  # connection errors in a row at the very end that mean: the target is gone
_US_PER_MS = 1000.0


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
        load_health.check(result)
    missed, objectives = load_objectives.judged(result, tool)
    return ToolReport(
        tool=tool,
        examined=result.total.requests,
        examined_unit="requests",
        measurements={**_measurements(result), load_objectives.METRIC: missed},
        findings=(*_findings(result, tool), *objectives),
        notes=tuple(_notes(result)),
        series=load_curves.series(result),
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
    lines = output.stderr.decode("utf-8", "replace").strip().splitlines()
    if data is None and (output.exit_code not in (0, 1) or (output.exit_code and lines)):
        detail = f"locust ended with {output.exit_code}: {(lines or ['no word'])[-1].strip()}"
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
        "generator.lag_p99_ms": Measurement(value=lag_p99_ms(result)),
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


def _notes(result: LoadResult) -> Iterator[str]:
    if result.total.requests:
        yield load_health.believed(result)
    yield f"{result.warmup_requests} requests of the warm-up are not in the figures"
    if result.warmup_failures:
        yield f"{result.warmup_failures} requests of the warm-up failed"
    if result.extended_s:
        yield f"the run went on for {result.extended_s:.1f} s: samples were missing"
    yield from load_health.remarks(result)
    yield from result.remarks
