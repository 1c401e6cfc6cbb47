"""The log of a running service, read as it grows."""

import time
from collections.abc import Callable
from pathlib import Path

PAUSE_S = 0.02
MOST_BYTES = 16 * 2**20


class ServiceLog:
    """One growing file. Half a line at its end is not read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        """Where it ends now."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def since(self, offset: int) -> str:
        """The whole lines from there on; everything, where the file was cut in between."""
        start = offset if offset <= self.size() else 0
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                data = file.read(MOST_BYTES)
        except OSError:
            return ""
        return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace")

    def wait(self, offset: int, enough: Callable[[str], bool], seconds: float) -> str:
        """The lines from there on, as soon as they are enough or the seconds are over."""
        end = time.monotonic() + seconds
        while not enough(text := self.since(offset)) and time.monotonic() < end:
            time.sleep(PAUSE_S)
        return text


def opened(path: str) -> ServiceLog | None:
    """The log, None where there is none to read: the service is not ours."""
    return ServiceLog(Path(path)) if path and Path(path).is_file() else None
