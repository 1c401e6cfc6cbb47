"""The load adapter against recorded runs of Locust 2.47.0, and edits of them at each bound."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gates.core.behaviour import Registration
from gates.core.capacity import Load, LoadOperation, Objective
from gates.core.model import Reason, ToolReport
from gates.core.target import Auth, Login, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import locust, smoke_load
from gates.tools.formats import load_report

DATA = Path(__file__).parent / "data" / "locust"
Edit = Callable[[dict[str, Any]], object]


def recorded(case: str) -> ToolOutput:
    folder = DATA / f"2.47.0-{case}"
    return ToolOutput(
        exit_code=int((folder / "exit_code").read_text()),
        stderr=(folder / "stderr").read_bytes(),
        files={"result": (folder / "result.json").read_bytes()},
    )


def edited(case: str, edit: Edit) -> ToolOutput:
    result = json.loads(recorded(case).files["result"])
    edit(result)
    return ToolOutput(exit_code=0, files={"result": json.dumps(result).encode()})


def refusal(output: ToolOutput) -> ParseError:
    with pytest.raises(ParseError) as caught:
        locust.parse((output,))
    return caught.value


def figures(report: ToolReport) -> dict[str, float | None]:
    return {name: measured.value for name, measured in report.measurements.items()}


def test_a_healthy_run() -> None:
    """Written by hand from the recording: sorted times, rank 600, 1140 and 1188 of 1200."""
    report = locust.parse((recorded("healthy"),))
    times = [
        us
        for us, count in json.loads(recorded("healthy").files["result"])["total"]["response"]
        for _ in range(count)
    ]
    assert (report.examined, report.examined_unit, report.findings) == (1200, "requests", ())
    found = figures(report)
    assert set(found) == set(locust.METRICS)
    assert found["latency.p50_ms"] == times[599] / 1000
    assert found["latency.p95_ms"] == times[1139] / 1000
    assert found["latency.p99_ms"] == times[1187] / 1000
    assert found["latency.max_ms"] == times[-1] / 1000
    assert (found["load.errors_percent"], found["load.completed_ratio"]) == (0.0, 1.0)
    assert found["load.rate_rps"] == pytest.approx(400, rel=0.01)
    p95 = report.measurements["latency.p95_ms"]
    assert (p95.samples, p95.needed, p95.bound) == (1200, 200, times[1153 - 1] / 1000)


def test_curves_of_a_run() -> None:
    series = {curve.name: curve for curve in locust.parse((recorded("healthy"),)).series}
    response = series["response time by percentile"]
    assert (response.x_unit, response.y_unit) == ("percentile", "ms")
    assert [x for x, _ in response.points][-4:] == [99.0, 99.5, 99.9, 100.0]
    assert [y for _, y in response.points] == sorted(y for _, y in response.points)
    assert series["rate over time"].points == ((0.5, 400.0), (1.5, 400.0), (2.5, 400.0))
    assert series["errors over time"].points == ((0.5, 0.0), (1.5, 0.0), (2.5, 0.0))
    assert len(series["p50 over time"].points) == len(series["p95 over time"].points) == 3


def test_errors_by_operation() -> None:
    """Exit code 1 of Locust is no crash: a request failed, the policy says how many may."""
    report = locust.parse((recorded("errors"),))
    assert figures(report)["load.errors_percent"] == 25.0
    assert figures(report)["load.completed_ratio"] == 0.75
    assert {finding.rule for finding in report.findings} == {"load.failed-requests"}
    assert sum(int(f.message.split(": ")[1].split(" of ")[0]) for f in report.findings) == 50
    assert "status 503 × " in report.findings[0].message
    p95 = report.measurements["latency.p95_ms"]
    assert (p95.value, p95.why) == (None, "too few samples: need 50 more")


def test_no_request_is_examined_nothing() -> None:
    """P12."""
    report = locust.parse((recorded("no-request"),))
    assert report.examined == 0
    assert figures(report)["load.errors_percent"] is None


def test_a_dead_target_is_not_a_slow_one() -> None:
    """P38."""
    error = refusal(recorded("target-killed"))
    assert error.reason is Reason.TARGET_DOWN
    assert error.detail.startswith("the last 60 of 175 requests found no target to connect to")


@pytest.mark.parametrize(("row", "down"), [(19, False), (20, True)])
def test_target_down_bound(row: int, down: bool) -> None:
    output = edited("healthy", lambda result: result.update(trailing_gone=row))
    if down:
        assert refusal(output).reason is Reason.TARGET_DOWN
    else:
        assert locust.parse((output,)).examined == 1200


def test_a_terminated_run_is_incomplete() -> None:
    """P19: Locust's exit code was 0."""
    error = refusal(recorded("terminated"))
    assert recorded("terminated").exit_code == 0
    assert (error.reason, "ended by a signal" in error.detail) == (Reason.INCOMPLETE, True)


