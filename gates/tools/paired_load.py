"""Loads the base and the candidate in turn, and says what became slower beyond doubt."""

import math
from collections.abc import Mapping

import msgspec

from gates.core import statistics
from gates.core.comparing import (
    LEAST_PAIRS,
    THROUGHPUT,
    Change,
    Compared,
    Rules,
    compared,
    regressions,
)
from gates.core.load import Scenario
from gates.core.model import Finding, Measurement, Reason, Series, Severity, ToolReport
from gates.core.pairs import (
    BASE_VARIABLE,
    RESULT,
    TASK,
    US_PER_MS,
    Slice,
    Slices,
    Task,
    asked,
    failing,
    pairs,
)
from gates.core.statistics import needed_samples
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import load_run, planted, strict_json
from gates.tools.formats import scenario as made_up
from gates.tools.formats.load_report import LEAST_ACHIEVED, MOST_CPU_PERCENT, MOST_LAG_P99_MS
from gates.tools.formats.report import read_report

DISTRIBUTION = "gatescore"
BASE_SERVICE = True  # runs with the service of the base beside the target's
TOOL = "paired_load"
METRIC = "load.regressions"
RULE = "load.regression"
METRICS = {METRIC: Metric("Quantities that are worse than at the base revision")}

NO_BASE = "no base to compare with"
SAME = "same tree as the base"
LOCUSTFILE = "a locustfile cannot be sent in slices: name load.operations beside it"

_SLICE_S = 0.25
_LEAST_REQUESTS = 20  # of a slice
_CURVE = (*range(1, 100), 99.5, 99.9, 100)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run, which also says where there is nothing to compare; nothing without [load].

    Settings: paired_s and paired_longest_s (seconds of slices on both sides together),
    paired_warmup_s (of each side), slice_s, seed, poisson, timeout_s, floor_ms, floor_percent,
    margin_percent.
    """
    if target.load is None:
        return ()
    given = task(target, options)
    protected = bool(target.auth.headers or target.auth.login)
    run = Invocation(
        argv=(options.python, "-m", "gates.load.paired", TASK),
        cwd=options.output,
        deadline_s=options.deadline_s,
        files={"slices": RESULT},
        inputs={TASK: msgspec.json.encode(given).decode()},
        secrets=("GATESCORE_AUTH", BASE_VARIABLE) if protected and given.base_origin else (),
    )
    if given.scenario.operations or not given.base_origin:
        return (run,)
    seconds = given.warmup_s + given.most_pairs * given.scenario.duration_s
    whole = msgspec.structs.replace(given.scenario, duration_s=seconds)
    return (made_up.making(whole, target, options), run)


def task(target: Target, options: Options) -> Task:
    """What to send, or why nothing is sent."""
    settings = options.settings
    part = slice_of(target, options)
    each_s = 2 * part.duration_s
    wished = max(_number(settings, "paired_s", 20.0), each_s * _least_pairs(part))
    longest = max(_number(settings, "paired_longest_s", 60.0), _number(settings, "paired_s", 20.0))
    same = bool(settings.get("base_same", False))
    told = str(settings.get("base_why", "")) or ("" if options.base_origin else NO_BASE)
    if target.load and target.load.locustfile and not part.operations:
        told = LOCUSTFILE
    return Task(
        scenario=part,
        base_origin="" if same or told else options.base_origin,
        origin=options.base_url,
        pairs=max(1, math.ceil(min(wished, longest) / each_s)),
        most_pairs=max(1, math.ceil(longest / each_s)),
        warmup_s=_number(settings, "paired_warmup_s", 1.0),
        rules=Rules(
            floor_ms=_number(settings, "floor_ms", 1.0),
            floor_share=_number(settings, "floor_percent", 5.0) / 100,
            margin=_number(settings, "margin_percent", 15.0) / 100,
            seed=int(_number(settings, "seed", 1)),
        ),
        same=same,
        files=int(_number(settings, "base_files", 0)),
        told="" if same else told,
    )


def slice_of(target: Target, options: Options) -> Scenario:
    """One slice: short, but with enough requests to have a pace."""
    rate = target.load.rate if target.load else 1.0
    given = target.load.operations if target.load else ()
    whole = load_run.scenario(
        options.settings, load_run.operations(given), rate=rate, samples=0, longest_s=0
    )
    seconds = max(_number(options.settings, "slice_s", _SLICE_S), _LEAST_REQUESTS / rate)
    return msgspec.structs.replace(
        whole,
        duration_s=seconds,
        poisson=whole.poisson or bool(target.load and target.load.poisson),
        warmup_s=0.0,
        quiet_s=0.0,
        grace_s=whole.timeout_s,
        needed={},
        longest_s=0.0,
    )


def _least_pairs(part: Scenario) -> int:
    """Pairs that an interval needs, and the samples of p95, with some to spare for failures."""
    samples = 1.05 * needed_samples(0.95)
    return max(LEAST_PAIRS, math.ceil(samples / (part.rate * part.duration_s)))


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Compare what was recorded.

    Raises ParseError: no-result, tool-crashed, unreadable-result, incomplete, generator-unhealthy.
    """
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was compared: the target file has no [load]")
    made = read_report(outputs[0], "scenario").notes if len(outputs) > 1 else ()
    result = _result(outputs[-1])
    if not result.finished:
        why = result.error or "no reason given"
        raise ParseError(Reason.INCOMPLETE, f"base and candidate were not compared: {why}")
    if result.task.same:
        zero = Measurement(value=0.0, detail=SAME)
        return _report(max(1, result.task.files), "files", zero)
    if result.task.told:
        return _report(1, "revisions", Measurement(value=None, why=result.task.told))
    check_generator(result)
    report = _compared(result)
    return msgspec.structs.replace(report, notes=(*report.notes, *made))


