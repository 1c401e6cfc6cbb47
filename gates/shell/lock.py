"""One run at a time per output folder, and the second one is told who holds it."""

import fcntl
import os
from pathlib import Path

NAME = ".lock"


class OutputError(Exception):
    """The output folder cannot be used; nothing has run. `detail` says why and what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class OutputBusy(OutputError):
    """Another run holds the folder; `pid` is its process, None if it has not said yet."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{folder} is in use by {holder}; wait for it, or name another --output")
        self.pid = pid


class Lock:
    """An exclusive lock, held until `release` or the end of the process, even a killed one."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises OutputBusy, OSError."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(folder / NAME, flags, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            pid = os.pread(self._file, 32, 0).strip()
            self.release()
            raise OutputBusy(folder, int(pid) if pid.isdigit() else None) from None
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let the next run in. The file stays: to remove it would let two runs in."""
        os.close(self._file)
