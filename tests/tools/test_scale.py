"""The scale adapter: what is to be run, and what a course says."""

import json
from typing import Any

import msgspec
import pytest

from gates.core.capacity import Load, LoadOperation, Stage
from gates.core.load import Generator, LoadResult, Part, Recorded, Scenario
from gates.core.model import Reason, ToolReport
from gates.core.scaling import Course, Objectives, Plan, Ran
from gates.core.target import Auth, Login, OpenApi, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import scale

THINGS = (LoadOperation(path="/things"),)


def target(*, operations: tuple[LoadOperation, ...] = THINGS, **load: Any) -> Target:
    return Target(
        name="made",
        service=Service(start=("serve", "{port}")),
        openapi=OpenApi(path="/openapi.json"),
        load=Load(rate=50.0, operations=operations, **load),
    )


def planned(given: Target, **settings: object) -> tuple[Plan, list[Scenario]]:
    """The plan, and the scenarios of its plateau, lower and higher runs."""
    options = Options(
        tree="/tree", output="/out", python="/py", bin="/bin", pid=7, settings=settings
    )
    text = scale.commands(given, options)[-1].inputs["input.json"]
    plan = msgspec.json.decode(text, type=Plan)
    runs = (plan.plateau, *plan.lower, *plan.higher)
    made = [msgspec.json.decode(run.inputs["scenario.json"], type=Scenario) for run in runs]
    return plan, made


def test_the_plateau_is_a_course_up_to_three_times_the_rate_and_down() -> None:
    plan, made = planned(target(), duration_s=30, ramp_s=4, warmup_s=2)
    assert (plan.plateau.ratio, plan.plateau.rate, plan.pid, plan.made) == (3, 150, 7, "")
    assert (made[0].rate, made[0].warmup_s, made[0].duration_s) == (50, 2, 38)
    assert [(one.rate, one.seconds) for one in made[0].stages] == [(150, 4), (150, 30), (50, 4)]
    assert plan.plateau.seconds == 42
    assert plan.plateau.env["GATESCORE_SCENARIO"] == "/out/course-150/scenario.json"


def test_a_plateau_is_long_enough_for_a_p99() -> None:
    """1,000 samples and 5 % more at 150/s are 7 s."""
    _, made = planned(target(), duration_s=1, ramp_s=1)
    assert made[0].stages[1].seconds == pytest.approx(7.0)


def test_steps_around_the_plateau_are_long_enough_for_a_p95() -> None:
    plan, made = planned(target(), steps=[1, 2, 3, 4.5, 10], step_s=2)
    assert [run.ratio for run in plan.lower] == [2, 1]
    assert [run.ratio for run in plan.higher] == [4.5, 10]
    assert [one.rate for one in made[1:]] == [100, 50, 225, 500]
    assert [one.duration_s for one in made[1:]] == pytest.approx([2.1, 4.2, 2, 2])
    assert all((one.stages, one.quiet_s) == ((), 0) for one in made[1:])
    assert len({run.folder for run in (plan.plateau, *plan.lower, *plan.higher)}) == 5


def test_steps_that_are_no_numbers_are_none() -> None:
    plan, _ = planned(target(), steps=["4", -1, 0, 5])
    assert ([run.ratio for run in plan.lower], [run.ratio for run in plan.higher]) == ([], [5])


def test_stages_of_the_target_are_the_course() -> None:
    stages = (Stage(rate=200, seconds=120), Stage(rate=200, seconds=300), Stage(rate=0, seconds=60))
    plan, made = planned(target(stages=stages))
    assert (made[0].stages, plan.plateau.rate, plan.plateau.ratio) == (stages, 200, 4)
    assert plan.notes == ()
    plan, made = planned(target(stages=stages), stages_s=12)
    assert sum(one.seconds for one in made[0].stages) == pytest.approx(12)
    assert plan.notes == ("load.stages were shortened from 480 s to 12 s",)


