"""Adapter of the scale gate: the load at 3 × the expected rate, and step by step to the knee."""

from collections.abc import Mapping

import msgspec

from gates.core import staging
from gates.core.capacity import Load
from gates.core.load import Scenario
from gates.core.model import Reason, ToolReport
from gates.core.scaling import Health, Objectives, Plan, Run
from gates.core.statistics import needed_samples
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Options, ParseError, ToolOutput
from gates.tools.formats import (
    load_health,
    load_run,
    planted,
    report,
    scale_report,
    scenario,
)

DISTRIBUTION = load_run.DISTRIBUTION
METRICS = scale_report.METRICS

RATIO = 3.0  # of the expected rate: the plateau, as the criteria say
STEPS = (1.0, 1.5, 2.0, 3.0, 4.5, 6.75, 10.0)
HEALTH = Health(
    cpu_percent=load_health.MOST_CPU_PERCENT,
    lag_p99_ms=load_health.MOST_LAG_P99_MS,
    achieved=load_health.LEAST_ACHIEVED,
    busy_percent=load_health.MOST_BUSY_PERCENT,
)
_SCENARIO = "scenario.json"
_START_S = 2.0  # start and end of one run
_ACCOUNT_S = 0.3  # to make one and log it in
_LONGEST_S = 300.0
_RAMP_S, _STEP_S = 5.0, 5.0

