"""Which steps are run, and what is kept of each: with a real child program in Locust's place."""

import sys
from pathlib import Path

import msgspec
import pytest

from gates.core.load import Generator, LoadResult, Operation, Recorded, Scenario
from gates.core.model import Reason
from gates.core.scaling import Health, Objectives, Plan, Ran, Run
from gates.probes import run_scale
from gates.probes._common import ProbeError

WRITES = """
import pathlib
pathlib.Path("result.json").write_bytes(pathlib.Path("given").read_bytes())
"""


def result(rate: float, us: int = 5000, *, requests: int = 400, cpu: float = 10.0) -> LoadResult:
    times = ((us, requests),) if requests else ()
    total = Recorded(requests=requests, failures={}, size=0, response=times, service=times)
    generator = Generator(
        cpu_percent=cpu,
        lag=times and ((100, requests),),
        quiet=True,
        quiet_wait_s=0,
        other_cpu_percent=0,
        steal_percent=0,
    )
    return LoadResult(
        finished=True,
        wanted_rate=rate,
        duration_s=requests / rate,
        scheduled=requests,
        handled=requests,
        warmup_requests=0,
        warmup_failures=0,
        trailing_gone=0,
        total=total,
        operations={},
        generator=generator,
        interval_s=1.0,
        intervals=(),
    )


def run_of(ratio: float, *, code: str = WRITES, given: str = "") -> Run:
    return Run(
        ratio=ratio,
        folder=f"step-{ratio:g}",
        argv=(sys.executable, "-c", code),
        inputs={"given": given},
        env={"MADE_FOR": f"{ratio:g}"},
        result="result.json",
        seconds=1.0,
        rate=50 * ratio,
    )


def plan(*, curve: bool = True, seconds: float = 1000.0) -> Plan:
    return Plan(
        plateau=run_of(3),
        lower=(run_of(2), run_of(1)),
        higher=(run_of(4), run_of(5), run_of(6)),
        curve=curve,
        seconds=seconds,
        objectives=Objectives(),
        health=Health(cpu_percent=80, lag_p99_ms=10, achieved=0.98, busy_percent=50),
    )


def tried(
    given: Plan, holds_to: float, *, unhealthy: float = 99, few: float = 99, lost: float = 99
) -> tuple[list[float], str]:
    """The ratios that are run, where rates up to `holds_to` hold."""

    def begin(run: Run) -> Ran:
        if run.ratio >= lost:
            return Ran(ratio=run.ratio, rate=run.rate, exit_code=1)
        slow = 5000 if run.ratio <= holds_to else 500_000
        made = result(
            50 * run.ratio,
            slow,
            requests=10 if run.ratio >= few else 400,
            cpu=90 if run.ratio >= unhealthy else 10,
        )
        return Ran(ratio=run.ratio, rate=run.rate, exit_code=0, result=made)

    clock = iter(range(0, 100_000, 10))
    course = run_scale.search(given, begin, lambda: next(clock))
    return [ran.ratio for ran in course.runs], course.ended


@pytest.mark.parametrize(
    ("holds_to", "curve", "ratios"),
    [
        (9, True, [3, 1, 2, 4, 5, 6]),
        (9, False, [3, 4, 5, 6]),
        (3, False, [3, 4, 4]),
        (4, False, [3, 4, 5, 5]),
        (2, True, [3, 2]),
        (1, True, [3, 2, 1]),
        (0, True, [3, 2, 1]),
    ],
)
def test_steps_go_on_while_they_tell_something(
    holds_to: float, curve: bool, ratios: list[float]
) -> None:
    assert tried(plan(curve=curve), holds_to) == (ratios, "")


@pytest.mark.parametrize(
    ("gone", "ratios"),
    [
        ({"unhealthy": 3}, [3]),
        ({"unhealthy": 5}, [3, 4, 5, 5]),
        ({"few": 3}, [3]),
        ({"few": 4}, [3, 4]),
        ({"lost": 3}, [3]),
        ({"lost": 5}, [3, 4, 5]),
    ],
)
def test_what_cannot_be_believed_ends_the_search(
    gone: dict[str, float], ratios: list[float]
) -> None:
    assert tried(plan(curve=False), 9, **gone) == (ratios, "")


@pytest.mark.parametrize(
    ("seconds", "ratios"), [(10.9, [3]), (11.0, [3, 4]), (20.9, [3, 4]), (21.0, [3, 4, 5])]
)
def test_no_step_is_begun_that_would_not_end_in_time(seconds: float, ratios: list[float]) -> None:
    """The clock of this test goes on by 10 s at each look; a step takes 1 s."""
    assert tried(plan(curve=False, seconds=seconds), 9) == (ratios, run_scale.TIME)


def test_a_run_is_started_as_it_is_written_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = result(50)
    run = run_of(1, given=msgspec.json.encode(made).decode())
    assert run_scale.start(run, 0) == Ran(ratio=1, rate=50, exit_code=0, result=made)
    code = "import os, sys; print(os.environ['MADE_FOR'], file=sys.stderr); sys.exit(7)"
    again = run_scale.start(run_of(1, code=code), 0)
    assert (again.exit_code, again.stderr) == (7, "1")
    assert again.result is None, "what an earlier attempt left is no result of this one"


@pytest.mark.parametrize("given", ["", "{", "[]", '{"finished": true}'])
def test_a_result_that_cannot_be_read_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_scale.start(run_of(1, given=given), 0).result is None


def test_a_program_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run_scale.start(msgspec.structs.replace(run_of(1), argv=("/nowhere/locust",)), 0)
    assert (ran.exit_code, ran.result) == (127, None)
    assert "No such file" in ran.stderr


def made_up(folder: Path) -> Path:
    """A scenario with one operation whose bodies may each be sent once."""
    orders = Operation(name="order", path="/o", method="POST", bodies=("1", "2", "3", "4", "5"))
    things = Operation(name="things", path="/t")
    made = Scenario(
        rate=1,
        duration_s=1,
        operations=(orders, things),
        values={"id": ({"id": "7"},)},
    )
    path = folder / "scenario.json"
    path.write_bytes(msgspec.json.encode(made))
    return path


def test_operations_that_were_made_up_go_into_every_run_and_bodies_into_one(tmp_path: Path) -> None:
    operations = run_scale.Operations(made_up(tmp_path))
    plain = msgspec.json.encode(Scenario(rate=75, duration_s=3, operations=())).decode()

    def bodies() -> tuple[str, ...]:
        whole = msgspec.json.decode(operations.into(plain), type=Scenario)
        assert (whole.rate, whole.duration_s, whole.operations[1].path) == (75, 3, "/t")
        assert whole.values == {"id": ({"id": "7"},)}
        return whole.operations[0].bodies

    assert bodies() == ("1", "2", "3", "4", "5")
    operations.sent(None)
    sent = Recorded(requests=2, failures={}, size=0, response=(), service=())
    operations.sent(msgspec.structs.replace(result(50), operations={"order": sent}))
    assert bodies() == ("3", "4", "5")
    warm = msgspec.structs.replace(result(50), operations={"order": sent}, warmup_requests=1)
    operations.sent(warm)
    assert bodies() == ("1", "2", "3", "4", "5"), "rather a body twice than none"


@pytest.mark.parametrize("text", ["", "{}", None])
def test_operations_that_were_not_made_up_are_no_result(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "scenario.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ProbeError) as caught:
        run_scale.Operations(path)
    assert caught.value.reason is Reason.NO_RESULT
