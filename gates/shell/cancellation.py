"""One word that every waiting part hears at once: stop."""

import os
import select


class Cancellation:
    """Set once, never unset; `fileno()` is readable from then on, for any number of pollers."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._set = False

    def set(self) -> None:
        """Cancels. Takes no lock, so it is safe in signal handlers; twice is as good as once."""
        if not self._set:
            self._set = True
            os.write(self._writer, b"!")

    def is_set(self) -> bool:
        """Whether somebody cancelled."""
        return self._set

    def fileno(self) -> int:
        """The descriptor to poll for reading; nobody may read from it."""
        return self._reader

    def wait(self, seconds: float) -> bool:
        """Sleeps at most `seconds`; whether somebody cancelled."""
        waiting = select.poll()
        waiting.register(self._reader, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def close(self) -> None:
        """Gives the descriptors back; nobody may wait any more."""
        os.close(self._reader)
        os.close(self._writer)