def _result(output: ToolOutput) -> Slices:
    data = output.files.get("slices")
    if data is None and output.exit_code != 0:
        lines = output.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"]
        detail = f"the paired load ended with {output.exit_code}: {lines[-1].strip()}"
        raise ParseError(Reason.TOOL_CRASHED, detail)
    return strict_json.decode_as(data, Slices, what=f"{RESULT} of the paired load")


def check_generator(result: Slices) -> None:
    """Raise ParseError(generator-unhealthy) with every bound that is broken."""
    lag = statistics.percentile(result.lag, 0.99) / US_PER_MS if result.lag else 0.0
    achieved = result.handled / result.scheduled if result.scheduled else 1.0
    cpu = result.cpu_percent
    breaches = (
        (cpu > MOST_CPU_PERCENT, f"CPU {cpu:.0f} % of a core (at most {MOST_CPU_PERCENT:g} %)"),
        (lag > MOST_LAG_P99_MS, f"schedule lag p99 {lag:.1f} ms (at most {MOST_LAG_P99_MS:g} ms)"),
        (
            achieved < LEAST_ACHIEVED,
            f"{achieved:.3f} of the scheduled requests were issued (at least {LEAST_ACHIEVED:g})",
        ),
    )
    found = "; ".join(text for broken, text in breaches if broken)
    if found:
        detail = f"{found} while base and candidate were loaded; free the machine of other work"
        raise ParseError(Reason.GENERATOR_UNHEALTHY, detail)


def _compared(result: Slices) -> ToolReport:
    found = compared(pairs(result.twins), result.task.rules)
    base = [twin.base for twin in result.twins]
    candidate = [twin.candidate for twin in result.twins]
    slowest = _slowest(base, candidate)
    requests = asked((*base, *candidate))[0]
    return msgspec.structs.replace(
        _report(requests, "requests", _measurement(found)),
        findings=tuple(_finding(one, slowest) for one in regressions(found)),
        notes=_notes(result, found, base, candidate),
        series=(_curve("base", base), _curve("candidate", candidate)),
    )


def _report(examined: int, unit: str, measurement: Measurement) -> ToolReport:
    return ToolReport(
        tool=TOOL, examined=examined, examined_unit=unit, measurements={METRIC: measurement}
    )


