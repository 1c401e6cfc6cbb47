"""What master and workers tell each other over Locust's own connection.

worker → master  HELLO   {"version", "name", "proof"}
master → worker  SHARE   {"scenario": JSON text, "callers": JSON text, null for the worker's own,
                          "proof"}
worker → master  READY   {}            the machine is quiet, or was waited for
master → worker  START   {}
worker → master  STARTED {}
worker → master  PROGRESS {"round", "elapsed_s", "successes"}   shortly before the window's end,
master → worker  WINDOW  {"round", "seconds"}                   which is moved for more samples
worker → master  RESULT  {"result": JSON text}

A proof shows that its sender knows the token of the run (GATESCORE_LOAD_TOKEN), without telling it.
"""

import hashlib
import hmac
import os
import socket
from collections.abc import Mapping
from importlib.metadata import version

HELLO = "gatescore-hello"
SHARE = "gatescore-share"
READY = "gatescore-ready"
START = "gatescore-start"
STARTED = "gatescore-started"
PROGRESS = "gatescore-progress"
WINDOW = "gatescore-window"
RESULT = "gatescore-result"

TOKEN_VARIABLE = "GATESCORE_LOAD_TOKEN"  # noqa: S105  (its name)

MOST_APART_S = 0.5  # between the starts of two workers


def our_version() -> str:
    """Return what has to be the same on both sides."""
    return f"gatescore {version('gatescore')} on locust {version('locust')}"


def our_name() -> str:
    """Return what people call this worker: where it is, and which process."""
    return f"{socket.gethostname()} (pid {os.getpid()})"


def proof(*words: str) -> str:
    """Return what only somebody with the token of the run can say of these words."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    return hmac.new(token.encode(), "\0".join(words).encode(), hashlib.sha256).hexdigest()


def is_proven(said: object, *words: str) -> bool:
    """Return whether a proof is that of these words."""
    return isinstance(said, str) and hmac.compare_digest(said.encode(), proof(*words).encode())


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
