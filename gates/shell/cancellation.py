"""One word that every waiting part hears at once: stop."""

import os
import threading


class Cancellation:
    """Set once, never unset; `fileno()` is readable from then on, for any number of pollers."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._event = threading.Event()

    def set(self) -> None:
        """Cancels. Safe in signal handlers and from any thread; a second call changes nothing."""
        if not self._event.is_set():
            self._event.set()
            os.write(self._writer, b"!")

    def is_set(self) -> bool:
        """Whether somebody cancelled."""
        return self._event.is_set()

    def fileno(self) -> int:
        """The descriptor to poll for reading; nobody may read from it."""
        return self._reader

    def wait(self, seconds: float) -> bool:
        """Sleeps at most `seconds`; whether somebody cancelled."""
        return self._event.wait(seconds)

    def close(self) -> None:
        """Gives the descriptors back; nobody may wait any more."""
        os.close(self._reader)
        os.close(self._writer)