def _measurement(found: tuple[Compared, ...]) -> Measurement:
    """How many regressed; no number where none did but p95 remains open."""
    worse = len(regressions(found))
    p95 = next(one for one in found if one.quantity == "p95")
    detail = "; ".join(map(_said, found))
    if not worse and p95.change is Change.INCONCLUSIVE:
        lacking = p95.samples < p95.needed
        return Measurement(
            value=None,
            why=f"p95 is inconclusive: {p95.why}",
            samples=p95.samples if lacking else None,
            needed=p95.needed if lacking else None,
            detail=detail,
        )
    return Measurement(value=float(worse), detail=detail)


def _said(one: Compared) -> str:
    if one.ratio is None:
        return f"{one.quantity} {one.change}: {one.why}"
    return f"{one.quantity} {one.change}: {_interval(one)}"


def _interval(one: Compared) -> str:
    return f"{one.ratio:.2f} × the base ({one.low:.2f} to {one.high:.2f})"


def _finding(one: Compared, slowest: str) -> Finding:
    unit = "/s" if one.quantity == THROUGHPUT else " ms"
    worst = f"; {slowest}" if slowest and one.quantity != THROUGHPUT else ""
    return Finding(
        tool=TOOL,
        rule=RULE,
        severity=Severity.HIGH,
        message=f"{one.quantity}: {one.base:.3g}{unit} at the base, {one.candidate:.3g}{unit} now, "
        f"{_interval(one)}, 95 % interval{worst}",
        fix="Profile the operation that slowed most, on both revisions, and look at what the "
        "difference between them adds to it.",
        context=one.quantity,
        metric=METRIC,
    )


def _slowest(base: list[Slice], candidate: list[Slice]) -> str:
    """The operation whose median grew most, as words; "" where none grew."""
    then, now = _medians(base), _medians(candidate)
    grown = {name: now[name] / then[name] for name in then.keys() & now.keys() if then[name] > 0}
    if not grown:
        return ""
    name = max(sorted(grown), key=grown.__getitem__)
    if grown[name] <= 1:
        return ""
    return f"{name} slowed most, its p50 from {then[name]:.3g} to {now[name]:.3g} ms"


def _medians(parts: list[Slice]) -> dict[str, float]:
    pooled: dict[str, list[int]] = {}
    for part in parts:
        for name, times in part.times.items():
            pooled.setdefault(name, []).extend(times)
    return {
        name: sorted(times)[statistics.nearest_rank(len(times), 0.5) - 1] / US_PER_MS
        for name, times in pooled.items()
    }


def _notes(
    result: Slices, found: tuple[Compared, ...], base: list[Slice], candidate: list[Slice]
) -> tuple[str, ...]:
    rate, seconds = result.task.scenario.rate, result.task.scenario.duration_s
    notes = [
        f"base and candidate were loaded in turn, {len(result.twins)} pairs of slices of "
        f"{seconds:g} s at {rate:g}/s, in an order left to chance",
        f"{result.warmup_requests} requests of the warm-up are not in the comparison",
    ]
    notes += [f"base against candidate: {_said(one)}" for one in found]
    notes += [f"not compared: the base answers {n} with {how}" for n, how in failing(base).items()]
    notes += [
        f"the candidate answers {name} with {how}: its times are not compared"
        for name, how in failing(candidate).items()
        if name not in failing(base)
    ]
    return tuple(notes)


def _curve(side: str, parts: list[Slice]) -> Series:
    times = sorted(us for part in parts for each in part.times.values() for us in each)
    points = tuple(
        (float(p), times[statistics.nearest_rank(len(times), p / 100) - 1] / US_PER_MS)
        for p in _CURVE
        if times
    )
    name = f"response time by percentile, {side}"
    return Series(name=name, x_unit="percentile", y_unit="ms", points=points)


def _number(settings: Mapping[str, object], key: str, default: float) -> float:
    value = settings.get(key, default)
    return float(value) if isinstance(value, int | float) else default


def control() -> Control:
    """A service that answers 30 ms later than at its base."""
    return planted.control(TOOL)
