"""The scratch folder of a run: removed at its end, or by the next run where it was killed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gates.shell.lock import Lock, OutputBusy


@contextmanager
def scratch_folder(work: Path) -> Iterator[Path]:
    """An empty folder below `work` that is locked while it lives. Raises OSError."""
    work.mkdir(parents=True, exist_ok=True)
    sweep(work)
    made = Path(tempfile.mkdtemp(prefix="new-", dir=work))
    lock = Lock(made)
    folder = made.rename(made.with_name(made.name.replace("new-", "run-", 1)))  # locked by now
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def sweep(work: Path) -> None:
    """Remove the folders of runs that are no more: nobody holds their locks."""
    for folder in work.glob("run-*"):
        with suppress(OSError, OutputBusy):
            lock = Lock(folder)
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
