"""Scorecards of gates that load a service: curves as their tools draw them, and what they note."""

import math

import msgspec

from gates.core.model import (
    Aspect,
    Cell,
    Evidence,
    GateResult,
    GateStatus,
    OperationRow,
    Scorecard,
    Series,
    Status,
    Verdict,
)
from tests.reports import gate_samples, part_samples, samples

CURVE = (*map(float, range(1, 100)), 99.5, 99.9, 100.0)
DONE = (
    "3000 requests in 60.0 s with 50 requests per second whatever the service does; the figures "
    "may be believed: generator CPU 12 % of a core, schedule lag p99 0.4 ms"
)
COMPARED = "base against candidate: p95 worse: 1.42 × the base (1.31 to 1.55)"


def by_percentile(name: str, factor: float) -> Series:
    """A long tail: p100 is some 60 times the median."""
    points = tuple((p, factor * 8 * 10 ** (0.2 * -math.log10(1.0001 - p / 100))) for p in CURVE)
    tail = tuple((p, y * (6.0 if p == 100 else 1.0)) for p, y in points)
    return Series(name=name, x_unit="percentile", y_unit="ms", points=tail)


def over(x_unit: str, name: str, y_unit: str, *points: tuple[float, float]) -> Series:
    """A curve of points."""
    return Series(name=name, x_unit=x_unit, y_unit=y_unit, points=points)


def load() -> GateResult:
    """The load gate, where base and candidate were compared too."""
    plain = gate_samples.load()
    seconds = [s + 0.5 for s in range(60)]
    evidence = msgspec.structs.replace(
        plain.evidence,
        examined={"requests": 5400},
        notes=(DONE, *plain.evidence.notes, COMPARED),
        series=(
            by_percentile("response time by percentile", 1.0),
            by_percentile("service time by percentile", 0.8),
            over("s", "p50 over time", "ms", *((s, 9 + 2 * math.sin(s / 5)) for s in seconds)),
            over(
                "s",
                "p95 over time",
                "ms",
                *((s, 34 + 6 * math.sin(s / 7) + (240 if 33 < s < 35 else 0)) for s in seconds),
            ),
            over("s", "rate over time", "1/s", *((s, 50 + math.cos(s)) for s in seconds)),
            over("s", "errors over time", "1/s", *((s, float(33 < s < 35)) for s in seconds)),
            by_percentile("response time by percentile, base", 0.7),
            by_percentile("response time by percentile, candidate", 1.0),
        ),
    )
    judged = (
        msgspec.structs.replace(each, metric=each.id.replace("load.p", "latency.p") + "_ms")
        for each in plain.criteria
    )
    return msgspec.structs.replace(plain, criteria=tuple(judged), evidence=evidence)


def resources() -> GateResult:
    """Memory that grows, and what else a service holds."""
    at = [float(s) for s in range(400)]
    return _gate(
        "resources",
        "Resources",
        3,
        over("s", "memory over time", "MB", *((s, 180 + s / 9 + 4 * (s % 7)) for s in at)),
        over("s", "threads over time", "", *((s, 12.0 + (s > 200)) for s in at)),
        over("s", "open files over time", "", *((s, 40.0 + s % 5) for s in at)),
        over("s", "connections over time", "", *((s, 20.0 + s % 3) for s in at)),
        over("s", "CPU over time", "%", *((s, 30 + 12 * math.sin(s / 20)) for s in at)),
    )


def scale() -> GateResult:
    """Latency that turns up at a knee, and throughput that levels off."""
    rates = [50.0 * n for n in range(1, 9)]
    at_once = (1.0, 2.0, 4.0, 8.0, 12.0, 16.0)
    many = [(n, 400 * n / (1 + 0.08 * (n - 1) + 0.004 * n * (n - 1))) for n in at_once]
    return _gate(
        "scale",
        "Scale",
        3,
        over("1/s", "p50 over rate", "ms", *((r, 8 + (r / 120) ** 3) for r in rates)),
        over("1/s", "p95 over rate", "ms", *((r, 20 + (r / 60) ** 4) for r in rates)),
        over("1/s", "CPU of a request over rate", "ms", *((r, 2.4 + r / 900) for r in rates)),
        over("requests", "throughput over concurrency", "1/s", *((n, y * 0.98) for n, y in many)),
        over("requests", "throughput by the law", "1/s", *many),
    )


def availability() -> GateResult:
    """One dip."""
    points = ((s + 0.5, 97.5 if s == 12 else 100.0) for s in range(30))
    return _gate(
        "availability", "Availability", 3, over("s", "availability over time", "%", *points)
    )


def _gate(id: str, title: str, level: int, *series: Series) -> GateResult:
    plain = part_samples.simple(id, title, level, id, "0.1.0", "requests")
    evidence = Evidence(examined={"requests": 900}, series=series)
    return msgspec.structs.replace(plain, evidence=evidence, status=GateStatus.PASS)


def operations() -> tuple[OperationRow, ...]:
    """Three with a load, one of them failing, and one without."""
    cells = {
        "GET /v1/books": Cell(state=Status.PASS, count=2100, value=7.25),
        "POST /v1/orders": Cell(state=Status.FAIL, count=300, detail="300 of 300 requests failed"),
        "GET /v1/customers/{customer_id}/orders/{order_id}/positions/{position_id}": Cell(
            state=Status.PASS, count=600, value=41.3, detail="2 of 600 requests failed"
        ),
    }
    known = tuple(
        OperationRow(operation=name, cells={Aspect.LOADED: cell}) for name, cell in cells.items()
    )
    return (*known, OperationRow(operation="GET /health"))


def capacity() -> Scorecard:
    """All of it on one page."""
    gates = (load(), resources(), scale(), availability())
    why = "every gate holds, score 100"
    return samples.scorecard(gates, Verdict.PASS, why, operations=operations())
