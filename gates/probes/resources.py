"""Watches what the service's processes hold while it is under its expected load.

Input: `pid` (supervisor of the service, 0 if it is not ours), the load (`_watched_load.Program`),
`every_s` between two looks, `settle_s` after the load.
"""

import time
from collections.abc import Mapping
from statistics import median
from typing import Any

import msgspec

from gates.core.growth import Floor, Growth, Points, growth, thinned, too_little
from gates.core.model import Finding, Measurement, Reason, Series, Severity, ToolReport
from gates.probes import _common
from gates.probes._process_tree import Held, held
from gates.probes._watched_load import Program, Window, watched

TOOL = "resources"
REST, TRENDS = "resources.rest_mb", "resources.trends"
PEAK, CPU = "resources.peak_mb", "resources.cpu_percent"
METRICS = (REST, TRENDS, PEAK, CPU)
REST_LOOKS, REST_APART_S = 5, 0.1
MOST_POINTS = 600  # of a curve


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """What may grow: its field in `Held`, its words, and what is no growth yet."""

    field: str
    title: str
    unit: str = ""
    floor: Floor
    fix: str


QUANTITIES = (
    Quantity(
        field="memory",
        title="memory",
        unit="MB",
        floor=Floor(per_minute=2.0, total=16.0, share=0.1),
        fix="Compare two heap snapshots under load; look for lists and caches without a bound.",
    ),
    Quantity(
        field="threads",
        title="threads",
        floor=Floor(per_minute=2.0, total=8.0, share=0.1),
        fix="Use a pool with a bound instead of a thread for each request.",
    ),
    Quantity(
        field="descriptors",
        title="open files",
        floor=Floor(per_minute=4.0, total=16.0, share=0.1),
        fix="Close what each request opens, with a block that closes it also after an error.",
    ),
    Quantity(
        field="connections",
        title="connections",
        floor=Floor(per_minute=4.0, total=16.0, share=0.1),
        fix="Give connections back to a pool with a bound, also after an error and a time-out.",
    ),
)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input."""

    pid: int
    load: Program
    every_s: float = 0.1
    settle_s: float = 1.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was looked at: before, at instants of the load, and after it."""

    rest: Held
    looks: tuple[tuple[float, Held], ...]
    after: Held
    window: Window


def measure(given: dict[str, Any]) -> ToolReport:
    """Rest, load, and rest again. Raises ProbeError."""
    task = msgspec.convert(given, Given)
    if not task.pid:
        return not_ours()
    rest = at_rest(task.pid)
    looks: list[tuple[float, Held]] = []
    window = watched(
        task.load, lambda instant: looks.append((instant, held(task.pid))), task.every_s
    )
    time.sleep(task.settle_s)
    after = held(task.pid)
    if not after.processes:
        text = "no process of the service is left after the load: its log says why"
        raise _common.ProbeError(text, Reason.TARGET_DOWN)
    return report(Seen(rest=rest, looks=tuple(looks), after=after, window=window))


def not_ours() -> ToolReport:
    """What can be said of a service whose processes nobody can see."""
    why = "the service was running already: only processes that gatescore starts can be watched"
    return _common.unjudged(TOOL, METRICS, why)


