"""What the processes of a service have used, and what they may use at most."""

import contextlib
from collections.abc import Iterator

import msgspec
import psutil

from gates.shell.listeners import family


class Files(msgspec.Struct, frozen=True):
    """The open files of one process, and how many it may have (its soft RLIMIT_NOFILE)."""

    process: str
    used: int
    limit: int


def cpu_seconds(pid: int) -> float | None:
    """Processor time of the processes below `pid` so far, ended children that were waited for too.

    None where `pid` is 0 or none of them can be seen. The process `pid` itself is not counted.
    """
    found = [_cpu(process) for process in _below(pid)]
    seen = [seconds for seconds in found if seconds is not None]
    return sum(seen) if seen else None


def files(pid: int) -> tuple[Files, ...]:
    """The open files of each process below `pid`; () where nobody can see them."""
    return tuple(each for process in _below(pid) if (each := _files(process)))


def _below(pid: int) -> Iterator[psutil.Process]:
    for number in sorted(family(pid) - {pid}) if pid else ():
        with contextlib.suppress(psutil.Error):
            yield psutil.Process(number)


def _cpu(process: psutil.Process) -> float | None:
    try:
        return float(sum(process.cpu_times()[:4]))  # user and system, its own and its children's
    except psutil.Error:
        return None


def _files(process: psutil.Process) -> Files | None:
    limits = getattr(process, "rlimit", None)  # Linux alone
    if limits is None:
        return None
    try:
        used, (soft, _) = process.num_fds(), limits(psutil.RLIMIT_NOFILE)
        return Files(process.name(), used, soft)
    except psutil.Error:
        return None
