"""How often base and candidate are told apart: one revision twice, +10 %, +25 % on a busy core."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from bench.measure import Failed, inherited, spread
from bench.results import Row
from gates.core.comparing import Change, compared
from gates.core.load import Operation, Scenario
from gates.core.pairs import RESULT, TASK, Slices, Task, pairs
from gates.core.tool import ParseError
from gates.tools.paired_load import check_generator

RUNS = 40
SERVER = Path(__file__).with_name("paced.py")
BUSY = "while True: pass"
PART = Scenario(
    rate=400, duration_s=0.25, operations=(Operation(name="a", path="/a"),), timeout_s=5.0
)
Said = dict[str, Change]


def rows(scratch: Path) -> Iterator[Row]:
    """Measure."""
    same = said(scratch, 1.0, RUNS)
    alarms = sum(Change.REGRESSED in one.values() for one in same)
    yield row(f"one revision against itself, of {RUNS} runs: false alarms", alarms, 5)
    yield from open_ones(same)
    tenth = said(scratch, 1.1, RUNS)
    missed = sum(one.get("p95") is not Change.REGRESSED for one in tenth)
    yield row(f"a planted +10 % of p95, of {RUNS} runs: missed", missed, RUNS - 33)
    yield from open_ones(tenth)
    with busy():
        quarter = said(scratch, 1.25, RUNS)
    wrong = sum(one.get("p95") is Change.NOT_REGRESSED for one in quarter)
    yield row(f"+25 % with a core kept busy, of {RUNS} runs: called none", wrong, 0)
    found = sum(one.get("p95") is Change.REGRESSED for one in quarter)
    yield row("the same: found", found, None)
    yield from open_ones(quarter)


def open_ones(runs: Sequence[Said]) -> Iterator[Row]:
    """In how many runs nothing was said, so that what was never said wrongly can be weighed."""
    inconclusive = sum(one.get("p95") is Change.INCONCLUSIVE for one in runs)
    yield row("the same: p95 inconclusive", inconclusive, None)
    yield row("the same: generator not healthy", sum(not one for one in runs), None)


def row(what: str, count: int, at_most: int | None) -> Row:
    """A count of runs."""
    return Row(what=what, unit="", found=spread([count]), at_most=at_most)


def said(scratch: Path, factor: float, runs: int) -> list[Said]:
    """What is said in so many runs of a candidate that takes `factor` times as long.

    Nothing is, where the generator was not healthy.
    """
    found = []
    with server("--seed", "1") as base, server("--seed", "2", "--factor", str(factor)) as candidate:
        for number in range(runs):
            result = healthy(scratch, base, candidate, number)
            compare = compared(pairs(result.twins), result.task.rules) if result else ()
            found.append({one.quantity: one.change for one in compare})
    return found


def healthy(scratch: Path, base: str, candidate: str, number: int) -> Slices | None:
    """One run, twice where the generator was not healthy, as the gate does; None: never."""
    for _ in range(2):
        result = once(scratch, base, candidate, number)
        with suppress(ParseError):
            check_generator(result)
            return result
    return None


def once(scratch: Path, base: str, candidate: str, number: int) -> Slices:
    """One run of the program that the gate starts. Raises Failed."""
    task = Task(
        scenario=msgspec.structs.replace(PART, seed=1 + 1000 * number),
        base_origin=base,
        origin=candidate,
        pairs=10,
        most_pairs=20,
        warmup_s=0.25,
    )
    (scratch / TASK).write_bytes(msgspec.json.encode(task))
    argv = (sys.executable, "-m", "gates.load.paired", str(scratch / TASK))
    root = str(Path(__file__).parents[1])
    ran = subprocess.run(argv, cwd=root, env=inherited(), capture_output=True, check=False)
    if ran.returncode:
        raise Failed(f"{' '.join(argv)}: exit code {ran.returncode}\n{ran.stderr.decode()}")
    result = msgspec.json.decode((scratch / RESULT).read_bytes(), type=Slices)
    if not result.finished:
        raise Failed(f"{' '.join(argv)}: {result.error}")
    return result


@contextmanager
def server(*arguments: str) -> Iterator[str]:
    """A service whose answers take their time; its origin."""
    with ended((sys.executable, str(SERVER), *arguments), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().decode().strip()}"


@contextmanager
def busy() -> Iterator[None]:
    """Keep one core busy."""
    with ended((sys.executable, "-c", BUSY)):
        yield


@contextmanager
def ended(argv: Sequence[str], stdout: int | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that ends with what needs it."""
    process = subprocess.Popen(argv, stdout=stdout)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
