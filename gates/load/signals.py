"""What master and workers tell each other over Locust's own connection.

worker → master  HELLO   {"version", "name"}
master → worker  SHARE   {"scenario": JSON text, "headers": {} or null for the worker's own}
worker → master  READY   {}            the machine is quiet, or was waited for
master → worker  START   {}
worker → master  STARTED {}
worker → master  RESULT  {"result": JSON text}
"""

import os
import socket
from collections.abc import Mapping
from importlib.metadata import version

HELLO = "gatescore-hello"
SHARE = "gatescore-share"
READY = "gatescore-ready"
START = "gatescore-start"
STARTED = "gatescore-started"
RESULT = "gatescore-result"

MOST_APART_S = 0.5  # between the starts of two workers


def our_version() -> str:
    """Return what has to be the same on both sides."""
    return f"gatescore {version('gatescore')} on locust {version('locust')}"


def our_name() -> str:
    """Return what people call this worker: where it is, and which process."""
    return f"{socket.gethostname()} (pid {os.getpid()})"


def strange(versions: Mapping[str, str], ours: str) -> str:
    """Name the first worker whose version is not ours, "" if there is none."""
    found = (
        f"worker {name} is {version or 'of no known version'}, not {ours}"
        for name, version in versions.items()
        if version != ours
    )
    return next(found, "")


def late(starts: Mapping[str, float]) -> str:
    """Name the first worker that started too long after the others, "" if there is none."""
    first = min(starts.values())
    after = ((name, instant - first) for name, instant in starts.items())
    found = (
        f"worker {name} started {late_s:.1f} s after the first (at most {MOST_APART_S:g} s)"
        for name, late_s in after
        if late_s > MOST_APART_S
    )
    return next(found, "")