Settings = Mapping[str, object]


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of all steps, after the probe that makes operations up where none are named.

    Settings: ratio, steps (multiples of the expected rate), ramp_s, stages_s (load.stages are
    shortened to so many seconds), step_s, curve (also the lower steps of a service that holds),
    seconds (when the last may begin), knee_p95_ms, knee_errors_percent, knee_completed; and those
    of the load gate for the plateau. Nothing to run for a target without [load].
    """
    load, settings = target.load, options.settings
    if load is None:
        return ()
    ratio = _number(settings, "ratio", RATIO)
    course, rate, notes = _course(load, settings, ratio)
    steps = [one for one in _ratios(settings) if one != round(rate / load.rate, 6)]
    made = {one: _step(load, settings, one) for one in steps}
    runs = {one: _run(target, options, plain, one * load.rate) for one, plain in made.items()}
    probes = () if load.operations else (_making(course, tuple(made.values()), target, options),)
    plan = Plan(
        plateau=_run(target, options, course, rate),
        lower=tuple(runs[one] for one in reversed(steps) if one * load.rate < rate),
        higher=tuple(runs[one] for one in steps if one * load.rate > rate),
        curve=bool(settings.get("curve", True)),
        seconds=_number(settings, "seconds", options.deadline_s / 2),
        objectives=_objectives(settings),
        health=HEALTH,
        pid=options.pid,
        made=_SCENARIO if probes else "",
        notes=notes,
    )
    return (*probes, _invocation(plan, course, target, options))


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the course; see `scale_report.read` for the errors."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [load]")
    if len(outputs) == 1:
        return scale_report.read(outputs[0])
    made_up = report.read_report(outputs[0], "scenario")
    found = scale_report.read(outputs[1])
    return msgspec.structs.replace(found, notes=(*found.notes, *made_up.notes))


def control() -> Control:
    """A service that answers one request after the other, 20 ms each."""
    return planted.control("scale")


def _number(settings: Settings, key: str, default: float) -> float:
    value = settings.get(key, default)
    return float(value) if isinstance(value, int | float) else default


def _ratios(settings: Settings) -> tuple[float, ...]:
    given = settings.get("steps", STEPS)
    listed = given if isinstance(given, list | tuple) else STEPS
    return tuple(sorted({float(one) for one in listed if isinstance(one, int | float) and one > 0}))


def _objectives(settings: Settings) -> Objectives:
    default = Objectives()
    return Objectives(
        p95_ms=_number(settings, "knee_p95_ms", default.p95_ms),
        errors_percent=_number(settings, "knee_errors_percent", default.errors_percent),
        completed=_number(settings, "knee_completed", default.completed),
    )


def _course(
    load: Load, settings: Settings, ratio: float
) -> tuple[Scenario, float, tuple[str, ...]]:
    """The staged load, the rate at which it is judged, and what is to be said of it."""
    wanted = ratio * load.rate
    held = _scenario(load, settings, wanted, needed_samples(0.99))
    at_least_s = 1.05 * needed_samples(0.99) / wanted
    rate = staging.level(load.stages, load.rate, wanted)
    notes = []
    if load.stages and rate is not None:
        whole = sum(one.seconds for one in load.stages)
        longest = _number(settings, "stages_s", whole)
        stages = staging.shortened(load.stages, load.rate, rate, longest, at_least_s)
        seconds = sum(one.seconds for one in stages)
        if seconds < whole:
            notes.append(f"load.stages were shortened from {whole:g} s to {seconds:.0f} s")
    else:
        if load.stages:
            notes.append(
                f"load.stages do not stay at {wanted:g}/s or more in any stage: our own were used"
            )
        rate = wanted
        ramp_s = _number(settings, "ramp_s", _RAMP_S)
        stages = staging.up_and_down(load.rate, wanted, ramp_s, held.duration_s)
    course = msgspec.structs.replace(
        held, rate=load.rate, stages=stages, duration_s=sum(one.seconds for one in stages)
    )
    return course, rate, tuple(notes)


def _step(load: Load, settings: Settings, ratio: float) -> Scenario:
    """A short run; the quiet check stood before the first."""
    own = {
        "duration_s": _number(settings, "step_s", _STEP_S),
        "longest_s": _number(settings, "step_longest_s", 60.0),
        "warmup_s": _number(settings, "step_warmup_s", 0.5),
        "quiet_s": 0.0,
    }
    return _scenario(load, {**settings, **own}, ratio * load.rate, needed_samples(0.95))


def _scenario(load: Load, settings: Settings, rate: float, samples: int) -> Scenario:
    made = load_run.scenario(
        settings,
        load_run.operations(load.operations),
        rate=rate,
        samples=samples,
        longest_s=_LONGEST_S,
    )
    return msgspec.structs.replace(made, needed={}, longest_s=0.0)


def _run(target: Target, options: Options, made: Scenario, rate: float) -> Run:
    """How one scenario is run, in a folder named after the rate at which it is judged."""
    folder = f"{'course' if made.stages else 'step'}-{rate:g}"
    inside = msgspec.structs.replace(options, output=f"{options.output}/{folder}")
    given = load_run.invocation(_wished(made, target, options), target, inside)
    load = target.load or Load(rate=rate)
    return Run(
        ratio=round(rate / load.rate, 6),
        rate=rate,
        folder=folder,
        argv=given.argv,
        inputs=dict(given.inputs),
        env=dict(given.env),
        result=given.files["result"],
        seconds=made.warmup_s + made.duration_s + _START_S + _ACCOUNT_S * (load.identities - 1),
    )


def _wished(made: Scenario, target: Target, options: Options) -> Scenario:
    """The scenario as [load] wishes it, but always of the open model: a rate is what is raised."""
    if target.load is None:
        return made
    whole = load_run.wished(made, target.load, options, target)
    return msgspec.structs.replace(whole, users=0, locustfile="")


def _making(
    course: Scenario, steps: tuple[Scenario, ...], target: Target, options: Options
) -> Invocation:
    """The probe that makes up the operations, with data enough for all runs together."""
    requests = sum(
        max(one.rate, *(stage.rate for stage in one.stages), 0.0) * (one.warmup_s + one.duration_s)
        for one in (course, *steps)
    )
    whole = msgspec.structs.replace(course, stages=(), duration_s=requests / course.rate)
    return scenario.making(_wished(whole, target, options), target, options)


def _invocation(plan: Plan, course: Scenario, target: Target, options: Options) -> Invocation:
    """Our program, which runs the plan; it needs the secrets of each run."""
    return Invocation(
        argv=(options.python, "-m", "gates.probes.run_scale", report.INPUT),
        cwd=options.output,
        deadline_s=options.deadline_s,
        files={"course": scale_report.COURSE},
        inputs={report.INPUT: msgspec.json.encode(plan, order="sorted").decode()},
        secrets=load_run.invocation(_wished(course, target, options), target, options).secrets,
    )
