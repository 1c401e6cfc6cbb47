"""Runs the load of a gate as a program of its own, and looks at something else meanwhile.

Input keys: `argv`, `env`, `result` (the file that it writes at the end of its measured window) of
the program, which runs in the current folder.
"""

import os
import subprocess  # nosec B404
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gates.core.load import LoadResult
from gates.core.model import Reason
from gates.probes._common import ProbeError

PRINTED = "load.stdout.txt", "load.stderr.txt"
STOP_S = 5.0
EDGE_S = 0.25  # between the last answer and the moment at which the result is seen


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """How the load is started."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    result: str


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The measured part of a load in seconds of the monotonic clock, never any of the warm-up."""

    opening: float
    closing: float
    load: LoadResult

    def holds(self, instant: float) -> bool:
        """Whether an instant is within."""
        return self.opening <= instant <= self.closing


def watched(program: Program, look: Callable[[float], None], every_s: float) -> Window:
    """Run the load; call `look` with the time, every `every_s` seconds from its start to its end.

    The window is told by the moment its result is there: the wall clock has no say. Raises
    ProbeError where the program leaves no result.
    """
    result = Path(program.result)
    closing = 0.0
    with _running(program) as process:
        for instant in _ticks(process, every_s):
            if not closing and result.exists():
                closing = instant
            look(instant)
    load = _read(result, process.returncode)
    closing = closing or time.monotonic()
    return Window(opening=closing - load.duration_s, closing=closing - EDGE_S, load=load)


def _ticks(process: "subprocess.Popen[bytes]", every_s: float) -> Iterator[float]:
    """Instants at even distances while a process runs; those that were missed are left out."""
    due = time.monotonic()
    while process.poll() is None:
        yield time.monotonic()
        due = max(due + every_s, time.monotonic())
        time.sleep(max(due - time.monotonic(), 0.0))


@contextmanager
def _running(program: Program) -> Iterator["subprocess.Popen[bytes]"]:
    env = {**os.environ, **program.env}
    with Path(PRINTED[0]).open("wb") as out, Path(PRINTED[1]).open("wb") as err:
        try:
            process = subprocess.Popen(  # nosec B603
                program.argv, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        except OSError as error:
            text = f"{program.argv[0]} cannot be started: {error.strerror}"
            raise ProbeError(text, Reason.TOOL_MISSING) from None
        try:
            yield process
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read(result: Path, code: int) -> LoadResult:
    try:
        return msgspec.json.decode(result.read_bytes(), type=LoadResult)
    except FileNotFoundError:
        lines = Path(PRINTED[1]).read_text("utf-8", "replace").strip().splitlines()
        said = lines[-1].strip() if lines else "no word"
        text = f"the load ended with {code} and without a result: {said}"
        raise ProbeError(text, Reason.TOOL_CRASHED) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ProbeError(f"the load's result: {error}", Reason.UNREADABLE_RESULT) from None
