"""What a process tree holds at one moment: memory, threads, files, connections, processor time."""

from collections.abc import Iterable

import msgspec
import psutil

MB = 2**20


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The sums over all processes of a tree; memory is resident, shared pages counted in each.

    `descriptors` are open files of any kind, connections included; `connections` those of TCP
    with another end, in whatever state.
    """

    processes: int = 0
    memory: float = 0.0  # MB of 2^20 bytes
    threads: float = 0.0
    descriptors: float = 0.0
    connections: float = 0.0
    cpu_s: float = 0.0


def held(supervisor: int) -> Held:
    """What everything below a process holds; no `processes` where there is nothing."""
    try:
        below = psutil.Process(supervisor).children(recursive=True)
    except psutil.Error:
        return Held()
    return total(one for one in map(of, below) if one is not None)


def of(process: psutil.Process) -> Held | None:
    """What one process holds; None if it has just ended, or is a zombie."""
    try:
        with process.oneshot():
            times = process.cpu_times()
            return Held(
                processes=1,
                memory=process.memory_info().rss / MB,
                threads=process.num_threads(),
                descriptors=process.num_fds(),
                connections=sum(bool(one.raddr) for one in process.net_connections("tcp")),
                cpu_s=times.user + times.system,
            )
    except psutil.Error:
        return None


def total(parts: Iterable[Held]) -> Held:
    """The sums of all parts."""
    every = tuple(parts)
    return Held(
        **{name: sum(getattr(one, name) for one in every) for name in Held.__struct_fields__}
    )


def accepted_on(port: int) -> frozenset[int]:
    """Ports of the other ends of connections to this port that a process has accepted.

    One that still waits in the kernel's queue belongs to no process. Raises psutil.AccessDenied
    where the system tells nobody of such things.
    """
    every = psutil.net_connections("tcp")
    served = (one for one in every if one.laddr and one.laddr.port == port and one.pid)
    return frozenset(one.raddr.port for one in served if one.raddr)
