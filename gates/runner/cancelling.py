"""Turns SIGINT and SIGTERM into a cancellation, and a second one into an immediate end."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gates.shell.process import Cancellation

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class Cancelling:
    """A cancellation, and the exit code of the signal that set it."""

    def __init__(self) -> None:
        self.cancel = Cancellation()
        self.code: int | None = None

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """First signal: cancel and keep what there is. Second: end now, all of it is on disk."""
        code = CODES[signal.Signals(number)]
        if self.code is not None:
            os._exit(code)
        self.code = code
        self.cancel.set()


@contextmanager
def cancelling() -> Iterator[Cancelling]:
    """Listen for signals while a run is under way."""
    state = Cancelling()
    before = {number: signal.signal(number, state.receive) for number in CODES}
    try:
        yield state
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        state.cancel.close()
