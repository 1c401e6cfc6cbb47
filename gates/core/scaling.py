"""A load that is raised step by step: what was run, what each step held, and where the knee is.

Rates are named by their ratio to the expected rate of the target.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from gates.core import statistics
from gates.core.load import Counts, LoadResult, Part, Recorded
from gates.core.scalability import Point

_US_PER_MS = 1000.0
_P95 = 0.95


class Objectives(msgspec.Struct, frozen=True, kw_only=True):
    """What a rate has to hold: those of the load gate."""

    p95_ms: float = 100.0  # below
    errors_percent: float = 0.1  # below
    completed: float = 0.99  # at least, of the scheduled requests


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What the generator has to hold for its numbers to be believed."""

    cpu_percent: float  # at most, of one core
    lag_p99_ms: float  # at most
    achieved: float  # at least, of the scheduled requests
    busy_percent: float  # at most, of all cores by neither the generator nor the service


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the generator at `ratio` × the expected rate, as it is to be started."""

    ratio: float
    folder: str  # its own, relative to the output
    argv: tuple[str, ...]
    inputs: dict[str, str]
    env: dict[str, str] = {}
    result: str  # the file that it writes
    seconds: float  # about how long it takes
    rate: float  # where it is judged


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The plateau first; then higher rates while they hold, lower ones while none does.

    `lower` is in descending, `higher` in ascending order. `curve`: the lower ones are run also
    where the plateau holds, for the curve. `seconds` bounds when a run may begin.
    """

    plateau: Run
    lower: tuple[Run, ...]
    higher: tuple[Run, ...]
    curve: bool
    seconds: float
    objectives: Objectives
    health: Health
    pid: int = 0  # of the service, 0 if it is not ours
    made: str = ""  # the scenario whose operations all runs take, "" where they have their own
    notes: tuple[str, ...] = ()


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What one run left. `cpu_s`: what the service's processes used meanwhile, None if unknown."""

    ratio: float
    rate: float  # where it is judged
    exit_code: int
    result: LoadResult | None = None
    stderr: str = ""  # its last line
    cpu_s: float | None = None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """All runs in the order in which they were made, the plateau first.

    `ended` says why no further step was tried, "" where all were.
    """

    runs: tuple[Ran, ...]
    objectives: Objectives
    ended: str = ""
    notes: tuple[str, ...] = ()


