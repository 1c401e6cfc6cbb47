"""Two real servers are sent the same slices in turn."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from gates.core.load import Operation, Scenario
from gates.core.pairs import MADE_UP, RESULT, TASK, Slices, Task, Twin
from gates.load import paired
from gates.load.recorder import Outcome

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "bench" / "paced.py"
OPERATIONS = (Operation(name="a", path="/a", weight=2), Operation(name="b", path="/b"))
PART = Scenario(rate=50, duration_s=0.2, operations=OPERATIONS, timeout_s=2.0)
Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers; all end with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> str:
        argv = [sys.executable, str(SERVER), *arguments]
        started.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
        stdout = started[-1].stdout
        assert stdout
        return f"http://127.0.0.1:{stdout.readline().strip()}"

    yield start
    for process in started:
        process.kill()
        process.communicate()


def run(folder: Path, task: Task, **env: str) -> Slices:
    (folder / TASK).write_bytes(msgspec.json.encode(task))
    argv = (sys.executable, "-m", "gates.load.paired", TASK)
    known = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    subprocess.run(argv, cwd=folder, env=known, check=True, timeout=60)
    return msgspec.json.decode((folder / RESULT).read_bytes(), type=Slices)


def counted(twin: Twin) -> tuple[dict[str, int], dict[str, int]]:
    base, candidate = (
        {name: len(times) for name, times in side.times.items()}
        for side in (twin.base, twin.candidate)
    )
    return base, candidate


def test_both_sides_get_the_same_slices_in_an_order_left_to_chance(
    serve: Serve, tmp_path: Path
) -> None:
    base, candidate = serve("--median", "5"), serve("--median", "60", "--spread", "0")
    task = Task(
        scenario=PART, base_origin=base, origin=candidate, pairs=8, most_pairs=8, warmup_s=0.2
    )
    found = run(tmp_path, task)
    assert (found.finished, len(found.twins), found.warmup_requests) == (True, 8, 20)
    assert found.scheduled == 160
    for twin in found.twins:
        then, now = counted(twin)
        assert then == now
        assert sum(then.values()) == len(twin.base.ends) == len(twin.candidate.ends) == 10
        assert min(us for times in twin.candidate.times.values() for us in times) >= 60_000
    assert len({tuple(counted(twin)[0].items()) for twin in found.twins}) > 1  # not one sequence
    assert {twin.base_first for twin in found.twins} == {True, False}
    fastest = min(us for twin in found.twins for times in twin.base.times.values() for us in times)
    assert fastest < 60_000


def test_it_goes_on_while_it_cannot_tell(serve: Serve, tmp_path: Path) -> None:
    """Eight slices of ten requests are too few for p95: the run goes on to its end."""
    origin = serve("--median", "1")
    task = Task(scenario=PART, base_origin=origin, origin=origin, pairs=8, most_pairs=10)
    assert len(run(tmp_path, task).twins) == 10


def test_it_ends_as_soon_as_it_can_tell(serve: Serve, tmp_path: Path) -> None:
    part = msgspec.structs.replace(PART, rate=150)
    base, candidate = serve("--median", "1"), serve("--median", "100")
    task = Task(scenario=part, base_origin=base, origin=candidate, pairs=8, most_pairs=30)
    assert len(run(tmp_path, task).twins) == 8


def test_each_side_has_its_own_headers(serve: Serve, tmp_path: Path) -> None:
    base, candidate = serve("--need", "x-base"), serve("--need", "x-candidate")
    task = Task(scenario=PART, base_origin=base, origin=candidate, pairs=1, most_pairs=1)
    env = {"GATESCORE_AUTH": '{"X-Candidate": "1"}', "GATESCORE_BASE_AUTH": '{"X-Base": "1"}'}
    (twin,) = run(tmp_path, task, **env).twins
    assert twin.base.failures == twin.candidate.failures == {}
    (twin,) = run(tmp_path, task, GATESCORE_AUTH=env["GATESCORE_AUTH"]).twins
    assert (twin.candidate.failures, set(twin.base.failures)) == ({}, {"a", "b"})


def test_nothing_is_sent_where_there_is_nothing_to_compare(tmp_path: Path) -> None:
    found = run(tmp_path, Task(scenario=PART, told="no base to compare with"))
    assert (found.finished, found.twins, found.task.told) == (True, (), "no base to compare with")


def test_operations_that_were_made_up_before_are_sent(serve: Serve, tmp_path: Path) -> None:
    made = Scenario(rate=1, duration_s=9, operations=(Operation(name="made", path="/made"),))
    (tmp_path / MADE_UP).write_bytes(msgspec.json.encode(made))
    origin = serve("--median", "1")
    part = msgspec.structs.replace(PART, operations=())
    task = Task(scenario=part, base_origin=origin, origin=origin, pairs=1, most_pairs=1)
    (twin,) = run(tmp_path, task).twins
    assert counted(twin) == ({"made": 10}, {"made": 10})


def test_what_was_not_made_up_is_told(serve: Serve, tmp_path: Path) -> None:
    part = msgspec.structs.replace(PART, operations=())
    task = Task(scenario=part, base_origin=serve(), pairs=1, most_pairs=1)
    found = run(tmp_path, task)
    assert not found.finished
    assert MADE_UP in found.error


def test_what_is_still_open_at_the_end_has_failed(serve: Serve, tmp_path: Path) -> None:
    """P39: a request that is never answered is counted, as what it is."""
    part = msgspec.structs.replace(PART, timeout_s=0.3)
    base, candidate = serve("--median", "1"), serve("--median", "60000", "--spread", "0")
    task = Task(scenario=part, base_origin=base, origin=candidate, pairs=1, most_pairs=1)
    (twin,) = run(tmp_path, task).twins
    failed = {kind for kinds in twin.candidate.failures.values() for kind in kinds}
    assert (twin.candidate.times, failed) == ({}, {"timeout"})
    assert len(twin.candidate.ends) == 10


def test_a_recording_counts_what_ended() -> None:
    recording = paired.Recording(0.0)
    recording.end("a", 0.0, Outcome())
    recording.end("a", 0.0, Outcome("status 500"))
    recording.end("a", 0.0, Outcome("status 500"))
    made = recording.slice()
    assert (len(made.times["a"]), made.failures, len(made.ends)) == (1, {"a": {"status 500": 2}}, 3)
