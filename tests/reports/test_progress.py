"""Progress: lines in a log, a region that is drawn over on a terminal, safe from any thread."""

import io
import os
import pty
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from reports.progress import Progress
from tests.reports.hostile import PAYLOADS


def test_a_log_gets_a_line_for_every_event() -> None:
    stream = io.StringIO()
    progress = Progress(stream, {"TERM": "xterm"})
    progress.note("judging the bundled example")
    progress.expect({"lint": 2.0})
    progress.started("lint")
    progress.started("types")
    progress.ended("lint", "PASS", "every criterion holds", 1.25)
    progress.ended("types", "NOT_RUN", "the target is down", 0.0)
    progress.close()
    assert stream.getvalue().splitlines() == [
        "note: judging the bundled example",
        "lint: started, about 2.0 s expected",
        "types: started",
        "lint: PASS 1.2 s",
        "types: NOT RUN 0 ms: the target is down",
    ]


class Watched:
    """The master side of a terminal, read all the time."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self.seen = b""
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self.master, 65536)
            except OSError:
                return
            if not part:
                return
            self.seen += part

    def until(self, there: Callable[[str], bool]) -> str:
        """What was seen, as soon as it is so; fails after ten seconds."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            text = self.seen.decode(errors="replace")
            if there(text):
                return text
            time.sleep(0.02)
        raise AssertionError(self.seen)

    def close(self) -> None:
        self.stream.close()
        self.thread.join(5)
        os.close(self.master)


def screen(text: str) -> list[str]:
    """What is left on the screen after the codes that we use."""
    lines, row = [""], 0
    for part in text.replace("\r\n", "\n").replace("\x1b", "\0\x1b").split("\0"):
        if part.startswith("\x1b[") and part.lstrip("\x1b[0123456789;")[:1] in "AJm":
            body = part[2:]
            end = next(index for index, letter in enumerate(body) if letter.isalpha())
            code, rest = body[: end + 1], body[end + 1 :]
            if code.endswith("A"):
                row -= int(code[:-1])
            elif code == "J":
                del lines[row:]
                lines.append("")
            part = rest
        for index, piece in enumerate(part.replace("\r", "").split("\n")):
            if index:
                row += 1
                lines += [""] * (row + 1 - len(lines))
            lines[row] += piece
    return [each for each in lines if each]


def test_a_terminal_shows_what_runs_and_keeps_what_ended() -> None:
    terminal = Watched()
    progress = Progress(terminal.stream, {"TERM": "xterm", "COLUMNS": "60"})
    progress.expect({"lint": 2.0, "types": 10.0})
    progress.started("lint")
    progress.started("types")
    terminal.until(lambda text: "types 1.0 s, about 10.0 s expected" in text)
    progress.ended("lint", "FAIL", "lint.errors: 3 is not == 0", 1.25)
    text = terminal.until(lambda text: "1 of 2 gates have ended" in text)
    assert "\x1b[1;31m" in text
    assert screen(text)[0] == "✗ FAIL     lint 1.2 s: lint.errors: 3 is not == 0"
    progress.note("a note")
    progress.ended("types", "PASS", "every criterion holds", 4.0)
    progress.close()
    text = terminal.until(lambda text: text.rstrip().endswith("types 4.0 s"))
    assert screen(text) == [
        "✗ FAIL     lint 1.2 s: lint.errors: 3 is not == 0",
        "note: a note",
        "✓ PASS     types 4.0 s",
    ]
    terminal.close()


def test_more_gates_than_lines_are_counted_and_lines_never_wrap() -> None:
    terminal = Watched()
    progress = Progress(terminal.stream, {"TERM": "xterm", "COLUMNS": "20", "NO_COLOR": "1"})
    for index in range(12):
        progress.started(f"a-gate-with-a-long-name-{index}")
    text = terminal.until(lambda text: "and 4 more" in text)
    progress.close()
    assert "\x1b[0m" not in text
    assert all(len(each) < 20 for each in screen(text))
    terminal.close()


def test_a_terminal_without_abilities_gets_lines_b65() -> None:
    terminal = Watched()
    progress = Progress(terminal.stream, {"TERM": "dumb"})
    progress.started("lint")
    progress.ended("lint", "PASS", "", 0.5)
    progress.close()
    text = terminal.until(lambda text: "PASS" in text)
    assert text.splitlines() == ["lint: started", "lint: PASS 500 ms"]
    terminal.close()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_event_carries_a_code_p58(payload: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    progress = Progress(stream, {"TERM": "xterm"})
    progress.note(payload)
    progress.started(payload)
    progress.ended(payload, "FAIL", payload, 1.0)
    progress.close()
    stream.flush()
    text = stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert text.count("\n") == 3
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    assert "##[" not in text


def test_a_stream_that_went_away_decides_nothing() -> None:
    stream = io.StringIO()
    progress = Progress(stream, {})
    stream.close()
    progress.started("lint")
    progress.ended("lint", "PASS", "", 1.0)
    progress.close()
    read, write = os.pipe()
    os.close(read)
    broken = os.fdopen(write, "w")
    progress = Progress(broken, {})
    progress.note("nobody reads this")
    progress.close()
    with pytest.raises(BrokenPipeError):
        broken.close()


def test_events_of_many_threads_stay_whole_lines() -> None:
    stream = io.StringIO()
    progress = Progress(stream, {})

    def one(index: int) -> None:
        progress.started(f"gate{index}")
        progress.ended(f"gate{index}", "PASS", "", 1.0)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(500)))
    progress.close()
    lines = stream.getvalue().splitlines()
    assert sorted(lines) == sorted(
        line
        for index in range(500)
        for line in (f"gate{index}: started", f"gate{index}: PASS 1.0 s")
    )
