"""How much of a core the runner and its supervisors take while a load gate runs."""

import contextlib
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.measure import Failed, spread
from bench.results import Row

EXAMPLE = Path(__file__).parents[1] / "examples" / "bookstore"
TICK_S = 0.2
SETTLE_S = 1.0  # the start of a program is no watching of it
MOST = 1.0  # percent of a core


def rows(scratch: Path) -> Iterator[Row]:
    """Measure with a terminal and without."""
    for name, terminal in (("on a terminal", True), ("not on a terminal", False)):
        share = watched(scratch, terminal=terminal)
        what = f"runner and supervisors while a load gate runs, {name}"
        yield Row(what=what, unit="% of a core", found=spread([share]), at_most=MOST)


def watched(scratch: Path, *, terminal: bool) -> float:
    """Percent of a core between the start and the end of the load."""
    output = scratch / ("with-terminal" if terminal else "without-terminal")
    program = str(Path(sys.executable).with_name("gatescore"))
    argv = (program, "run", "--gate", "load", str(EXAMPLE), "--output", str(output))
    log = scratch / f"{output.name}.log"
    with started(argv, scratch, log, terminal=terminal) as process:
        first, last = window(psutil.Process(process.pid))
        process.wait()
    if first is None or last is None:
        raise Failed(f"no load was seen\n{log.read_text('utf-8', 'replace')[-2000:]}")
    return 100 * (last[1] - first[1]) / (last[0] - first[0])


Sample = tuple[float, float]  # seconds on the clock, seconds of CPU


def window(runner: psutil.Process) -> tuple[Sample | None, Sample | None]:
    """The first and the last sample that show the load generator at work."""
    first: Sample | None = None
    last: Sample | None = None
    seen = 0.0
    while runner.is_running() and runner.status() != psutil.STATUS_ZOMBIE:
        sample = (time.monotonic(), 0.0)
        with contextlib.suppress(psutil.Error):
            family = runner.children(recursive=True)
            loading = any("locust" in " ".join(words(child)) for child in family)
            if loading:
                seen = seen or sample[0]
                watchers = [runner, *(child for child in family if is_ours(child))]
                sample = (time.monotonic(), sum(cpu(process) for process in watchers))
                if sample[0] - seen >= SETTLE_S:
                    first, last = first or sample, sample
        time.sleep(TICK_S)
    return first, last


def words(process: psutil.Process) -> list[str]:
    """Its arguments, none if it is gone."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def is_ours(process: psutil.Process) -> bool:
    """Whether it is a supervisor and not what is supervised."""
    return any("gates.shell.supervisor" in word for word in words(process))


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU of this process alone."""
    times = process.cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def started(
    argv: tuple[str, ...], scratch: Path, log: Path, *, terminal: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """The program, on a terminal of its own or with a file for its output."""
    env = {**os.environ, "GATESCORE_CACHE": str(scratch / "cache"), "TERM": "xterm-256color"}
    with log.open("wb") as file:
        if not terminal:
            yield subprocess.Popen(
                argv, cwd=scratch, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
            return
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            argv, cwd=scratch, env=env, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        reader = threading.Thread(target=drain, args=(ours, log), daemon=True)
        reader.start()
        yield process
        reader.join(5)
        os.close(ours)


def drain(descriptor: int, log: Path) -> None:
    """Read a terminal to its end, as the person before it would."""
    with log.open("ab") as file, contextlib.suppress(OSError):
        while data := os.read(descriptor, 65536):
            file.write(data)
            file.flush()