def test_a_rate_beyond_the_generator() -> None:
    error = refusal(recorded("too-fast"))
    assert error.reason is Reason.GENERATOR_UNHEALTHY
    assert "of the wanted 100000 requests per second were issued (at least 0.98)" in error.detail


def test_a_hanging_target_is_the_targets_fault() -> None:
    """Open model: the arrivals went out in time, so this is judged, not an unhealthy generator."""
    report = locust.parse((recorded("hanging"),))
    assert figures(report)["load.errors_percent"] == 100.0
    assert report.findings[0].message.endswith(
        "requests failed: in flight at the end × 11, timeout × 23"
    )


def lag(ms: float) -> Edit:
    return lambda result: result["generator"].update(lag=[[500, 980], [round(ms * 1000), 20]])


def cpu(percent: float) -> Edit:
    return lambda result: result["generator"].update(cpu_percent=percent)


def around(**given: float | None) -> Edit:
    return lambda result: result["generator"].update(given)


def handled(count: int) -> Edit:
    return lambda result: result.update(handled=count, scheduled=1000)


@pytest.mark.parametrize(
    "edit",
    [
        *(lag(10.0), cpu(80.0), handled(980)),
        *(around(steal_percent=10.0), around(busy_percent=50.0), around(clock_step_s=0.5)),
        around(busy_percent=None),
    ],
)
def test_a_generator_at_its_bounds_is_believed(edit: Edit) -> None:
    assert locust.parse((edited("healthy", edit),)).examined == 1200


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lag(10.1), "schedule lag p99 10.1 ms (at most 10 ms)"),
        (cpu(81.0), "CPU 81 % of a core (at most 80 %)"),
        (handled(979), "0.979 of the wanted 400 requests per second"),
        (around(steal_percent=10.6), "the hypervisor took 11 % of all cores (at most 10 %)"),
        (around(busy_percent=50.6), "other processes used 51 % of all cores (at most 50 %)"),
        (around(clock_step_s=0.6), "the wall clock jumped by 0.6 s (at most 0.5 s)"),
    ],
)
def test_a_generator_beyond_its_bounds_is_not(edit: Edit, words: str) -> None:
    error = refusal(edited("healthy", edit))
    assert error.reason is Reason.GENERATOR_UNHEALTHY
    assert words in error.detail


@pytest.mark.parametrize("model", ["closed", "locustfile"])
def test_users_who_wait_are_not_late(model: str) -> None:
    """What they do not send is the answer's fault; load.completed tells of it."""

    def half(result: dict[str, Any]) -> None:
        result.update(model=model, scheduled=2400)

    report = locust.parse((edited("healthy", half),))
    assert figures(report)["load.completed_ratio"] == 0.5


def test_what_disturbed_the_run_is_said() -> None:
    noise = {"quiet": False, "quiet_wait_s": 20.4, "other_cpu_percent": 61.2, "steal_percent": 3.0}
    noise |= {"busy_percent": 12.0, "clock_step_s": 0.07}

    def disturb(result: dict[str, Any]) -> None:
        result["generator"].update(noise)
        result["warmup_failures"] = 2
        result["extended_s"] = 3.21

    notes = locust.parse((edited("healthy", disturb),)).notes
    assert notes[2:] == (
        "2 requests of the warm-up failed",
        "the run went on for 3.2 s: samples were missing",
        "the machine was not quiet after 20 s: other processes used 61 % of all cores",
        "the hypervisor took 3 % of all cores meanwhile",
        "other processes used 12 % of all cores meanwhile",
        "the wall clock jumped by 0.07 s meanwhile",
    )


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (
            {},
            "1200 requests in 3.0 s with 400 requests per second whatever the service does (open "
            "model); the figures may be believed: generator CPU ",
        ),
        ({"model": "closed"}, "closed model: service times only"),
        ({"model": "locustfile"}, "the users of the locustfile (closed model"),
        ({"workers": 3}, " by 3 generators; the figures may be believed: generator CPU "),
    ],
)
def test_one_sentence_says_what_was_done(edits: dict[str, Any], words: str) -> None:
    said = locust.parse((edited("healthy", lambda result: result.update(edits)),)).notes[0]
    assert words in said
    assert "the figures may be believed" in said
    assert ("open model" in said) is (edits.get("model", "open") == "open")


