"""The invocations of a load with and without operations of its own, and the notes of both."""

from pathlib import Path

import msgspec
import pytest

from gates.core.capacity import Load, LoadOperation, Stage
from gates.core.load import Operation, Scenario
from gates.core.model import Reason, ToolReport
from gates.core.target import Auth, Login, Refresh, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import locust, smoke_load
from gates.tools.formats import scenario

DATA = Path(__file__).parents[1] / "data" / "locust" / "2.47.0-healthy"
HEALTHY = ToolOutput(exit_code=0, files={"result": (DATA / "result.json").read_bytes()})
TARGET = Target(
    name="shop",
    service=Service(start=("serve",), health="/alive"),
    auth=Auth(
        login=Login(path="/enter", body={}, token="/token"),
        refresh=Refresh(path="/again", body={}, token="/token"),
    ),
    load=Load(rate=100, weights={"listBooks": 3}, writes=False),
)
OPTIONS = Options(
    tree="/t", output="/o", python="py", bin="/b", base_url="http://h:1", document="/o/document"
)


def made_up(*notes: str) -> ToolOutput:
    report = ToolReport(tool="scenario", examined=3, examined_unit="operations", notes=notes)
    return ToolOutput(exit_code=0, stdout=msgspec.json.encode(report))


@pytest.mark.parametrize("tool", [locust, smoke_load])
def test_without_operations_the_probe_comes_first(tool: object) -> None:
    probe, run = tool.commands(TARGET, OPTIONS)  # type: ignore[attr-defined]
    assert probe.argv == ("py", "-m", "gates.probes.scenario", "input.json")
    assert (run.argv[0], dict(run.inputs)) == ("/b/locust", {})
    given = msgspec.json.decode(probe.inputs["input.json"])
    assert (given["weights"], given["writes"]) == ({"listBooks": 3}, False)
    assert given["machines"] == ["/alive", "/ready", "/metrics"]
    assert given["sessions"] == ["/enter", "/again"]
    assert given["document"] == "/o/document"
    plain = msgspec.convert(given["scenario"], Scenario)
    assert plain.operations == ()
    assert given["requests"] >= plain.rate * (plain.warmup_s + plain.duration_s)


def test_with_operations_locust_alone_runs() -> None:
    load = Load(rate=100, operations=(LoadOperation(path="/a"),))
    (run,) = locust.commands(msgspec.structs.replace(TARGET, load=load), OPTIONS)
    written = msgspec.json.decode(run.inputs["scenario.json"], type=Scenario)
    assert [one.path for one in written.operations] == ["/a"]


@pytest.mark.parametrize(
    ("plain", "requests"),
    [
        (Scenario(rate=10, duration_s=5, warmup_s=1, operations=()), 60),
        (Scenario(rate=10, duration_s=5, longest_s=20, operations=()), 200),
        (
            Scenario(
                rate=10,
                duration_s=1,
                operations=(),
                stages=(Stage(rate=30, seconds=4), Stage(rate=1, seconds=6)),
            ),
            300,
        ),
    ],
)
def test_there_are_bodies_for_the_longest_run(plain: Scenario, requests: int) -> None:
    given = msgspec.json.decode(scenario.making(plain, TARGET, OPTIONS).inputs["input.json"])
    assert given["requests"] == requests


def test_a_scenario_with_a_locustfile_is_not_made_up() -> None:
    plain = Scenario(rate=1, duration_s=1, operations=(), locustfile="own.py")
    assert len(scenario.invocations(plain, TARGET, OPTIONS)) == 1
    one = msgspec.structs.replace(plain, locustfile="", operations=(Operation(name="a", path="/"),))
    assert len(scenario.invocations(one, TARGET, OPTIONS)) == 1


def test_what_is_left_out_stands_in_the_report() -> None:
    report = locust.parse((made_up("not in the load: GET /x: why"), HEALTHY))
    assert report.notes[:2] == (
        "the load is made up of 3 operations of the OpenAPI document",
        "not in the load: GET /x: why",
    )
    assert report.examined == 1200


def test_the_probe_is_believed_before_locust() -> None:
    failed = ToolOutput(exit_code=3, stderr=b"incomplete: load.weights names 'x'\n")
    with pytest.raises(ParseError) as caught:
        locust.parse((failed, ToolOutput(exit_code=1)))
    assert caught.value.reason is Reason.INCOMPLETE
    assert "load.weights names 'x'" in caught.value.detail
