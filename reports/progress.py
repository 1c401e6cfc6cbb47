"""Tells on standard error what runs now: drawn over on a terminal, plain lines elsewhere."""

import contextlib
import threading
import time
from collections.abc import Mapping
from typing import TextIO

from reports.cells import cut, harmless
from reports.numbers import duration
from reports.screen import screen_of

_EVERY_S = 0.5
_MOST_LINES = 8


class Progress:
    """Takes events from any thread. A stream that goes away is ignored: it decides nothing."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        """Look at `stream` once; nothing is written before the first event."""
        self._stream = stream
        self._screen = screen_of(stream, environ)
        self._lock = threading.Lock()
        self._expected: dict[str, float] = {}
        self._since: dict[str, float] = {}
        self._ended: set[str] = set()
        self._drawn = 0
        self._closed = threading.Event()
        self._ticker: threading.Thread | None = None

    def expect(self, seconds: Mapping[str, float]) -> None:
        """These gates will run, each for about so many seconds."""
        with self._lock:
            self._expected.update(seconds)

    def started(self, gate: str) -> None:
        """A gate begins."""
        with self._lock:
            self._since[gate] = time.monotonic()
            if self._screen.live:
                self._redraw()
                self._tick()
            else:
                self._say(f"{gate}: started{self._guess(gate)}")

    def ended(self, gate: str, status: str, detail: str, seconds: float) -> None:
        """A gate has ended: its line stays."""
        with self._lock:
            self._since.pop(gate, None)
            self._ended.add(gate)
            first = detail.partition("\n")[0]
            why = f": {first}" if detail and status != "PASS" else ""
            word = status.replace("_", " ")
            if not self._screen.live:
                self._say(f"{gate}: {word} {duration(seconds)}{why}")
                return
            state = self._screen.status(status, 10)
            room = self._screen.width - 11
            told = cut(self._safe(f"{gate} {duration(seconds)}{why}"), room)
            self._redraw(f"{state} {told}")

    def note(self, text: str) -> None:
        """Something worth a line."""
        with self._lock:
            if self._screen.live:
                self._redraw(self._safe(f"note: {text}"))
            else:
                self._say(f"note: {text}")

    def close(self) -> None:
        """Stop drawing and leave the terminal as it was; what is told later becomes lines."""
        self._closed.set()
        if self._ticker:
            self._ticker.join(timeout=2 * _EVERY_S)
        with self._lock:
            self._since.clear()
            if self._screen.live:
                self._redraw()

    def _tick(self) -> None:
        if self._ticker is None and not self._closed.is_set():
            self._ticker = threading.Thread(target=self._turn, name="progress", daemon=True)
            self._ticker.start()

    def _turn(self) -> None:
        while not self._closed.wait(_EVERY_S):
            with self._lock:
                self._redraw()

    def _redraw(self, lasting: str = "") -> None:
        """Replace the running gates by `lasting`, which stays, and the running gates as of now."""
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        running = self._running()
        lines = ([lasting] if lasting else []) + running
        clear = f"\r{up}\x1b[J" if self._drawn else ""
        self._drawn = len(running)
        if clear or lines:
            self._write(clear + "".join(f"{each}\n" for each in lines))

    def _running(self) -> list[str]:
        now = time.monotonic()
        lines = [
            f"  {gate} {duration(round(now - since))}{self._guess(gate)}"
            for gate, since in sorted(self._since.items(), key=lambda each: each[1])
        ]
        hidden = len(lines) - _MOST_LINES
        lines = lines[:_MOST_LINES] + ([f"  and {hidden} more"] if hidden > 0 else [])
        if lines:
            done, total = len(self._ended), max(len(self._expected), len(self._ended))
            gates = "gate has" if total == 1 else "gates have"
            lines.append(f"  {done} of {total} {gates} ended")
        return [cut("  " + self._safe(each.strip()), self._screen.width - 1) for each in lines]

    def _guess(self, gate: str) -> str:
        seconds = self._expected.get(gate)
        return f", about {duration(seconds)} expected" if seconds else ""

    def _safe(self, text: str) -> str:
        return harmless(text, unicode=self._screen.unicode)

    def _say(self, text: str) -> None:
        self._write(self._safe(text) + "\n")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
