"""What a load that was raised step by step left: the course, as a report."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gates.core import scalability, scaling, statistics
from gates.core.model import Finding, Measurement, Reason, Series, Severity, ToolReport
from gates.core.scalability import Point
from gates.core.scaling import Course, Knee, Objectives, Ran, State, Step
from gates.core.tool import Combine, Metric, ParseError, ToolOutput
from gates.tools.formats import load_report, report, strict_json

COURSE = "course.json"
MISSED = "scale.objectives-missed"
METRICS = {
    "scale.p95_ms": Metric("p95 of the response time at 3 × the expected rate", "ms"),
    "scale.p99_ms": Metric("p99 of the response time at 3 × the expected rate", "ms"),
    "scale.errors_percent": Metric("Error rate at 3 × the expected rate", "%"),
    "scale.knee_ratio": Metric("Highest rate that holds, over the expected rate", "", Combine.LOW),
    "scale.cpu_ms": Metric("CPU time of the service for each request at 3 ×", "ms"),
}
_US_PER_MS = 1000.0
_TAKEN = {
    "scale.p95_ms": "latency.p95_ms",
    "scale.p99_ms": "latency.p99_ms",
    "scale.errors_percent": "load.errors_percent",
}


def read(output: ToolOutput) -> ToolReport:
    """Return the report of a course.

    Raises ParseError as `load_report.read` does for the plateau, generator-unhealthy among them;
    a later step raises it too unless only the generator could not keep up.
    """
    course = _course(output)
    plateau = _believed(course.runs[0])
    steps = tuple(_judged(ran, course.objectives) for ran in course.runs)
    found = scaling.knee(steps, course.runs[0].ratio, course.ended)
    return ToolReport(
        tool="scale",
        examined=sum(ran.result.total.requests for ran in course.runs if ran.result),
        examined_unit="requests",
        measurements=_measurements(plateau, course.runs[0], found),
        findings=(*_findings(steps), *plateau.findings),
        notes=(*course.notes, *_notes(course, steps), *plateau.notes),
        series=(*(one for one in _curves(course, steps) if len(one.points) > 1), *plateau.series),
    )


def _course(output: ToolOutput) -> Course:
    if output.exit_code != 0:
        report.read_report(output, "scale")  # raises what the program said
    data = output.files.get("course")
    course = strict_json.decode_as(data, Course, what=f"{COURSE} of the scale run")
    if not course.runs:
        raise ParseError(Reason.UNREADABLE_RESULT, f"schema: {COURSE} holds no run")
    return course


def _believed(ran: Ran) -> ToolReport:
    """The report of one run. Raises ParseError as `load_report.read` does, naming the rate."""
    result = scaling.judged(ran)
    files = {} if result is None else {"result": msgspec.json.encode(result)}
    output = ToolOutput(exit_code=ran.exit_code, stderr=ran.stderr.encode(), files=files)
    try:
        return load_report.read((output,), "scale")
    except ParseError as error:
        detail = f"at {ran.ratio:g} × the expected rate: {error.detail}"
        raise ParseError(error.reason, detail) from None


def _judged(ran: Ran, wanted: Objectives) -> Step:
    """What a run says. Raises ParseError unless it was only the generator that could not."""
    result = scaling.judged(ran)
    if result is None:
        _believed(ran)  # raises what became of it
        raise ParseError(Reason.NO_RESULT, f"no result at {ran.ratio:g} × the expected rate")
    unbelieved = ""
    try:
        _believed(ran)
    except ParseError as error:
        if error.reason is not Reason.GENERATOR_UNHEALTHY:
            raise
        unbelieved = error.detail
    return scaling.step_of(ran.ratio, result, wanted, unbelieved)


def _measurements(plateau: ToolReport, ran: Ran, found: Knee) -> dict[str, Measurement]:
    cost = scaling.cpu_ms(ran)
    unseen = "the processes of the service cannot be seen: it was not started by this run"
    return {
        **{name: plateau.measurements[taken] for name, taken in _TAKEN.items()},
        "scale.knee_ratio": Measurement(
            value=found.ratio, why="" if found.ratio is not None else found.said, detail=found.said
        ),
        "scale.cpu_ms": Measurement(value=cost, why=unseen if cost is None else ""),
    }


def _findings(steps: Sequence[Step]) -> tuple[Finding, ...]:
    """The lowest rate that is missed."""
    bad = [one for one in scaling.last_words(steps) if one.state is State.MISSED]
    return tuple(
        Finding(
            tool="scale",
            rule=MISSED,
            severity=Severity.MEDIUM,
            message=f"{one.ratio:g} × the expected rate ({one.rate:g}/s): {one.said}",
            fix="Look for what all requests share: a lock, a pool, one process, one connection.",
            context="lowest rate that is missed",
        )
        for one in bad[:1]
    )


def _notes(course: Course, steps: Sequence[Step]) -> Iterator[str]:
    for one in scaling.last_words(steps):
        said = f": {one.said}" if one.said else ""
        yield f"{one.ratio:g} × the expected rate ({one.rate:g}/s) {one.state}{said}"
    law = scalability.fit(_points(course, steps))
    yield f"no scalability law: {law}" if isinstance(law, str) else scalability.told(law)


def _points(course: Course, steps: Sequence[Step]) -> list[Point]:
    """Rates that held: only there do as many requests leave as arrive."""
    held = (r for r, s in zip(course.runs, steps, strict=True) if s.state is State.HELD)
    found = (scaling.point_of(result) for ran in held if (result := scaling.judged(ran)))
    return [one for one in found if one is not None]


def _curves(course: Course, steps: Sequence[Step]) -> Iterator[Series]:
    known = [
        ran for ran, step in zip(course.runs, steps, strict=True) if step.state is not State.UNKNOWN
    ]
    for p in (0.5, 0.95):
        yield _series(f"p{100 * p:g} over rate", "ms", ((_rate(r), _at(r, p)) for r in known))
    yield _series(
        "CPU of a request over rate", "ms", ((_rate(r), scaling.cpu_ms(r)) for r in known)
    )
    points = sorted((one.concurrency, one.throughput) for one in _points(course, steps))
    yield Series(
        name="throughput over concurrency", x_unit="requests", y_unit="1/s", points=tuple(points)
    )
    law = scalability.fit(_points(course, steps))
    if not isinstance(law, str):
        fitted = tuple((n, law.throughput(n)) for n, _ in points)
        yield Series(
            name="fitted throughput over concurrency",
            x_unit="requests",
            y_unit="1/s",
            points=fitted,
        )


def _series(name: str, unit: str, points: Iterable[tuple[float, float | None]]) -> Series:
    known = sorted((x, y) for x, y in points if y is not None)
    return Series(name=name, x_unit="1/s", y_unit=unit, points=tuple(known))


def _rate(ran: Ran) -> float:
    return ran.rate


def _at(ran: Ran, p: float) -> float | None:
    result = scaling.judged(ran)
    counts = result.total.response if result else ()
    return statistics.percentile(counts, p) / _US_PER_MS if counts else None