def test_stages_that_never_stay_at_three_times_the_rate_are_not_judged() -> None:
    stages = (Stage(rate=140, seconds=10), Stage(rate=140, seconds=60))
    plan, made = planned(target(stages=stages))
    assert (plan.plateau.rate, made[0].stages[0].rate) == (150, 150)
    assert plan.notes == (
        "load.stages do not stay at 150/s or more in any stage: our own were used",
    )


def test_what_the_target_says_of_its_load_holds_for_each_run() -> None:
    _, made = planned(target(poisson=True, identities=20, users=9, locustfile="own.py"))
    assert {(one.poisson, one.identities) for one in made} == {(True, 20)}
    assert {(one.users, one.locustfile) for one in made} == {(0, "")}, "always the open model"
    assert {(one.longest_s, *one.needed) for one in made} == {(0.0,)}, "no step goes on for ever"


def test_every_run_gets_the_headers_of_all_its_identities() -> None:
    auth = Auth(headers={"X-Key": "${KEY}"})
    options = Options(tree="/tree", output="/out", python="/py", bin="/bin")
    given = msgspec.structs.replace(target(identities=3), auth=auth)
    (run,) = scale.commands(given, options)
    assert run.secrets == ("GATESCORE_AUTH", "GATESCORE_IDENTITIES")


def test_objectives_come_from_the_settings() -> None:
    plan, _ = planned(target(), knee_p95_ms=50, knee_errors_percent=1, knee_completed=0.9)
    assert plan.objectives == Objectives(p95_ms=50, errors_percent=1, completed=0.9)


def test_operations_are_made_up_where_none_are_named() -> None:
    options = Options(tree="/tree", output="/out", python="/py", bin="/bin", document="/d.json")
    given = msgspec.structs.replace(
        target(operations=()), auth=Auth(login=Login(path="/in", body={}))
    )
    making, run = scale.commands(given, options)
    assert "gates.probes.scenario" in making.argv
    assert msgspec.json.decode(run.inputs["input.json"], type=Plan).made == "scenario.json"
    assert "GATESCORE_AUTH" in run.secrets
    assert json.loads(making.inputs["input.json"])["requests"] > 10_000


def recorded(good: int, us: int = 5000, failed: int = 0) -> Recorded:
    times = ((us, good),) if good else ()
    failures = {"status 500": failed} if failed else {}
    return Recorded(
        requests=good + failed, failures=failures, size=0, response=times, service=times
    )


def ran(
    ratio: float,
    plateau: Recorded,
    *,
    other: Recorded | None = None,
    cpu_s: float | None = 3.0,
    **run: Any,
) -> Ran:
    """A course up to the plateau of 10 s and down, or without `other` a step of 10 s."""
    rate = 50 * ratio
    whole = plateau if other is None else recorded_sum(plateau, other)
    parts = ()
    if other is not None:
        parts = (
            Part(begin_s=0, seconds=2, first_rate=50, last_rate=rate, recorded=other),
            Part(begin_s=2, seconds=10, first_rate=rate, last_rate=rate, recorded=plateau),
        )
    generator = Generator(
        cpu_percent=run.pop("cpu", 10.0),
        lag=((100, 10),),
        quiet=True,
        quiet_wait_s=0,
        other_cpu_percent=0,
        steal_percent=0,
    )
    fields: dict[str, Any] = {
        "finished": True,
        "wanted_rate": rate,
        "duration_s": 10.0,
        "scheduled": whole.requests,
        "handled": whole.requests,
        "warmup_requests": 0,
        "warmup_failures": 0,
        "trailing_gone": 0,
        "total": whole,
        "operations": {"things": whole},
        "asked": {"things": "GET /things"},
        "generator": generator,
        "interval_s": 1.0,
        "intervals": (),
        "parts": parts,
        **run,
    }
    result = LoadResult(**fields)
    return Ran(ratio=ratio, rate=rate, exit_code=0, result=result, cpu_s=cpu_s)


