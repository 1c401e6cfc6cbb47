"""Looks at the machine: waits until it is quiet, and counts what the generator itself uses."""

import gc
import math
import os
import resource
import time
from collections.abc import Callable

import gevent
import msgspec
import psutil

from gates.core.load import Scenario

TEAM_VARIABLE = "GATESCORE_LOAD_TEAM"  # the process below which all generators of a machine are
QUIET_PERCENT = 25.0  # of all cores together
_SAMPLE_S = 1.0
_RESERVED_FILES = 100
_FEWEST, _MOST = 50, 20_000  # requests in flight
_YOUNG_OBJECTS = 20_000  # objects made between two collections, 700 by default


class Quiet(msgspec.Struct, frozen=True):
    """What the check before a run saw; `other_percent` of all cores in the last second."""

    quiet: bool
    waited_s: float
    other_percent: float


class Usage(msgspec.Struct, frozen=True):
    """Running sums, all in seconds: wall clock, our CPU, stolen and all CPU of the machine."""

    wall: float
    own: float
    stolen: float
    every: float
    busy: float
    known: float | None = None  # of the generators and the service, None if that is elsewhere


def usage(pid: int = 0) -> Usage:
    """Return the sums of now; `pid` is the service's first process, 0 if it is elsewhere."""
    times = psutil.cpu_times()
    every = float(sum(times[:8]))  # guest time is contained in user time
    stolen = float(getattr(times, "steal", 0.0))
    idle = times.idle + getattr(times, "iowait", 0.0)
    own = time.process_time()
    service = tree_seconds(pid) if pid else None
    known = None if service is None else service + (_team_seconds() or own)
    return Usage(time.perf_counter(), own, stolen, every, every - idle, known)


def _team_seconds() -> float:
    """What all generators of this machine used, 0 if there is no other one."""
    team = os.environ.get(TEAM_VARIABLE, "")
    return tree_seconds(int(team)) or 0.0 if team else 0.0


def tree_seconds(pid: int) -> float | None:
    """Return the CPU seconds of a process and all below it, ended ones too; None if it is gone."""
    try:
        first = psutil.Process(pid)
        below = first.children(recursive=True)
    except psutil.Error:
        return None
    return sum(_seconds(one) for one in (first, *below))


def _seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))  # its own, and that of its ended children
    except psutil.Error:
        return 0.0


def share(part: float, whole: float) -> float:
    """Return `part` of `whole` in per cent, 0 for a whole of nothing."""
    return 100.0 * part / whole if whole > 0 else 0.0


def busy_percent(before: Usage, after: Usage) -> float | None:
    """Return what neither we nor the service used, in per cent of all cores; None: not known."""
    if before.known is None or after.known is None:
        return None
    unknown = after.busy - before.busy - (after.known - before.known)
    return max(0.0, share(unknown, after.every - before.every))


def other_percent(before: Usage, after: Usage) -> float:
    """Return what all processes but ours used between two looks, in per cent of all cores."""
    busy = after.busy - before.busy - (after.own - before.own)
    return max(0.0, share(busy, after.every - before.every))


def wait_quiet(longest_s: float) -> Quiet:
    """Wait until other processes used less than 25 % for one second, or `longest_s` are over.

    0 asks for no check at all.
    """
    if longest_s <= 0:
        return Quiet(True, 0.0, 0.0)
    begin = time.perf_counter()
    while True:
        before = usage()
        gevent.sleep(_SAMPLE_S)
        other = other_percent(before, usage())
        waited = time.perf_counter() - begin
        if other < QUIET_PERCENT or waited >= longest_s:
            return Quiet(other < QUIET_PERCENT, waited, other)


def in_flight_limit(scenario: Scenario) -> int:
    """Return how many requests may be open at once; raises our own limit of open files for it."""
    rate = max((scenario.rate, *(stage.rate for stage in scenario.stages))) / scenario.shares
    wanted = max(math.ceil(rate * (scenario.timeout_s + 1)), scenario.users)
    wanted = scenario.max_in_flight or min(_MOST, max(_FEWEST, wanted))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted + _RESERVED_FILES:
        soft = min(wanted + _RESERVED_FILES, hard) if hard > 0 else wanted + _RESERVED_FILES
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(wanted, soft - _RESERVED_FILES))


class Clocks:
    """Watches for jumps of the wall clock: of its setting, or of a machine that was stopped."""

    def __init__(self, now: Callable[[], tuple[float, float]] | None = None) -> None:
        self.step_s = 0.0
        self._now = now or _now
        self._last = self._now()

    def look(self) -> None:
        """Compare how far both clocks went since the last look."""
        wall, steady = now = self._now()
        step = abs(wall - self._last[0] - (steady - self._last[1]))
        self.step_s, self._last = max(self.step_s, step), now

    def watch(self) -> None:
        """Look every second, until killed."""
        while True:
            gevent.sleep(_SAMPLE_S)
            self.look()


def _now() -> tuple[float, float]:
    return time.clock_gettime(time.CLOCK_REALTIME), time.perf_counter()


def settle() -> None:
    """Keep the garbage collector from stopping the schedule: old objects are never looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 50, 100)
