"""Says how a program ended and what it last wrote, for people."""

import re
import signal
from pathlib import Path

from gates.shell.process import Ending, Finished

TAIL_BYTES = 64 * 1024
SHOWN_LINES = 20
LOG = "\nlast log lines:\n"
TRACEBACK = "Traceback (most recent call last):"


def ended(finished: Finished) -> str:
    """How a program ended, for people."""
    if finished.ending is Ending.NOT_STARTED:
        return f"could not be started: {finished.detail}"
    if finished.ending is not Ending.EXITED or finished.exit_code is None:
        return f"was ended: {finished.detail}"
    if finished.exit_code < 0:
        return f"was ended by {_signal_name(-finished.exit_code)}"
    return f"exited with {finished.exit_code}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def last_lines(path: Path, lines: int = SHOWN_LINES, health: str = "") -> str:
    """The last lines of a file; nothing if there is none.

    `health` is a path whose entries in an access log are left out: they are our own requests.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    kept = text.splitlines()
    if health:
        ours = re.compile(rf"\bGET {re.escape(health)} HTTP/\d")
        kept = [line for line in kept if not ours.search(line)]
    return "\n".join(kept[-lines:])


def quoted(said: str) -> str:
    """The end of a log as the end of a sentence."""
    return f"{LOG}{said}" if said else "; its log says nothing"


def explained(said: str) -> str:
    """The end of a log as the cause of an end: what it comes to, and on new lines all of it."""
    cause = _cause(said)
    return f": {cause}{LOG}{said}" if cause else "; its log says nothing"


def _cause(said: str) -> str:
    """The last line of the last traceback, or else the last that says anything."""
    lines = [line for line in said.splitlines() if line.strip()]
    starts = [number for number, line in enumerate(lines) if TRACEBACK in line]
    after = lines[starts[-1] + 1 :] if starts else []
    raised = (line for line in after if not line[0].isspace())
    return next(raised, lines[-1] if lines else "").strip()