def recorded_sum(one: Recorded, other: Recorded) -> Recorded:
    counts: dict[int, int] = {}
    for us, count in (*one.response, *other.response):
        counts[us] = counts.get(us, 0) + count
    times = tuple(sorted(counts.items()))
    failures = {**one.failures, **other.failures}
    return Recorded(
        requests=one.requests + other.requests,
        failures=failures,
        size=0,
        response=times,
        service=times,
    )


def output(*runs: Ran, ended: str = "", notes: tuple[str, ...] = ()) -> ToolOutput:
    course = Course(runs=runs, objectives=Objectives(), ended=ended, notes=notes)
    return ToolOutput(exit_code=0, files={"course": msgspec.json.encode(course)})


def read(*runs: Ran, ended: str = "") -> ToolReport:
    return scale.parse((output(*runs, ended=ended),))


GOOD = ran(3, recorded(1500), other=recorded(200, us=900_000))


def test_the_plateau_alone_is_judged() -> None:
    """The 200 slow answers on the way up would make the p95 900 ms."""
    found = read(GOOD).measurements
    assert (found["scale.p95_ms"].value, found["scale.p95_ms"].samples) == (5.0, 1500)
    assert found["scale.p99_ms"].value == 5.0
    assert found["scale.errors_percent"].value == 0.0


def test_errors_on_the_plateau_count_with_their_share_of_it() -> None:
    report = read(ran(3, recorded(1497, failed=3), other=recorded(200)))
    assert report.measurements["scale.errors_percent"].value == pytest.approx(0.2)
    assert [one.rule for one in report.findings] == [
        "scale.objectives-missed",
        "load.failed-requests",
    ]


def test_the_knee_and_the_finding_of_the_lowest_rate_that_is_missed() -> None:
    slow = recorded(2000, us=400_000)
    report = read(GOOD, ran(4.5, recorded(2000)), ran(6.75, slow), ran(6.75, slow))
    knee = report.measurements["scale.knee_ratio"]
    assert knee.value == 4.5
    assert "6.75 × (337.5/s) is missed: p95 400 ms (wanted < 100 ms)" in knee.detail
    (finding,) = report.findings
    assert (finding.rule, finding.message[:22]) == (
        "scale.objectives-missed",
        "6.75 × the expected ra",
    )
    assert report.examined == 1700 + 3 * 2000
    curve = next(one for one in report.series if one.name == "p95 over rate")
    assert curve.points[0] == (150, 5)
    assert curve.points[1] == (225, 5)


def test_context_of_a_finding_does_not_vary() -> None:
    first = read(ran(3, recorded(1500, us=200_000), other=recorded(0))).findings[0]
    second = read(ran(3, recorded(1500, us=300_000), other=recorded(0))).findings[0]
    assert first.message != second.message
    assert (first.context, first.rule) == (second.context, second.rule)


def test_a_busy_generator_on_a_step_ends_the_search_and_the_knee_is_a_lower_bound() -> None:
    report = read(GOOD, ran(4.5, recorded(2000), cpu=81))
    knee = report.measurements["scale.knee_ratio"]
    assert (knee.value, report.findings) == (3, ())
    assert knee.detail.startswith("at least 3 × (150/s): at 4.5 × (225/s) nothing is known")
    assert "CPU 81 % of a core" in knee.detail


@pytest.mark.parametrize("step", [3, 4.5])
def test_a_dead_target_is_target_down_at_any_step_p38(step: float) -> None:
    dead = ran(step, recorded(500, failed=500), trailing_gone=500)
    runs = (GOOD, dead) if step > 3 else (dead,)
    with pytest.raises(ParseError) as caught:
        read(*runs)
    assert caught.value.reason is Reason.TARGET_DOWN
    assert caught.value.detail.startswith(f"at {step:g} × the expected rate: ")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (ran(3, recorded(1500), other=recorded(1), cpu=81.0), Reason.GENERATOR_UNHEALTHY),
        (ran(3, recorded(1500), other=recorded(1), scheduled=9000), Reason.GENERATOR_UNHEALTHY),
        (ran(3, recorded(1500), other=recorded(1), finished=False), Reason.INCOMPLETE),
        (Ran(ratio=3, rate=150, exit_code=0), Reason.NO_RESULT),
        (Ran(ratio=3, rate=150, exit_code=2, stderr="boom"), Reason.TOOL_CRASHED),
    ],
)
def test_a_plateau_that_cannot_be_believed_is_an_error_never_a_pass(
    bad: Ran, reason: Reason
) -> None:
    with pytest.raises(ParseError) as caught:
        read(bad)
    assert caught.value.reason is reason


