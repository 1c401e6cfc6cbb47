"""Programs end in time, with their whole tree, and their exit code is told as it was."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from gates.shell.process import Cancellation, Ending, Finished, Limits, execute, start

FAKES = Path(__file__).with_name("fakes")


def run(
    output: Path,
    *argv: str,
    deadline_s: float = 30.0,
    grace_s: float = 0.5,
    env: dict[str, str] | None = None,
    cancel: Cancellation | None = None,
    interrupt_first: bool = False,
    cwd: Path | None = None,
) -> Finished:
    return execute(
        argv,
        cwd=cwd or output,
        env=env or {},
        output=output,
        limits=Limits(deadline_s=deadline_s, grace_s=grace_s),
        cancel=cancel or Cancellation(),
        interrupt_first=interrupt_first,
    )


def fake(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(FAKES / f"{name}.py"), *arguments)


def until(condition, seconds: float = 15.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.02)


def pids_of(file: Path, count: int) -> list[int]:
    """Waits until the stubborn tool has told all of its processes."""
    until(lambda: file.exists() and len(file.read_text().split()) == count)
    return [int(line) for line in file.read_text().split()]


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def later(act, *, when) -> threading.Thread:
    """Acts in a thread of its own as soon as a condition holds."""
    thread = threading.Thread(target=lambda: (until(when), act()))
    thread.start()
    return thread


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_code_and_outputs_are_kept(tmp_path: Path, code: int) -> None:
    finished = run(tmp_path, "/bin/sh", "-c", f"echo out; echo err >&2; exit {code}")
    assert (finished.ending, finished.exit_code) == (Ending.EXITED, code)
    assert finished.stdout.read_bytes() == b"out\n"
    assert finished.stderr.read_bytes() == b"err\n"
    assert (finished.strays, finished.truncated, finished.detail) == ((), False, "")
    assert 0 < finished.duration_s < 10


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGPIPE])
def test_death_by_a_signal_is_a_negative_exit_code(tmp_path: Path, number: int) -> None:
    finished = run(tmp_path, "/bin/sh", "-c", f"kill -{int(number)} $$")
    assert (finished.ending, finished.exit_code) == (Ending.EXITED, -number)


def test_output_files_bear_the_name_and_lose_what_was_in_them(tmp_path: Path) -> None:
    """P14: yesterday's output is never taken for today's."""
    (tmp_path / "lint.stdout").write_text("old")
    finished = execute(
        ["/bin/true"],
        cwd=tmp_path,
        env={},
        output=tmp_path,
        limits=Limits(deadline_s=10),
        cancel=Cancellation(),
        name="lint",
    )
    assert finished.stdout == tmp_path / "lint.stdout"
    assert finished.stdout.read_bytes() == b""


def test_p18_timeout_ends_the_whole_tree(tmp_path: Path) -> None:
    finished = run(tmp_path, *fake("stubborn", str(tmp_path / "pids")), deadline_s=4.0)
    pids = pids_of(tmp_path / "pids", 4)
    assert (finished.ending, finished.exit_code) == (Ending.TIMEOUT, -signal.SIGKILL)
    assert finished.detail == "no end within 4 s"
    assert [pid for pid in pids if alive(pid)] == []


def test_p19_a_clean_exit_after_our_signal_is_a_timeout(tmp_path: Path) -> None:
    finished = run(tmp_path, *fake("polite", str(tmp_path / "saved")), deadline_s=1.0, grace_s=5)
    assert (finished.ending, finished.exit_code) == (Ending.TIMEOUT, 0)
    assert (tmp_path / "saved").read_text() == "SIGTERM"


def test_p20_strays_after_success_are_ended_and_named(tmp_path: Path) -> None:
    finished = run(tmp_path, *fake("stubborn", str(tmp_path / "pids"), "exit", "3"))
    assert (finished.ending, finished.exit_code) == (Ending.EXITED, 3)
    assert len(finished.strays) == 3
    assert all(name.startswith("python") for name in finished.strays)
    assert not any(alive(pid) for pid in pids_of(tmp_path / "pids", 3))


def test_children_that_end_with_the_program_are_no_strays(tmp_path: Path) -> None:
    finished = run(tmp_path, "/bin/sh", "-c", "(exec /bin/sleep 0.05) & exit 0")
    assert (finished.ending, finished.strays) == (Ending.EXITED, ())


def test_p21_cancellation_ends_the_tree_in_time(tmp_path: Path) -> None:
    cancel, pids = Cancellation(), tmp_path / "pids"
    thread = later(cancel.set, when=lambda: pids.exists() and len(pids.read_text().split()) == 4)
    begin = time.monotonic()
    finished = run(tmp_path, *fake("stubborn", str(pids)), cancel=cancel, grace_s=2.0)
    thread.join()
    assert (finished.ending, finished.detail) == (Ending.CANCELLED, "cancelled")
    assert finished.exit_code == -signal.SIGKILL
    assert time.monotonic() - begin < 3 * 5
    assert not any(alive(pid) for pid in pids_of(pids, 4))


def test_after_a_cancellation_nothing_is_started(tmp_path: Path) -> None:
    cancel = Cancellation()
    cancel.set()
    finished = run(tmp_path, "/bin/sh", "-c", "touch started", cancel=cancel)
    assert (finished.ending, finished.exit_code) == (Ending.CANCELLED, None)
    assert not (tmp_path / "started").exists()


def test_a_cancellation_is_heard_by_everybody_and_stays() -> None:
    cancel = Cancellation()
    assert not cancel.wait(0.01)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(cancel.wait, 20) for _ in range(3)]
        cancel.set()
        cancel.set()
        assert all(heard.result() for heard in waiting)
    assert cancel.is_set()
    assert cancel.wait(0)
    cancel.close()


@pytest.mark.parametrize(("interrupt_first", "name"), [(True, "SIGINT"), (False, "SIGTERM")])
def test_the_first_signal_is_the_one_wanted(
    tmp_path: Path, interrupt_first: bool, name: str
) -> None:
    run(
        tmp_path,
        *fake("polite", str(tmp_path / "saved")),
        deadline_s=1.0,
        grace_s=5,
        interrupt_first=interrupt_first,
    )
    assert (tmp_path / "saved").read_text() == name


def test_an_ignored_interrupt_is_not_inherited(tmp_path: Path) -> None:
    """A runner started with `&` by a shell ignores SIGINT; its tools must not."""
    finished = run(tmp_path, "/bin/sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status")
    masks = [int(line.split()[1], 16) for line in finished.stdout.read_text().splitlines()]
    assert masks == [0, 0]


def test_exit_codes_of_programs_side_by_side_stay_apart(tmp_path: Path) -> None:
    def one(code: int) -> int | None:
        folder = tmp_path / str(code)
        folder.mkdir()
        return run(folder, "/bin/sh", "-c", f"sleep 0.{code % 3}; exit {code}").exit_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(1, 19))) == list(range(1, 19))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_runner_leaves_no_process_behind(tmp_path: Path, number: int) -> None:
    runner = subprocess.Popen(fake("runner", str(tmp_path)))
    pids = pids_of(tmp_path / "pids", 4)
    supervisor = psutil.Process(runner.pid).children()[0]
    runner.send_signal(number)
    assert runner.wait(10) == -number
    until(lambda: not alive(supervisor.pid))
    assert not any(alive(pid) for pid in pids)


def test_a_killed_supervisor_is_never_a_success(tmp_path: Path) -> None:
    """The program goes with it, and what it wrote counts for nothing."""
    pid_file = tmp_path / "pid"

    def kill_its_parent() -> None:
        psutil.Process(int(pid_file.read_text())).parent().kill()

    thread = later(kill_its_parent, when=lambda: pid_file.exists() and pid_file.read_text())
    finished = run(tmp_path, "/bin/sh", "-c", "echo $$ > pid; exec sleep 600")
    thread.join()
    assert (finished.ending, finished.exit_code) == (Ending.CANCELLED, None)
    assert "without a report" in finished.detail
    until(lambda: not alive(int(pid_file.read_text())))


def test_the_end_of_the_thread_that_started_it_does_not_end_a_program(tmp_path: Path) -> None:
    """PDEATHSIG of prctl(2) is about threads: only the end of the whole runner counts."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            lambda: start(
                ["/bin/sh", "-c", "sleep 1; exit 5"],
                cwd=tmp_path,
                env={"PATH": os.environ["PATH"]},
                stdout=tmp_path / "log",
                stderr=tmp_path / "log",
                limits=Limits(deadline_s=10),
            )
        ).result()
    finished = running.wait(10)
    assert finished is not None
    assert (finished.ending, finished.exit_code) == (Ending.EXITED, 5)


def test_waiting_costs_no_processor_time(tmp_path: Path) -> None:
    before = time.process_time()
    run(tmp_path, "/bin/sleep", "2")
    assert time.process_time() - before < 0.1
