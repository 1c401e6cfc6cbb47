"""Runs programs so that they end: in time, with their whole tree, with bounded output.

Every program has a supervisor process of its own, which outlives us for as long as it takes to end
the tree when we are killed. Without prctl(2) (macOS) only the program's own process group is
ended: a descendant that calls setsid survives there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from gates.shell.cancellation import Cancellation
from gates.shell.supervised import Ending, Finished, Limits, Supervised, start

__all__ = ["Cancellation", "Ending", "Finished", "Limits", "Supervised", "execute", "start"]


def execute(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: Path,
    limits: Limits,
    cancel: Cancellation,
    interrupt_first: bool = False,
    name: str = "",
    watch: Sequence[Path] = (),
) -> Finished:
    """Runs a program to its end and returns when all of its processes are gone.

    Its output is in `output`, in `stdout` and `stderr` or `<name>.stdout` and `<name>.stderr`.
    `interrupt_first`: it saves its results on SIGINT. After the deadline or a cancellation the
    ending is never `exited`, whatever the exit code. For `watch` and errors see `start`.
    """
    stdout, stderr = (output / f"{name}.{kind}".lstrip(".") for kind in ("stdout", "stderr"))
    if cancel.is_set():
        return Finished(
            ending=Ending.CANCELLED,
            exit_code=None,
            stdout=stdout,
            stderr=stderr,
            detail="cancelled before it was started",
        )
    running = start(
        argv, cwd=cwd, env=env, stdout=stdout, stderr=stderr, limits=limits, watch=watch
    )
    try:
        finished = running.wait(limits.deadline_s, cancel)
        if finished is not None:
            return finished
        ending = Ending.CANCELLED if cancel.is_set() else Ending.TIMEOUT
        finished = running.end(ending, limits.grace_s, interrupt_first=interrupt_first)
        return _worded(finished, limits)
    finally:
        running.close()


def _worded(finished: Finished, limits: Limits) -> Finished:
    """Adds what the supervisor does not know: why it was asked to end the tree."""
    words = {
        Ending.TIMEOUT: f"no end within {limits.deadline_s:g} s",
        Ending.CANCELLED: "cancelled",
    }
    reason = words.get(finished.ending, "")
    detail = "; ".join(part for part in (reason, finished.detail) if part)
    return msgspec.structs.replace(finished, detail=detail)
