"""Finds and signals every process below this one, also those that left their session.

Standard library only: the supervisor imports it where nothing else is installed. On Linux the
caller becomes the child subreaper of its tree (prctl(2)), so that orphans stay below it. Elsewhere
there is no /proc and no prctl: only the program's own process group is reached.
"""

import contextlib
import ctypes
import os

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def prctl(option: int, value: int) -> bool:
    """Sets one attribute of this process; False where the system has no such thing."""
    call = getattr(ctypes.CDLL(None), "prctl", None)
    return call is not None and call(option, ctypes.c_ulong(value), 0, 0, 0) == 0


def adopt_orphans() -> bool:
    """Makes this process the parent of every orphan below it; False where that is impossible."""
    return prctl(PR_SET_CHILD_SUBREAPER, 1)


def signal_when_parent_ends(number: int) -> None:
    """Asks for a signal when the parent (on Linux: the parent's thread that forked us) ends."""
    prctl(PR_SET_PDEATHSIG, number)


def processes() -> dict[int, tuple[int, str]]:
    """Every process that is not a zombie: pid to parent and name. Empty where /proc is absent."""
    found = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", "rb") as file:
            head, _, rest = file.read().decode("utf-8", "replace").rpartition(")")
            state, parent = rest.split()[:2]
            if state not in "ZX":
                found[int(entry)] = (int(parent), head.partition("(")[2])
    return found


def descendants(root: int) -> dict[int, str]:
    """Names of the living processes below `root`, by pid."""
    everything = processes()
    below: dict[int, str] = {}
    heads = {root}
    while heads:
        heads = {pid for pid, (parent, _) in everything.items() if parent in heads} - below.keys()
        below.update({pid: everything[pid][1] for pid in heads})
    return below


def signal_group(group: int, number: int) -> None:
    """Sends a signal to a process group; one that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def signal_descendants(number: int) -> None:
    """Sends a signal to every living process below this one."""
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
