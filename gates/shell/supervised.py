"""A program that runs under a supervisor process of its own, seen from the runner.

We talk to the supervisor (supervisor.py) over two pipes and never wait for a process that is not
our own child, so that programs side by side cannot disturb each other. Environment and arguments
travel through the pipe: the supervisor's own are empty of them.
"""

import contextlib
import json
import os
import select
import subprocess  # nosec B404
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from gates.shell.cancellation import Cancellation

BOOT = "import sys; sys.path.append(sys.argv[1]); from gates.shell.supervisor import main; main()"
CODE = str(Path(__file__).resolve().parents[2])
STUBBORN_S = 6.0  # beyond its grace: then the supervisor itself is killed
MIB = 2**20
LONGEST_S = 86400.0  # of one poll(2), which counts milliseconds in an int


class Ending(StrEnum):
    """How a program ended. Only `exited` lets its exit code and its output mean anything."""

    EXITED = "exited"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    OUTPUT_TOO_LARGE = "output-too-large"
    NOT_STARTED = "not-started"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`deadline_s` of wall clock; `grace_s` between the polite signal and SIGKILL; bytes a file."""

    deadline_s: float
    grace_s: float = 2.0
    max_bytes: int = 64 * MIB


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a program: all of its processes are gone.

    `exit_code` is negative for a signal, None if it never ran. `strays` names the processes that
    were still there after it had exited, and were ended. `truncated`: a file was cut to its head
    and tail. `detail` says in words why the ending is not `exited`.
    """

    ending: Ending
    exit_code: int | None
    stdout: Path
    stderr: Path
    strays: tuple[str, ...] = ()
    truncated: bool = False
    duration_s: float = 0.0
    detail: str = ""


class _Report(msgspec.Struct, frozen=True):
    """The supervisor's last line."""

    ending: Ending
    detail: str = ""
    exit_code: int | None = None
    strays: tuple[str, ...] = ()
    survivors: tuple[str, ...] = ()
    truncated: bool = False
    duration_s: float = 0.0


class Supervised:
    """A program that runs, seen through its supervisor."""

    def __init__(self, process: subprocess.Popen[bytes], stdout: Path, stderr: Path) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a supervisor is spoken to over its stdin and its stdout")
        self._process = process
        self._inbox, self._outbox = process.stdin, process.stdout
        self._outputs = (stdout, stderr)
        self._heard = b""
        self._finished: Finished | None = None
        self._lock = threading.RLock()

    @property
    def pid(self) -> int:
        """The supervisor's pid: the program and all it started are its descendants."""
        return self._process.pid

    def wait(self, seconds: float, cancel: Cancellation | None = None) -> Finished | None:
        """Waits for the end, at most `seconds` or until cancelled; None if it still runs then."""
        with self._lock:
            limit = time.monotonic() + seconds
            while self._finished is None:
                left = limit - time.monotonic()
                if not self._listen(max(left, 0), cancel) and left <= 0:
                    return None
                if self._finished is None and cancel is not None and cancel.is_set():
                    return None
            return self._finished

    def end(self, ending: Ending, grace_s: float, *, interrupt_first: bool = False) -> Finished:
        """Ends the whole tree: SIGTERM (or SIGINT), after `grace_s` SIGKILL; waits until gone."""
        order = {"ending": ending, "grace_s": grace_s, "interrupt": interrupt_first}
        with self._lock:
            self.say(order)
        return self.wait(grace_s + STUBBORN_S) or self._abandon(ending)

    def close(self) -> None:
        """Makes sure that nothing is left, whatever happened to the caller."""
        with self._lock:
            if self._finished is None:
                with contextlib.suppress(BrokenPipeError):
                    self._inbox.close()
                if self.wait(STUBBORN_S) is None:
                    self._abandon(Ending.CANCELLED)

    def say(self, line: Mapping[str, object]) -> None:
        """Sends the control or an order; a supervisor that is gone tells so by its silence."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._inbox.write(json.dumps(line).encode() + b"\n")
            self._inbox.flush()

    def _listen(self, seconds: float, cancel: Cancellation | None) -> bool:
        """Sleeps until the supervisor spoke or the work was cancelled; False if neither was."""
        descriptor = self._outbox.fileno()
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if cancel is not None:
            waiting.register(cancel.fileno(), select.POLLIN)
        ready = [found for found, _ in waiting.poll(min(seconds, LONGEST_S) * 1000)]
        if descriptor in ready:
            part = os.read(descriptor, 65536)
            self._heard += part
            if not part:
                self._conclude(_read(self._heard))
        return bool(ready)

    def _abandon(self, ending: Ending) -> Finished:
        """Kills a supervisor that does not answer; the kernel then kills the program itself."""
        self._process.kill()
        return self._conclude(_Report(ending, "its processes could not be ended"))

    def _conclude(self, report: _Report) -> Finished:
        """Keeps the result and gives the pipes back."""
        self._process.wait()
        for pipe in (self._inbox, self._outbox):
            with contextlib.suppress(OSError):
                pipe.close()
        alive = f"still alive: {', '.join(report.survivors)}" if report.survivors else ""
        self._finished = Finished(
            ending=report.ending,
            exit_code=report.exit_code,
            strays=report.strays,
            truncated=report.truncated,
            duration_s=report.duration_s,
            stdout=self._outputs[0],
            stderr=self._outputs[1],
            detail="; ".join(part for part in (report.detail, alive) if part),
        )
        return self._finished


def start(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdout: Path,
    stderr: Path,
    limits: Limits,
    watch: Sequence[Path] = (),
    keep_running: bool = False,
) -> Supervised:
    """Starts a program and returns at once; the deadline is the caller's to keep.

    stdin is /dev/null, the environment exactly `env`. `stdout` and `stderr` are emptied first and
    may be one file. These and the files of `watch` may grow to `limits.max_bytes`: beyond, the
    program is ended, or, with `keep_running`, the file is cut. Raises OSError if the output files
    cannot be written. That the program is missing is told by `wait`.
    """
    for path in (stdout, stderr):
        path.write_bytes(b"")
    control = {
        "argv": list(argv),
        "cwd": os.fspath(cwd),
        "env": dict(env),
        "stdout": os.path.abspath(stdout),
        "stderr": os.path.abspath(stderr),
        "watch": [os.path.abspath(path) for path in watch],
        "max_bytes": limits.max_bytes,
        "grace_s": limits.grace_s,
        "keep_running": keep_running,
    }
    supervised = Supervised(_supervisor(), stdout, stderr)
    supervised.say(control)
    return supervised


def _supervisor() -> subprocess.Popen[bytes]:
    """Starts a supervisor that waits for its control; nothing of ours is inherited by it."""
    library_path = os.environ.get("LD_LIBRARY_PATH")  # some builds of Python need it to start
    return subprocess.Popen(  # nosec B603
        [sys.executable, "-I", "-S", "-c", BOOT, CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"LD_LIBRARY_PATH": library_path} if library_path else {},
        start_new_session=True,
    )


def _read(heard: bytes) -> _Report:
    """The supervisor's report. A program whose supervisor is lost was ended from outside."""
    try:
        return msgspec.json.decode(heard.rpartition(b"\n")[0].rpartition(b"\n")[2], type=_Report)
    except msgspec.DecodeError:
        said = heard.decode("utf-8", "replace").strip().rpartition("\n")[2]
        detail = f"its supervisor ended without a report {said}".strip()
        return _Report(Ending.CANCELLED, detail)
