"""Kills, full disks and failing system calls: the old file or the new one, never a half."""

import datetime
import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import PolicyState, Scorecard, TargetState, Verdict
from gates.shell.atomic import SystemDisk, free_bytes
from gates.shell.store import RunFolder, StorageError, read_json, write_atomic

ROUNDS = int(os.environ.get("GATESCORE_SOAK_ROUNDS", "15"))
NOW = datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)
WRITER = """
import pathlib, sys
from gates.shell.atomic import write_atomic
path = pathlib.Path(sys.argv[1])
print("ready", flush=True)
while True:
    for letter in b"ab":
        write_atomic(path, bytes([letter]) * 3_000_000)
"""


def test_p25_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.json"
    path.write_bytes(b"a" * 3_000_000)
    chance = random.Random(7)
    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
        assert path.read_bytes() in (b"a" * 3_000_000, b"b" * 3_000_000)
    # What the killed ones left behind goes with the next run.
    RunFolder.create(tmp_path, tmp_path, NOW, minimum_free=0).close()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".lock", "results"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB, eight inodes."""
    folder = tmp_path / "small"
    folder.mkdir()
    options = "size=1m,nr_inodes=8"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_p26_a_full_disk_keeps_the_report_before_and_names_path_and_bytes(
    small_disk: Path,
) -> None:
    path = small_disk / "scorecard.json"
    write_atomic(path, b"old" * 1000)
    with pytest.raises(StorageError, match=r"scorecard\.json: No space left .* \d+ bytes free"):
        write_atomic(path, b"x" * 2**20)
    assert path.read_bytes() == b"old" * 1000
    assert [entry.name for entry in small_disk.iterdir()] == ["scorecard.json"]


def test_p26_a_run_does_not_begin_on_a_disk_that_is_too_small(small_disk: Path) -> None:
    with pytest.raises(StorageError, match=r"small.*: a run needs 50000000 free bytes; \d+ bytes"):
        RunFolder.create(small_disk, small_disk, NOW)


def test_b68_no_free_inodes_are_no_free_bytes(small_disk: Path) -> None:
    path = small_disk / "scorecard.json"
    path.write_bytes(b"old")
    assert free_bytes(path)
    for number in range(6):
        (small_disk / f"{number}.sarif").write_bytes(b"")
    assert free_bytes(path) == 0
    with pytest.raises(StorageError, match="No space left on device; 0 bytes free"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    with pytest.raises(StorageError, match="0 bytes free"):
        RunFolder.create(small_disk, small_disk, NOW)


def test_b68_a_disk_that_turns_read_only_fails_the_write(small_disk: Path) -> None:
    path = small_disk / "scorecard.json"
    path.write_bytes(b"old")
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True)
    with pytest.raises(StorageError, match="Read-only file system; .* bytes free"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"


class FailingDisk:
    """The disk of this machine, whose Nth operation fails."""

    def __init__(self, fails_at: int, error: int) -> None:
        self._real = SystemDisk()
        self._left = fails_at
        self._error = error
        self.failed = False

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._real, name)

        def counted(*arguments: Any) -> Any:
            self._left -= 1
            if self._left:
                return operation(*arguments)
            self.failed = True
            if name == "close":
                operation(*arguments)
            raise OSError(self._error, os.strerror(self._error))

        return counted


def card(verdict: Verdict) -> Scorecard:
    return Scorecard(
        target=TargetState(name="t", revision="unknown", dirty=True),
        policy=PolicyState(name="p", digest=""),
        decisive_level=1,
        verdict=verdict,
        complete=verdict is Verdict.PASS,
    )


def run_once(out: Path, disk: FailingDisk) -> None:
    with RunFolder.create(out, out, NOW, minimum_free=0, disk=disk) as run:
        run.write_json("scorecard.json", card(Verdict.INCONCLUSIVE))
        folder = run.gate_folder("lint")
        run.write(str(folder.relative_to(run.path) / "report.json"), b"{}")
        run.write_json("scorecard.json", card(Verdict.PASS))


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_p27_whichever_operation_fails_no_pass_is_left(tmp_path: Path, error: int) -> None:
    for number in range(1, 100):
        out = tmp_path / str(number)
        out.mkdir()
        (out / "scorecard.json").write_bytes(b'{"schema_version":1,"gates":[],"verdict":"FAIL"}')
        disk = FailingDisk(number, error)
        try:
            run_once(out, disk)
        except Exception as problem:  # the point: nothing else than these two
            assert type(problem).__name__ in {"StorageError", "OutputError"}
            assert os.strerror(error) in str(problem)
            assert disk.failed
            path = out / "scorecard.json"
            if path.exists():
                assert read_json(path, Scorecard).verdict is not Verdict.PASS
            assert not list(out.rglob("*.tmp"))
            run_once(out, FailingDisk(0, error))  # the folder is free and of use again
        else:
            assert not disk.failed
            assert number > 15, "fewer operations than a run needs: the disk is not asked"
            assert read_json(out / "scorecard.json", Scorecard).verdict is Verdict.PASS
            return
    raise AssertionError("never a clean run")