def test_a_run_that_may_not_be_believed_says_so_of_its_model_too() -> None:
    def hurry(result: dict[str, Any]) -> None:
        result["generator"]["cpu_percent"] = 81.0

    with pytest.raises(ParseError) as caught:
        locust.parse((edited("healthy", hurry),))
    assert caught.value.reason is Reason.GENERATOR_UNHEALTHY
    assert "(open model); the figures may not be believed: CPU 81 % of a core" in str(
        caught.value.detail
    )


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (None, Reason.NO_RESULT, ""),
        (b"", Reason.EMPTY_RESULT, ""),
        (b"null", Reason.UNREADABLE_RESULT, ""),
        (b"{}", Reason.UNREADABLE_RESULT, ""),
        (b"[]", Reason.UNREADABLE_RESULT, ""),
        (b'{"finished": true, "finished": false}', Reason.UNREADABLE_RESULT, "duplicate-key"),
        (recorded("healthy").files["result"][:9000], Reason.UNREADABLE_RESULT, ""),
    ],
)
def test_a_result_that_cannot_be_read(data: bytes | None, reason: Reason, word: str) -> None:
    """B1, B2, B3, B6, B12, B13."""
    error = refusal(ToolOutput(exit_code=0, files={} if data is None else {"result": data}))
    assert (error.reason, word in error.detail) == (reason, True)


def drop_a_time(result: dict[str, Any]) -> None:
    result["total"]["response"].pop()


def negative(result: dict[str, Any]) -> None:
    result["total"]["requests"] = -1


@pytest.mark.parametrize("edit", [drop_a_time, negative])
def test_counts_that_cannot_be(edit: Edit) -> None:
    """B14, B18."""
    assert refusal(edited("healthy", edit)).reason is Reason.UNREADABLE_RESULT


def test_a_crash_of_locust() -> None:
    """P4."""
    error = refusal(ToolOutput(exit_code=2, stderr=b"Traceback\nImportError: no gevent\n"))
    assert error.reason is Reason.TOOL_CRASHED
    assert error.detail == "locust ended with 2: ImportError: no gevent"


def test_no_run_is_no_result() -> None:
    with pytest.raises(ParseError, match=r"no \[load\]"):
        locust.parse(())


OPTIONS = Options(
    tree="/t", output="/o", bin="/b", base_url="http://127.0.0.1:1", settings={"duration_s": 8}
)
OPERATIONS = (
    LoadOperation(path="/books", weight=3),
    LoadOperation(path="/books", method="post", body={"a": 1}, status=(201,), name="add"),
)


def target(rate: float | None, auth: Auth | None = None) -> Target:
    load = None if rate is None else Load(rate=rate, operations=OPERATIONS)
    service = Service(base_url="http://127.0.0.1:1", health="/ok")
    return Target(name="t", service=service, load=load, auth=auth or Auth())


def scenario_of(tool: Any, given: Target) -> dict[str, Any]:
    (invocation,) = tool.commands(given, OPTIONS)
    scenario: dict[str, Any] = json.loads(invocation.inputs["scenario.json"])
    return scenario


def test_the_scenario_of_the_load_gate() -> None:
    scenario = scenario_of(locust, target(200))
    assert (scenario["rate"], scenario["duration_s"]) == (200, 8)
    assert [item["name"] for item in scenario["operations"]] == ["GET /books", "add"]
    assert scenario["operations"][1]["body"] == '{"a":1}'
    assert scenario["operations"][1]["method"] == "POST"


@pytest.mark.parametrize(
    ("rate", "duration_s"), [(200, 8), (131.25, 8), (100, 10.5), (3.5, 300), (1, 300)]
)
def test_a_run_is_as_long_as_its_samples_need(rate: float, duration_s: float) -> None:
    """1,000 samples and 5 % to spare, within five minutes."""
    assert scenario_of(locust, target(rate))["duration_s"] == pytest.approx(duration_s)


@pytest.mark.parametrize(("rate", "expected"), [(None, 30), (30, 30), (50, 30), (20, 20)])
def test_the_smoke_run_is_at_low_load(rate: float | None, expected: float) -> None:
    scenario = scenario_of(smoke_load, target(rate))
    assert scenario["rate"] == expected
    paths = {item["path"] for item in scenario["operations"]}
    assert paths == ({"/ok"} if rate is None else {"/books"})