def test_a_rate_that_no_generator_can_issue_p33() -> None:
    """Half of what was to be sent was sent: that is no number of the target."""
    with pytest.raises(ParseError) as caught:
        read(ran(3, recorded(1500), other=recorded(0), scheduled=3000))
    assert caught.value.reason is Reason.GENERATOR_UNHEALTHY


def test_one_request_and_none_p12() -> None:
    one = read(ran(3, recorded(1), other=recorded(0)))
    assert one.examined == 1
    assert [one.measurements[name].value for name in ("scale.p95_ms", "scale.p99_ms")] == [None] * 2
    assert one.measurements["scale.knee_ratio"].value is None
    none = read(ran(3, recorded(0), other=recorded(0)))
    assert none.examined == 0
    assert none.measurements["scale.errors_percent"].value is None


def test_every_metric_is_told_and_what_is_not_known_says_why() -> None:
    report = read(ran(3, recorded(1500), other=recorded(0), cpu_s=None))
    assert set(report.measurements) == set(scale.METRICS)
    assert "cannot be seen" in report.measurements["scale.cpu_ms"].why


def test_cost_of_a_request_is_of_the_whole_run() -> None:
    """3 s for the 1,700 requests of the course."""
    assert read(GOOD).measurements["scale.cpu_ms"].value == pytest.approx(3000 / 1700)


def test_the_law_is_told_with_its_error_or_why_there_is_none() -> None:
    """Mean time 20 ms / (1 - rate / 200): no rate above 200/s, whatever the concurrency."""
    assert any("no scalability law: 1 rates were measured" in one for one in read(GOOD).notes)

    def queued(ratio: float, **other: Any) -> Ran:
        us = int(20_000 / (1 - ratio / 4))
        return ran(ratio, recorded(int(500 * ratio), us=us), **other)

    report = read(queued(3, other=recorded(0)), *(queued(ratio) for ratio in (1, 1.5, 2, 2.5)))
    (law,) = (one for one in report.notes if one.startswith("universal scalability law over 5"))
    assert "fit 0.0% off; its throughput levels off at 200/s" in law
    assert [one.name for one in report.series][3:5] == [
        "throughput over concurrency",
        "fitted throughput over concurrency",
    ]


def test_a_course_without_a_run_is_refused() -> None:
    with pytest.raises(ParseError) as caught:
        scale.parse((output(),))
    assert caught.value.reason is Reason.UNREADABLE_RESULT


def test_what_our_program_says_is_passed_on() -> None:
    failed = ToolOutput(exit_code=3, stderr=b"no-result: no operations were made up\n")
    with pytest.raises(ParseError) as caught:
        scale.parse((failed,))
    assert caught.value.reason is Reason.NO_RESULT


@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
def test_a_course_that_is_cut_is_refused_b3(share: float) -> None:
    whole = output(GOOD)
    assert scale.parse((whole,)).examined == 1700
    data = whole.files["course"]
    cut = ToolOutput(exit_code=0, files={"course": data[: int(len(data) * share)]})
    with pytest.raises(ParseError) as caught:
        scale.parse((cut,))
    assert caught.value.reason is Reason.UNREADABLE_RESULT


def test_what_was_made_up_and_left_out_is_among_the_notes() -> None:
    made = ToolReport(
        tool="scenario", examined=3, examined_unit="operations", notes=("not in the load: x",)
    )
    first = ToolOutput(exit_code=0, stdout=msgspec.json.encode(made))
    assert "not in the load: x" in scale.parse((first, output(GOOD))).notes
