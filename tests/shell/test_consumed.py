"""What the processes of a service have used: a real child that burns, and one that opens files."""

import os
import subprocess
import sys

import pytest

from gates.shell import consumed

BURN = """
import subprocess, sys, time
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.3: pass"])
print(1, flush=True)
sys.stdin.read()
"""
OPEN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
kept = [open("/dev/null") for _ in range(20)]
print(1, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def child(request: pytest.FixtureRequest):
    argv = [sys.executable, "-c", request.param]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.parametrize("child", [BURN], indirect=True)
def test_time_of_ended_children_is_counted_and_our_own_is_not(child) -> None:
    """We stand for the supervisor here: what it uses itself is not the service's."""
    used = consumed.cpu_seconds(os.getpid())
    assert used is not None
    assert used >= 0.3


@pytest.mark.parametrize("child", [OPEN], indirect=True)
def test_files_and_their_limit(child) -> None:
    found = [one for one in consumed.files(os.getpid()) if one.limit == 64]
    assert len(found) == 1
    assert 20 <= found[0].used < 40


def test_nothing_is_known_of_a_service_that_is_not_ours() -> None:
    assert consumed.cpu_seconds(0) is None
    assert consumed.files(0) == ()


def test_nothing_is_known_of_a_process_that_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert consumed.cpu_seconds(process.pid) is None
    assert consumed.files(process.pid) == ()
