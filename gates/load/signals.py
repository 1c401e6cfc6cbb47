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
from importlib.metadata import version

HELLO = "gatescore-hello"
SHARE = "gatescore-share"
READY = "gatescore-ready"
START = "gatescore-start"
STARTED = "gatescore-started"
RESULT = "gatescore-result"


def our_version() -> str:
    """Return what has to be the same on both sides."""
    return f"gatescore {version('gatescore')} on locust {version('locust')}"


def our_name() -> str:
    """Return what people call this worker: where it is, and which process."""
    return f"{socket.gethostname()} (pid {os.getpid()})"