class State(StrEnum):
    """What is known of one step."""

    HELD = "held"
    MISSED = "missed"
    UNKNOWN = "unknown"  # the generator, not the target, could not keep up; or few samples


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One judged step: what it missed, or why nothing is known."""

    ratio: float
    rate: float
    state: State
    said: str = ""


class Knee(msgspec.Struct, frozen=True, kw_only=True):
    """The highest rate that holds. `ratio` None: not found, `said` says why."""

    ratio: float | None
    said: str


def judged(ran: Ran) -> LoadResult | None:
    """Return what is judged of a run: of a course of stages those that stay at the rate."""
    result = ran.result
    if result is None or not result.parts:
        return result
    flat = [one for one in result.parts if one.first_rate == one.last_rate == ran.rate]
    return _only(result, flat) if flat else None


def _only(result: LoadResult, parts: Sequence[Part]) -> LoadResult:
    """The run as if it had been these parts alone; arrivals not reached count as theirs."""
    found = total(tuple(one.recorded for one in parts))
    unreached = max(0, result.scheduled - result.handled)
    return msgspec.structs.replace(
        result,
        total=found,
        wanted_rate=parts[0].last_rate,
        duration_s=sum(one.seconds for one in parts),
        scheduled=found.requests + unreached,
        handled=found.requests,
        parts=(),
    )


def total(parts: Sequence[Recorded]) -> Recorded:
    """Return several recordings as one; exact, they share their buckets."""
    failures: Counter[str] = Counter()
    for one in parts:
        failures.update(one.failures)
    return Recorded(
        requests=sum(one.requests for one in parts),
        failures=dict(sorted(failures.items())),
        size=sum(one.size for one in parts),
        response=_merged(tuple(one.response for one in parts)),
        service=_merged(tuple(one.service for one in parts)),
    )


def _merged(parts: Sequence[Counts]) -> Counts:
    return tuple((int(value), count) for value, count in statistics.merge(parts))


def missed(result: LoadResult, wanted: Objectives) -> tuple[str, ...]:
    """Return what a run did not hold, one text each; () where it held everything."""
    total = result.total
    failed = 100.0 * sum(total.failures.values()) / total.requests if total.requests else 100.0
    done = statistics.total(total.response)
    completed = done / result.scheduled if result.scheduled else 0.0
    p95_ms = statistics.percentile(total.response, _P95) / _US_PER_MS if done else None
    said = []
    if p95_ms is not None and p95_ms >= wanted.p95_ms:
        said.append(f"p95 {p95_ms:.0f} ms (wanted < {wanted.p95_ms:g} ms)")
    if failed >= wanted.errors_percent:
        said.append(f"{failed:.3g} % errors (wanted < {wanted.errors_percent:g} %)")
    if completed < wanted.completed:
        said.append(f"{completed:.3f} completed (wanted >= {wanted.completed:g})")
    return tuple(said)


def few(result: LoadResult) -> bool:
    """Whether a run has too few requests for its p95 to be judged, failed ones included."""
    return result.total.requests < statistics.needed_samples(_P95)


def kept_up(result: LoadResult, health: Health) -> bool:
    """Whether the generator itself issued what it was to issue, in time."""
    lag = result.generator.lag
    lag_ms = statistics.percentile(lag, 0.99) / _US_PER_MS if lag else 0.0
    achieved = result.handled / result.scheduled if result.scheduled else 0.0
    return (
        result.generator.cpu_percent <= health.cpu_percent
        and (result.generator.busy_percent or 0.0) <= health.busy_percent
        and lag_ms <= health.lag_p99_ms
        and achieved >= health.achieved
    )


def step_of(ratio: float, result: LoadResult, wanted: Objectives, unbelieved: str = "") -> Step:
    """Judge one run; `unbelieved` says why its numbers cannot be trusted."""
    why = unbelieved or ("too few requests for a p95" if few(result) else "")
    said = missed(result, wanted)
    state = State.UNKNOWN if why else State.MISSED if said else State.HELD
    return Step(ratio=ratio, rate=result.wanted_rate, state=state, said=why or ", ".join(said))


def last_words(steps: Sequence[Step]) -> tuple[Step, ...]:
    """One step for each ratio, ascending: one that held counts, else the last that is known."""
    found: dict[float, Step] = {}
    for one in steps:
        before = found.get(one.ratio)
        if before is None or (before.state is not State.HELD and one.state is not State.UNKNOWN):
            found[one.ratio] = one
    return tuple(found[ratio] for ratio in sorted(found))


def knee(steps: Sequence[Step], proven: float, ended: str = "") -> Knee:
    """Find the highest rate that held, among judged steps.

    Where nothing above it was missed it is a lower bound: said so, and a value only from the
    ratio `proven` on. `ended` says why the search stopped.
    """
    known = last_words(steps)
    held = [one for one in known if one.state is State.HELD]
    top = held[-1] if held else None
    above = [one for one in known if top is None or one.ratio > top.ratio]
    first = next((one for one in above if one.state is State.MISSED), None)
    unknown = next((one for one in above if one.state is State.UNKNOWN), None)
    if unknown is not None and (first is None or unknown.ratio < first.ratio):
        return _bounded(top, proven, f"at {_at(unknown)} nothing is known: {unknown.said}")
    if first is None:
        return _bounded(top, proven, ended or "no higher rate was tried")
    missing = f"{_at(first)} is missed: {first.said}"
    if top is None:
        return Knee(ratio=0.0, said=f"no rate that was tried holds: {missing}")
    return Knee(ratio=top.ratio, said=f"{_at(top)} holds, {missing}")


def _bounded(top: Step | None, proven: float, why: str) -> Knee:
    """A knee of which only a lower bound is known."""
    if top is None:
        return Knee(ratio=None, said=f"no rate is known to hold: {why}")
    said = f"at least {_at(top)}: {why}"
    return Knee(ratio=top.ratio if top.ratio >= proven else None, said=said)


def _at(step: Step) -> str:
    return f"{step.ratio:g} × ({step.rate:g}/s)"


def mean_ms(result: LoadResult) -> float:
    """Return the mean response time of the accepted answers. Raises ValueError without any."""
    counts = result.total.response
    samples = statistics.total(counts)
    if not samples:
        raise ValueError("no samples")
    return sum(value * count for value, count in counts) / samples / _US_PER_MS


def point_of(result: LoadResult) -> Point | None:
    """Return concurrency and throughput of a run; concurrency by Little's law, N = X × R."""
    done = statistics.total(result.total.response)
    if not done or result.duration_s <= 0:
        return None
    throughput = done / result.duration_s
    return Point(throughput * mean_ms(result) / 1000.0, throughput)


def cpu_ms(ran: Ran) -> float | None:
    """Return the CPU time of the service for each request of a run, warm-up included."""
    if ran.cpu_s is None or ran.result is None:
        return None
    requests = ran.result.total.requests + ran.result.warmup_requests
    return 1000.0 * ran.cpu_s / requests if requests else None
