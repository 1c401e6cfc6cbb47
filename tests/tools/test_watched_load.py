"""Gates that look at something beside a load: how it is planned, and what is not believed."""

import msgspec
import pytest

from gates.core.capacity import Load, LoadOperation
from gates.core.load import Generator, LoadResult, Recorded, Scenario
from gates.core.model import Measurement, Reason, ToolReport
from gates.core.target import Auth, Login, OpenApi, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import availability, resources

TOOLS = pytest.mark.parametrize(
    "tool", [resources, availability], ids=["resources", "availability"]
)
LOAD = Load(
    rate=50.0, operations=(LoadOperation(path="/things"), LoadOperation(path="/b", method="POST"))
)
TARGET = Target(
    name="made",
    service=Service(start=("serve", "{port}")),
    openapi=OpenApi(path="/openapi.json"),
    load=LOAD,
    auth=Auth(login=Login(path="/login", body={"name": "demo"})),
)


def name_of(tool) -> str:
    return str(tool.__name__.rpartition(".")[2])


def options(**settings: object) -> Options:
    return Options(
        tree="/tree",
        output="/output",
        python="/env/bin/python",
        bin="/env/bin",
        base_url="http://127.0.0.1:8000",
        document="/output/openapi.json",
        pid=42,
        control="/door",
        settings=settings,
    )


def scenario_of(invocation) -> Scenario:
    return msgspec.json.decode(invocation.inputs["scenario.json"], type=Scenario)


@TOOLS
def test_one_program_runs_the_load_and_the_probe(tool) -> None:
    (run,) = tool.commands(TARGET, options(duration_s=20, warmup_s=3, every_s=0.5))
    assert run.argv == ("/env/bin/python", "-m", f"gates.probes.{name_of(tool)}", "input.json")
    given = msgspec.json.decode(run.inputs["input.json"])
    assert given["load"]["argv"][0] == "/env/bin/locust"
    assert given["load"]["result"] == run.files["result"] == "result.json"
    assert given["every_s"] == 0.5
    scenario = scenario_of(run)
    assert (scenario.duration_s, scenario.warmup_s, scenario.rate) == (20, 3, 50)
    assert "GATESCORE_AUTH" in run.secrets
    assert len(set(run.secrets)) == len(run.secrets)


@TOOLS
@pytest.mark.parametrize("duration", [0, 2, 6, 180])
def test_the_load_is_never_too_short_and_never_goes_on_for_samples(tool, duration) -> None:
    (run,) = tool.commands(TARGET, options(duration_s=duration, longest_s=600))
    scenario = scenario_of(run)
    assert scenario.duration_s == max(duration, tool._LEAST_S)
    assert scenario.longest_s <= scenario.duration_s


@TOOLS
def test_operations_are_made_up_before_where_the_target_names_none(tool) -> None:
    plain = msgspec.structs.replace(TARGET, load=Load(rate=5.0))
    made, run = tool.commands(plain, options())
    assert "gates.probes.scenario" in made.argv
    assert "scenario.json" not in run.inputs and "input.json" in run.inputs


@TOOLS
def test_no_load_is_nothing_to_run(tool) -> None:
    assert tool.commands(msgspec.structs.replace(TARGET, load=None), options()) == ()
    with pytest.raises(ParseError) as caught:
        tool.parse(())
    assert caught.value.reason is Reason.NO_RESULT


def test_each_probe_is_told_what_it_needs() -> None:
    (run,) = resources.commands(TARGET, options())
    assert msgspec.json.decode(run.inputs["input.json"])["pid"] == 42
    (run,) = availability.commands(TARGET, options())
    given = msgspec.json.decode(run.inputs["input.json"])
    assert given["control"] == "/door"
    assert given["operations"] == ["/things"]  # what reads
    assert given["rate"] == 50.0


RECORDED = Recorded(requests=300, failures={}, size=0, response=((9, 300),), service=((9, 300),))
RESULT = LoadResult(
    finished=True,
    wanted_rate=50.0,
    duration_s=6.0,
    scheduled=300,
    handled=300,
    warmup_requests=100,
    warmup_failures=0,
    trailing_gone=0,
    total=RECORDED,
    operations={"all": RECORDED},
    generator=Generator(
        cpu_percent=5,
        lag=((900, 300),),
        quiet=True,
        quiet_wait_s=0,
        other_cpu_percent=0,
        steal_percent=0,
    ),
    interval_s=1.0,
    intervals=(),
)
HURRIED = msgspec.structs.replace(RESULT.generator, lag=((11_000, 300),))


def output(tool, result: LoadResult | None = RESULT, share: float = 1.0) -> ToolOutput:
    report = ToolReport(
        tool=name_of(tool),
        examined=300,
        examined_unit="requests",
        measurements=dict.fromkeys(tool.METRICS, Measurement(value=1.0)),
        notes=("its own",),
    )
    data = msgspec.json.encode(report)
    files = {} if result is None else {"result": msgspec.json.encode(result)}
    return ToolOutput(exit_code=0, stdout=data[: int(len(data) * share)], files=files)


@TOOLS
def test_a_report_is_read_with_the_notes_of_its_load(tool) -> None:
    found = tool.parse((output(tool),))
    assert found.examined == 300
    assert set(found.measurements) == set(tool.METRICS)
    assert found.notes[0] == "its own"
    assert any("100 requests of the warm-up" in note for note in found.notes)


@TOOLS
def test_without_a_load_the_probe_alone_is_read(tool) -> None:
    """A service that is not ours is not watched: nothing was run."""
    assert tool.parse((output(tool, None),)).notes == ("its own",)


@TOOLS
@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
def test_a_report_that_is_cut_is_refused_b3(tool, share) -> None:
    with pytest.raises(ParseError) as caught:
        tool.parse((output(tool, share=share),))
    assert caught.value.reason is Reason.UNREADABLE_RESULT


@TOOLS
@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"generator": HURRIED}, Reason.GENERATOR_UNHEALTHY),
        ({"handled": 200}, Reason.GENERATOR_UNHEALTHY),
        ({"finished": False, "error": "ended by a signal"}, Reason.INCOMPLETE),
        ({"trailing_gone": 300}, Reason.TARGET_DOWN),  # P38
    ],
)
def test_beside_a_load_that_cannot_be_believed_nothing_is(tool, keys, reason) -> None:
    with pytest.raises(ParseError) as caught:
        tool.parse((output(tool, msgspec.structs.replace(RESULT, **keys)),))
    assert caught.value.reason is reason


@TOOLS
def test_a_load_that_was_not_made_up_gives_its_own_reason(tool) -> None:
    failed = ToolOutput(exit_code=3, stderr=b"nothing-examined: no operation can be asked\n")
    broken = ToolOutput(exit_code=3, stderr=b"tool-crashed: the load ended with 1\n")
    with pytest.raises(ParseError) as caught:
        tool.parse((failed, broken))
    assert caught.value.reason is Reason.NOTHING_EXAMINED
    assert "no operation can be asked" in caught.value.detail
