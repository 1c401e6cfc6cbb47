"""A load beside which something is watched: its window, and every way in which it can fail."""

import itertools
import sys
import time
from pathlib import Path

import pytest

from gates.core.model import Reason
from gates.probes._common import ProbeError
from gates.probes._watched_load import Program, watched

HERE = Path(__file__).parent
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def made(*words: str, seconds: float = 0.6) -> Program:
        driver = (sys.executable, str(HERE / "driver.py"), NOBODY, "/", str(seconds), "20")
        env = {"PYTHONPATH": str(HERE.parents[2])}
        return Program(argv=(*driver, *words), env=env, result="result.json")

    return made


def test_the_window_is_the_end_of_the_load_whatever_went_before_p37(program) -> None:
    """P33: it is told by the monotonic clock alone."""
    looks: list[float] = []
    begin = time.monotonic()
    window = watched(program(seconds=0.6), looks.append, 0.05)
    assert window.load.duration_s == 0.6
    assert begin < window.opening < window.closing < time.monotonic()
    assert window.closing - window.opening < 0.6
    assert looks[0] < window.opening  # the start of the program is no part of it
    assert all(a < b for a, b in itertools.pairwise(looks))
    assert not window.holds(looks[0]) and window.holds(window.opening + 0.01)


@pytest.mark.parametrize(
    ("words", "reason", "text"),
    [
        (("crash",), Reason.TOOL_CRASHED, "something broke"),
        (("garbage",), Reason.UNREADABLE_RESULT, "the load's result"),
    ],
)
def test_a_load_without_a_result_is_an_error_in_one_line(program, words, reason, text) -> None:
    with pytest.raises(ProbeError) as caught:
        watched(program(*words, seconds=0.1), lambda _: None, 0.05)
    assert caught.value.reason is reason
    assert text in caught.value.detail


def test_a_load_that_cannot_be_started_is_told(program) -> None:
    missing = Program(argv=("/nowhere/locust",), env={}, result="result.json")
    with pytest.raises(ProbeError) as caught:
        watched(missing, lambda _: None, 0.05)
    assert caught.value.reason is Reason.TOOL_MISSING
    assert "/nowhere/locust" in caught.value.detail


def test_the_load_ends_with_what_watches_it(program) -> None:
    def fails(_: float) -> None:
        raise ZeroDivisionError

    begin = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        watched(program(seconds=60), fails, 0.05)
    assert time.monotonic() - begin < 20
