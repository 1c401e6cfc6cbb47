"""Output of any size stays within its bounds, on disk and in memory."""

import resource
import sys
import time
from pathlib import Path

import pytest

from gates.shell.capping import cut
from gates.shell.process import Cancellation, Ending, Finished, Limits, execute, start

FAKES = Path(__file__).with_name("fakes")
MIB = 2**20


def run(output: Path, *argv: str, max_bytes: int, watch: tuple[Path, ...] = ()) -> Finished:
    return execute(
        argv,
        cwd=output,
        env={},
        output=output,
        limits=Limits(deadline_s=60, max_bytes=max_bytes),
        cancel=Cancellation(),
        watch=watch,
    )


def noisy(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(FAKES / "noisy.py"), *arguments)


def test_p30_500_mb_are_cut_and_never_in_memory(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    finished = run(tmp_path, *noisy("500"), max_bytes=64 * MIB)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    data = finished.stdout.read_bytes()
    assert (finished.ending, finished.truncated) == (Ending.OUTPUT_TOO_LARGE, True)
    assert finished.detail == f"stdout grew beyond {64 * MIB} bytes"
    assert 2 * MIB <= len(data) < 2 * MIB + 100
    assert data.startswith(b"first line\n")
    assert b"bytes left out here]" in data[MIB : MIB + 100]
    assert grown_kib < 20 * 1024


def test_a_program_that_goes_on_printing_is_ended(tmp_path: Path) -> None:
    begin = time.monotonic()
    finished = run(tmp_path, *noisy("3", "sleep"), max_bytes=MIB)
    assert finished.ending is Ending.OUTPUT_TOO_LARGE
    assert time.monotonic() - begin < 30
    assert finished.stdout.read_bytes().endswith(b"last line\n")


@pytest.mark.parametrize(
    ("length", "ending"), [(1000, Ending.EXITED), (1001, Ending.OUTPUT_TOO_LARGE)]
)
def test_the_bound_itself_is_allowed(tmp_path: Path, length: int, ending: Ending) -> None:
    finished = run(tmp_path, "/usr/bin/head", "-c", str(length), "/dev/zero", max_bytes=1000)
    assert (finished.ending, finished.exit_code) == (ending, 0)
    assert finished.truncated is (ending is Ending.OUTPUT_TOO_LARGE)


def test_declared_files_are_bounded_too(tmp_path: Path) -> None:
    command = "head -c 5000 /dev/zero > report.json; head -c 5000 /dev/zero > scratch"
    report = tmp_path / "report.json"
    finished = run(tmp_path, "/bin/sh", "-c", command, max_bytes=1000, watch=(report,))
    assert finished.ending is Ending.OUTPUT_TOO_LARGE
    assert finished.detail == "report.json grew beyond 1000 bytes"
    assert report.stat().st_size < 1000
    assert (tmp_path / "scratch").stat().st_size == 5000


def test_a_log_is_cut_while_its_program_runs_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = "head -c 9000 /dev/zero; sleep 1; echo goes on >&2; sleep 1; exit 4"
    running = start(
        ["/bin/sh", "-c", command],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        stdout=log,
        stderr=log,
        limits=Limits(deadline_s=0, max_bytes=1000),
        keep_running=True,
    )
    finished = running.wait(20)
    assert finished is not None
    assert (finished.ending, finished.exit_code) == (Ending.EXITED, 4)
    assert finished.truncated
    assert log.read_bytes().endswith(b"\0goes on\n")
    assert log.stat().st_size < 1000


def test_a_cut_says_how_much_it_left_out(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 50 + b"b" * 100 + b"c" * 50)
    assert not cut(str(path), 200)
    assert cut(str(path), 199)
    marker = b"\n[gatescore: 102 bytes left out here]\n"
    assert path.read_bytes() == b"a" * 49 + marker + b"c" * 49


def test_a_file_that_is_not_there_is_not_cut(tmp_path: Path) -> None:
    assert not cut(str(tmp_path / "none"), 0)