@pytest.mark.parametrize(
    ("auth", "secrets"), [(Auth(), ()), (Auth(headers={"X": "${K}"}), ("GATESCORE_AUTH",))]
)
def test_secrets_are_named_not_given(auth: Auth, secrets: tuple[str, ...]) -> None:
    (invocation,) = locust.commands(target(50, auth), OPTIONS)
    assert invocation.secrets == secrets
    assert "${K}" not in "".join((*invocation.argv, *invocation.inputs.values()))


def test_without_a_load_there_is_nothing_to_run() -> None:
    assert locust.commands(target(None), OPTIONS) == ()
    assert smoke_load.commands(Target(name="code-only"), OPTIONS) == ()


def test_the_smoke_run_is_read_alike() -> None:
    report = smoke_load.parse((recorded("healthy"),))
    assert (report.tool, report.examined) == ("smoke_load", 1200)
    assert set(smoke_load.METRICS) == set(report.measurements)


@pytest.mark.parametrize("tool", [locust, smoke_load])
def test_controls_plant_a_failing_operation(tool: Any) -> None:
    control = tool.control()
    assert control.rule == load_report.FAILED
    compile(control.files["service.py"], "service.py", "exec")


def single(result: dict[str, Any]) -> None:
    """One request, of the first operation."""
    name = min(result["operations"])
    one = {**result["total"], "requests": 1, "failures": {}}
    one |= {"response": [[5000, 1]], "service": [[5000, 1]]}
    result.update(total=one, operations={name: one}, handled=1, scheduled=1)


def test_one_request_has_no_percentile() -> None:
    report = locust.parse((edited("healthy", single),))
    found = figures(report)
    assert (report.examined, found["latency.max_ms"], found["load.errors_percent"]) == (1, 5, 0)
    assert [found[f"latency.p{p}_ms"] for p in (50, 95, 99)] == [None, None, None]
    assert report.measurements["latency.p50_ms"].why == "too few samples: need 19 more"


def load(**given: Any) -> dict[str, Any]:
    made = target(200)
    assert made.load
    return scenario_of(locust, replace(made, load=replace(made.load, **given)))


def test_what_the_target_says_of_its_load_is_in_the_scenario() -> None:
    objectives = {"add": Objective(p95_ms=5)}
    made = load(poisson=True, users=3, think_s=0.5, identities=2, objectives=objectives)
    assert (made["poisson"], made["users"], made["think_s"], made["identities"]) == (
        True,
        3,
        0.5,
        2,
    )
    assert made["objectives"]["add"]["p95_ms"] == 5
    assert made["needed"] == {"": 1000}


def test_a_locustfile_is_run_beside_our_listener() -> None:
    made = target(200)
    assert made.load
    made = replace(made, load=replace(made.load, locustfile="loads/shop.py", users=7))
    (invocation,) = locust.commands(made, OPTIONS)
    files = invocation.argv[invocation.argv.index("-f") + 1].split(",")
    assert files[0] == "/t/loads/shop.py"
    assert files[1].endswith("gates/load/listener.py")
    assert invocation.argv[invocation.argv.index("-u") + 1] == "7"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"workers": 3}, ()),
        ({"workers": 3, "listen": "10.0.0.1:5557"}, ("--listen", "10.0.0.1:5557")),
    ],
)
def test_several_workers_are_a_team(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    options = replace(OPTIONS, settings=settings, python="/b/python")
    (invocation,) = locust.commands(target(200), options)
    begin = ("/b/python", "-m", "gates.load.team", *words, "-H", "http://127.0.0.1:1", "-t")
    assert invocation.argv[: len(begin)] == begin
    assert json.loads(invocation.inputs["scenario.json"])["workers"] == 3


def test_identities_are_handed_over_only_where_several_are_wanted() -> None:
    made = target(50, Auth(headers={"X": "${K}"}))
    assert made.load
    made = replace(made, load=replace(made.load, identities=2))
    (invocation,) = locust.commands(made, OPTIONS)
    assert invocation.secrets == ("GATESCORE_AUTH", "GATESCORE_IDENTITIES")


def test_accounts_are_made_where_the_target_says_how() -> None:
    login = Login(path="/login", body={"user": "${U}"}, token="/t")
    register = Registration(path="/users", body={"user": "{name}"})
    made = target(50, Auth(login=login, register=register))
    assert scenario_of(locust, made)["accounts"]["register"]["path"] == "/users"
    assert scenario_of(locust, target(50, Auth(login=login)))["accounts"] is None
