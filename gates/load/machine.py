"""Looks at the machine: waits until it is quiet, and counts what the generator itself uses."""

import gc
import math
import resource
import time

import gevent
import msgspec
import psutil

from gates.core.load import Scenario

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


def usage() -> Usage:
    """Return the sums of now."""
    times = psutil.cpu_times()
    every = float(sum(times[:8]))  # guest time is contained in user time
    stolen = float(getattr(times, "steal", 0.0))
    idle = times.idle + getattr(times, "iowait", 0.0)
    return Usage(time.perf_counter(), time.process_time(), stolen, every, every - idle)


def share(part: float, whole: float) -> float:
    """Return `part` of `whole` in per cent, 0 for a whole of nothing."""
    return 100.0 * part / whole if whole > 0 else 0.0


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
    wanted = math.ceil(scenario.rate * (scenario.timeout_s + 1))
    wanted = scenario.max_in_flight or min(_MOST, max(_FEWEST, wanted))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted + _RESERVED_FILES:
        soft = min(wanted + _RESERVED_FILES, hard) if hard > 0 else wanted + _RESERVED_FILES
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(wanted, soft - _RESERVED_FILES))


def settle() -> None:
    """Keep the garbage collector from stopping the schedule: old objects are never looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 50, 100)