def at_rest(pid: int) -> Held:
    """What is held before the load: the look with the median memory. Raises ProbeError."""
    looks = []
    for _ in range(REST_LOOKS):
        looks.append(held(pid))
        time.sleep(REST_APART_S)
    if not looks[-1].processes:
        text = "the service has no process any more: its log says why"
        raise _common.ProbeError(text, Reason.TARGET_DOWN)
    return sorted(looks, key=lambda one: one.memory)[len(looks) // 2]


def report(seen: Seen) -> ToolReport:
    """Judge the curves, and draw them."""
    looks = [(at - seen.window.opening, one) for at, one in seen.looks if seen.window.holds(at)]
    why = too_little([(at, 0.0) for at, _ in looks])
    found = {} if why else {one.field: grown(one, looks, seen.after) for one in QUANTITIES}
    growing = [one for one in QUANTITIES if one.field in found and found[one.field].grows]
    per_s = rate(seen.window)
    return ToolReport(
        tool=TOOL,
        examined=seen.window.load.total.requests,
        examined_unit="requests",
        measurements={
            REST: at_rest_measured(seen.rest),
            TRENDS: Measurement(value=None, why=f"too short a load: {why}")
            if why
            else Measurement(value=float(len(growing)), detail=words(found)),
            PEAK: peak([one for _, one in looks]),
            CPU: processor(looks, per_s),
        },
        findings=tuple(finding(one, found[one.field], per_s) for one in growing),
        series=tuple(curves(looks)),
    )


def grown(quantity: Quantity, looks: list[tuple[float, Held]], after: Held) -> Growth:
    """How one quantity went over the window."""
    return growth(levels(looks, quantity.field), quantity.floor, getattr(after, quantity.field))


def levels(looks: list[tuple[float, Held]], field: str) -> Points:
    """The curve of one field."""
    return [(at, float(getattr(one, field))) for at, one in looks]


def rate(window: Window) -> float:
    """Requests per second of the measured window, 0 if it has no length."""
    load = window.load
    return load.total.requests / load.duration_s if load.duration_s > 0 else 0.0


def at_rest_measured(rest: Held) -> Measurement:
    """The memory before the load."""
    detail = f"resident memory of {rest.processes} processes before the load"
    return Measurement(value=rest.memory, detail=detail)


def peak(looks: list[Held]) -> Measurement:
    """The most memory under load."""
    if not looks:
        return Measurement(value=None, why="no sample under load")
    return Measurement(value=max(one.memory for one in looks), detail=f"of {len(looks)} samples")


def processor(looks: list[tuple[float, Held]], per_s: float) -> Measurement:
    """The processor time under load, of one core."""
    if len(looks) < 2:
        return Measurement(value=None, why="no two samples under load")
    (begin, first), (end, last) = looks[0], looks[-1]
    share = max(last.cpu_s - first.cpu_s, 0.0) / (end - begin)
    each = f"{1000 * share / per_s:.2g} ms for each request" if per_s else "without a request"
    return Measurement(value=100 * share, detail=f"of one core; {each}")


def words(found: Mapping[str, Growth]) -> str:
    """What became of each quantity, for people; also what growth would have been seen at all."""
    seconds = max((one.seconds for one in found.values()), default=0.0)
    parts = [
        f"{one.title} {found[one.field].first:.4g} → {with_unit(found[one.field].last, one)}"
        f"{' (' + found[one.field].why + ')' if moved(one, found[one.field]) else ''}"
        for one in QUANTITIES
    ]
    return f"over {seconds:.0f} s: {', '.join(parts)}"


def moved(quantity: Quantity, how: Growth) -> bool:
    """Whether a quantity changed by more than its floor."""
    return how.total > quantity.floor.total


def with_unit(value: float, quantity: Quantity) -> str:
    """A number with the quantity's unit."""
    return f"{value:.4g}{' ' + quantity.unit if quantity.unit else ''}"


def finding(quantity: Quantity, how: Growth, per_s: float) -> Finding:
    """One quantity that grows."""
    minute = with_unit(how.slope.rate * 60, quantity)
    each = with_unit(how.slope.rate / per_s * 1000, quantity) if per_s else "an unknown number"
    text = (
        f"{quantity.title}: found growth by {minute} per minute (99 % interval "
        f"{how.slope.low * 60:.4g} to {how.slope.high * 60:.4g}), which is {each} per 1,000 "
        f"requests: from {how.first:.4g} to {with_unit(how.last, quantity)} in {how.seconds:.0f} s "
        f"after the warm-up, {how.why}; allowed: a level that comes to rest"
    )
    return Finding(
        tool=TOOL,
        rule=f"resources.growing-{quantity.field}",
        severity=Severity.MEDIUM,
        message=text,
        fix=quantity.fix,
        context=quantity.field,
        metric=TRENDS,
    )


def curves(looks: list[tuple[float, Held]]) -> list[Series]:
    """Every quantity over time, and the processor."""
    drawn = [
        Series(
            name=f"{one.title} over time",
            x_unit="s",
            y_unit=one.unit,
            points=rounded(thinned(levels(looks, one.field), MOST_POINTS)),
        )
        for one in QUANTITIES
    ]
    return [*drawn, Series(name="CPU over time", x_unit="s", y_unit="%", points=used(looks))]


def used(looks: list[tuple[float, Held]]) -> tuple[tuple[float, float], ...]:
    """Processor use in per cent of one core, by second: its clock ticks a hundred times in one."""
    found, (begin, first) = [], looks[0] if looks else (0.0, Held())
    for at, one in looks[1:]:
        if at - begin >= 1.0:
            share = max(one.cpu_s - first.cpu_s, 0.0) / (at - begin)
            found.append((median((begin, at)), 100 * share))
            begin, first = at, one
    return rounded(thinned(found, MOST_POINTS))


def rounded(points: Points) -> tuple[tuple[float, float], ...]:
    """Points as they are worth showing."""
    return tuple((round(at, 2), round(level, 2)) for at, level in points)


if __name__ == "__main__":
    _common.run(measure)
