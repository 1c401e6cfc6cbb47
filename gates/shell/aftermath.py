"""Says how a program ended and what it last wrote, for people."""

import signal
from pathlib import Path

from gates.shell.process import Ending, Finished

TAIL_BYTES = 64 * 1024
SHOWN_LINES = 20
LOG = "; last log lines:\n"


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


def last_lines(path: Path, lines: int = SHOWN_LINES) -> str:
    """The last lines of a file; nothing if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def quoted(said: str) -> str:
    """The end of a log as the end of a sentence."""
    return f"{LOG}{said}" if said else "; its log is empty"
