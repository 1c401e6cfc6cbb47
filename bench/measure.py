"""Times whole processes: wall clock, CPU of the process and of all it started, peak memory."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """One ended process. `cpu_s` counts its descendants too, `peak_mib` its largest process."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    exit_code: int


class Failed(Exception):
    """A program did not do what is to be timed; the text ends with what it said."""


def timed(
    argv: Sequence[str], *, cwd: Path, log: Path, exits: Iterable[int] = (0,), **env: str
) -> Timing:
    """Run a program with its output in `log`. Raises Failed for an exit code not in `exits`."""
    with log.open("wb") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**inherited(), **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in exits:
        said = log.read_text("utf-8", "replace")[-2000:]
        raise Failed(f"{' '.join(argv)}: exit code {code}\n{said}")
    return Timing(
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
        exit_code=code,
    )


def inherited() -> dict[str, str]:
    """Our own environment; Python may keep what it compiles, as where a program is installed."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def interleaved(
    actions: Mapping[str, Callable[[], Timing]], rounds: int
) -> dict[str, tuple[Timing, ...]]:
    """Every action once unmeasured, then all in turn, A B C A B C …, so that drift hits all."""
    for action in actions.values():
        action()
    found: dict[str, list[Timing]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            found[name].append(action())
    return {name: tuple(timings) for name, timings in found.items()}


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of several repetitions."""

    median: float
    low: float
    high: float
    rounds: int


def spread(values: Iterable[float]) -> Spread:
    """Median and range."""
    known = sorted(values)
    return Spread(median=statistics.median(known), low=known[0], high=known[-1], rounds=len(known))
