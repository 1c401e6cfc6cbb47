"""A program that ended: the cause comes first, its log after, our own requests never."""

from pathlib import Path

import pytest

from gates.shell.aftermath import LOG, explained, last_lines

TRACE = """INFO: started
Traceback (most recent call last):
  File "/app/main.py", line 1, in <module>
    import nothere
ModuleNotFoundError: No module named 'nothere'"""
UVICORN = """ERROR:    Traceback (most recent call last):
  File "/app/main.py", line 9, in lifespan
    raise ValueError("no table")
ValueError: no table

ERROR:    Application startup failed. Exiting."""
CHAINED = """Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in f
OSError: gone"""


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("one\nno such table", "no such table"),
        ("no such table\n\n  \n", "no such table"),
        (TRACE, "ModuleNotFoundError: No module named 'nothere'"),
        (UVICORN, "ValueError: no table"),
        (CHAINED, "OSError: gone"),
        ("Traceback (most recent call last):\n  cut off", "cut off"),
    ],
)
def test_the_cause_is_on_the_first_line(said: str, cause: str) -> None:
    shown = f"the service exited with 1{explained(said)}"
    assert shown.splitlines()[0] == f"the service exited with 1: {cause}"
    assert shown.partition(LOG) == (f"the service exited with 1: {cause}", LOG, said)


@pytest.mark.parametrize("said", ["", "\n \n"])
def test_a_log_without_words_is_told(said: str) -> None:
    assert explained(said) == "; its log says nothing"


def test_our_own_health_checks_are_not_among_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    ours = 'INFO: 127.0.0.1:5 - "GET /health HTTP/1.1" 200 OK\n'
    others = (
        'INFO: 127.0.0.1:5 - "GET /health/deep HTTP/1.1" 200 OK\n'
        'INFO: 127.0.0.1:5 - "POST /health HTTP/1.1" 405\n'
        "GET /health failed: no table\n"
    )
    log.write_text(f"first\n{others}{ours * 30}")
    assert last_lines(log, 3, "/health") == others.strip()
    assert last_lines(log, 2) == (ours * 2).strip()
    assert last_lines(log, 1, "/h") == ours.strip()
