"""Removes cached environments that no run has used for long."""

import contextlib
import fcntl
import shutil
from pathlib import Path

UNUSED_S = 30 * 24 * 3600.0  # far longer than any run, so that none loses what it stands on


def mark_used(proof: Path) -> None:
    """Note at the file that proves an environment complete that a run uses it now."""
    proof.touch()


def prune(home: Path, proof: str, *, unused_s: float = UNUSED_S) -> None:
    """Remove the folders beside `home` whose file `proof` was last touched `unused_s` ago.

    A folder without that file, left by a runner that was killed, has its own time. Each is removed
    under its lock (FOLDER.lock, which stays), never while another runner holds that.
    """
    lock = home.with_suffix(".lock")
    lock.touch()
    before = lock.stat().st_mtime - unused_s  # by the file system's clock, as all these times
    for folder in sorted(path for path in home.parent.iterdir() if path.is_dir()):
        if folder != home:
            with contextlib.suppress(OSError):  # held, or gone: the next run looks again
                _prune_one(folder, folder / proof, before)


def _prune_one(folder: Path, proof: Path, before: float) -> None:
    if _used(folder, proof) >= before:
        return
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _used(folder, proof) < before:
            proof.unlink(missing_ok=True)  # first: what is half removed is not complete
            shutil.rmtree(folder, ignore_errors=True)


def _used(folder: Path, proof: Path) -> float:
    return (proof if proof.is_file() else folder).stat().st_mtime
