"""The steps of the scale gate with the real generator against real servers, as its adapter says."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from gates.core.capacity import Load, LoadOperation, Stage
from gates.core.scaling import Course, Ran, judged, missed
from gates.core.target import Service, Target
from gates.core.tool import Options
from gates.tools import scale

ROOT = Path(__file__).parents[2]
QUICK = {"duration_s": 1, "longest_s": 1, "warmup_s": 0, "quiet_s": 0, "grace_s": 1, "ramp_s": 0.5}


def course(url: str, folder: Path, *, pid: int = 0, **load: Any) -> Course:
    """Everything that our program leaves of a target with 20 requests per second."""
    target = Target(
        name="small",
        service=Service(base_url=url),
        load=Load(rate=20.0, operations=(LoadOperation(path="/things"),), **load),
    )
    options = Options(
        tree=str(folder),
        output=str(folder),
        python=sys.executable,
        bin=str(Path(sys.executable).parent),
        base_url=url,
        pid=pid,
        settings={**QUICK, "steps": [3]},
    )
    (given,) = scale.commands(target, options)
    for name, text in given.inputs.items():
        (folder / name).write_text(text)
    env = {**os.environ, **given.env, "PYTHONPATH": str(ROOT)}
    subprocess.run(given.argv, cwd=folder, env=env, check=True, timeout=60)
    return msgspec.json.decode((folder / given.files["course"]).read_bytes(), type=Course)


def test_a_course_up_to_three_times_the_rate_is_judged_on_its_plateau(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    """60/s for 1 s, between half a second from 20/s and half a second down again: 20 each."""
    (run,) = course(serve().url, tmp_path, pid=os.getpid()).runs
    assert run.result is not None
    assert run.result.total.requests == 100
    assert [part.recorded.requests for part in run.result.parts] == [20, 60, 20]
    plateau = judged(run)
    assert plateau is not None
    assert (plateau.wanted_rate, plateau.duration_s, plateau.scheduled) == (60, 1, 60)
    assert run.cpu_s is not None
    assert run.cpu_s > 0


def test_stages_of_the_target(serve: Callable[..., Any], tmp_path: Path) -> None:
    stages = (Stage(rate=80, seconds=0.5), Stage(rate=80, seconds=0.5), Stage(rate=0, seconds=0.5))
    (run,) = course(serve().url, tmp_path, stages=stages).runs
    plateau = judged(run)
    assert plateau is not None
    assert (run.ratio, plateau.wanted_rate, plateau.total.requests) == (4, 80, 40)
    assert run.cpu_s is None


def test_a_service_that_never_answers_misses_everything(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    given = course(serve("--hang").url, tmp_path)
    (run,) = given.runs
    plateau = judged(run)
    assert plateau is not None
    assert plateau.total.failures == {"in flight at the end": 60}
    assert len(missed(plateau, given.objectives)) == 2


def test_a_service_that_ends_is_seen_at_the_end(serve: Callable[..., Any], tmp_path: Path) -> None:
    server = serve()
    server.kill()
    run: Ran = course(server.url, tmp_path).runs[0]
    assert run.result is not None
    assert run.result.trailing_gone == 100
