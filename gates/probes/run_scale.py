"""Runs a load step by step, each a run of its own, and stops where the next says nothing more.

Started as `python -m gates.probes.run_scale INPUT`. Input: a `core.scaling.Plan`; the runs are
started as they are written there, beside the processor time of the service. It writes COURSE, a
`core.scaling.Course`, and prints nothing.
"""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.load import LoadResult, Operation, Scenario
from gates.core.model import Reason
from gates.core.scaling import Course, Plan, Ran, Run, few, judged, kept_up, missed
from gates.probes import _common
from gates.shell.consumed import cpu_seconds

COURSE = "course.json"
SPARE_S = 60.0  # beyond twice what a run should take: it is ended then
TIME = "the time for this gate was used up"

Start = Callable[[Run], Ran]


def main() -> None:
    """Run it all and write the course."""
    try:
        plan = read(_common.read_input())
        operations = Operations(Path(plan.made)) if plan.made else None
        course = search(plan, lambda run: start(run, plan.pid, operations), time.monotonic)
        Path(COURSE).write_bytes(msgspec.json.encode(course))
    except _common.ProbeError as error:
        _common.fail(error.detail, error.reason)
    except Exception as error:  # noqa: BLE001  a bug of ours, said in one line
        _common.fail(f"{type(error).__name__}: {error}", Reason.ADAPTER_BUG)


def read(given: Mapping[str, Any]) -> Plan:
    """The plan. Raises ProbeError."""
    try:
        return msgspec.convert(given, Plan)
    except msgspec.ValidationError as error:
        raise _common.ProbeError(f"input: {error}", Reason.ADAPTER_BUG) from None


def search(plan: Plan, begin: Start, clock: Callable[[], float]) -> Course:
    """The plateau, then the steps that it makes worth while. `clock` in seconds."""
    end = clock() + plan.seconds
    runs = [begin(plan.plateau)]
    for run in steps(plan, runs):
        if clock() + run.seconds > end:
            return Course(
                runs=tuple(runs), objectives=plan.objectives, ended=TIME, notes=plan.notes
            )
        runs.append(begin(run))
    return Course(runs=tuple(runs), objectives=plan.objectives, notes=plan.notes)


def steps(plan: Plan, runs: list[Ran]) -> Iterator[Run]:
    """What is to be run next; `runs` grows meanwhile, its last is the one before."""
    if not (readable(runs[-1]) and healthy(plan, runs[-1])):
        return
    if holds(plan, runs[-1]):
        if plan.curve:
            yield from reversed(plan.lower)
        yield from onwards(plan, runs)
        return
    for run in plan.lower:
        yield run
        if holds(plan, runs[-1]):
            return


def onwards(plan: Plan, runs: list[Ran]) -> Iterator[Run]:
    """Ever higher steps, while they hold; one that does not is run once more."""

    def fine() -> bool:
        return holds(plan, runs[-1]) and healthy(plan, runs[-1])

    for run in plan.higher:
        yield run
        if not fine() and readable(runs[-1]):
            yield run  # a single miss may be the machine's
        if not fine():
            return


def readable(ran: Ran) -> bool:
    """Whether a run left enough to go on from."""
    result = judged(ran)
    return result is not None and result.finished and not few(result)


def holds(plan: Plan, ran: Ran) -> bool:
    """Whether a run held the objectives."""
    result = judged(ran)
    return readable(ran) and result is not None and not missed(result, plan.objectives)


def healthy(plan: Plan, ran: Ran) -> bool:
    """Whether the generator itself kept up."""
    result = judged(ran)
    return result is not None and kept_up(result, plan.health)


class Operations:
    """Operations that were made up once, for all runs. Raises ProbeError if they cannot be read.

    A body that may be sent only once is not sent by two runs.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._made = msgspec.json.decode(path.read_bytes(), type=Scenario)
        except (OSError, msgspec.DecodeError) as error:
            detail = f"no operations were made up for the load: {error}"
            raise _common.ProbeError(detail, Reason.NO_RESULT) from None
        self._used: Counter[str] = Counter()

    def into(self, text: str) -> str:
        """The scenario `text` with these operations."""
        plain = msgspec.json.decode(text, type=Scenario)
        fresh = tuple(self._unused(one) for one in self._made.operations)
        whole = msgspec.structs.replace(plain, operations=fresh, values=self._made.values)
        return msgspec.json.encode(whole).decode()

    def sent(self, result: LoadResult | None) -> None:
        """Take note of what a run sent; of the warm-up's requests each may be any operation."""
        for name, part in result.operations.items() if result else ():
            self._used[name] += part.requests + (result.warmup_requests if result else 0)

    def _unused(self, one: Operation) -> Operation:
        left = one.bodies[self._used[one.name] :] or one.bodies
        return msgspec.structs.replace(one, bodies=left)


def start(run: Run, pid: int, operations: Operations | None = None) -> Ran:
    """One run in its own folder. Whatever becomes of it is told, nothing is raised."""
    folder = Path(run.folder)
    folder.mkdir(exist_ok=True)
    (folder / run.result).unlink(missing_ok=True)  # of a first attempt
    for name, text in run.inputs.items():
        whole = operations.into(text) if operations else text
        (folder / name).write_text(whole, encoding="utf-8")
    before = cpu_seconds(pid)
    code, stderr = executed(run, folder)
    after = cpu_seconds(pid)
    result = result_of(folder / run.result)
    if operations:
        operations.sent(result)
    return Ran(
        ratio=run.ratio,
        rate=run.rate,
        exit_code=code,
        result=result,
        stderr=stderr,
        cpu_s=None if before is None or after is None else max(0.0, after - before),
    )


def executed(run: Run, folder: Path) -> tuple[int, str]:
    """The exit code, and the last line of what it said."""
    said, longest_s = folder / "stderr.txt", 2 * run.seconds + SPARE_S
    with said.open("wb") as errors:
        try:
            code = subprocess.run(
                run.argv,
                cwd=folder,
                env={**os.environ, **run.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                timeout=longest_s,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return -9, f"it did not end within {longest_s:.0f} s"
        except OSError as error:
            return 127, str(error)
    lines = said.read_bytes().decode("utf-8", "replace").strip().splitlines()
    return code, lines[-1].strip() if lines else ""


def result_of(path: Path) -> LoadResult | None:
    """What a run wrote, None where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=LoadResult)
    except (OSError, msgspec.DecodeError):
        return None


if __name__ == "__main__":
    main()
