"""What a stream can show: colour, width, letters, and whether a person is watching."""

import os
from collections.abc import Mapping
from typing import TextIO

import msgspec

from gates.core.model import GateStatus, Verdict

_RESET = "\x1b[0m"
_STYLES = {
    "PASS": "32",
    "WARN": "33",
    "FAIL": "1;31",
    "ERROR": "1;35",
    "NOT_RUN": "1;35",
    "INCONCLUSIVE": "1;35",
    "PENDING": "34",
    "SKIPPED": "2",
}
_MARKS = {
    "PASS": "✓",
    "WARN": "!",
    "FAIL": "✗",
    "ERROR": "?",
    "NOT_RUN": "-",
    "INCONCLUSIVE": "?",
    "PENDING": "…",
    "SKIPPED": "»",
}
_WITHOUT_TERMINAL = 100
_NARROWEST = 20


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """Abilities of one stream. `live`: a terminal that can be drawn over."""

    live: bool = False
    colour: bool = False
    unicode: bool = False
    width: int = _WITHOUT_TERMINAL

    def status(self, status: GateStatus | Verdict | str, pad: int = 0) -> str:
        """Return a status as word, with its mark and colour where they can be shown."""
        word = str(status)
        mark = f"{_MARKS.get(word, ' ')} " if self.unicode else ""
        text = f"{mark}{word.replace('_', ' ')}".ljust(pad)
        return self.styled(text, _STYLES.get(word, ""))

    def styled(self, text: str, codes: str) -> str:
        """Return `text` in a style (SGR codes), or as it is on a stream without colour."""
        return f"\x1b[{codes}m{text}{_RESET}" if self.colour and codes else text


def screen_of(stream: TextIO, environ: Mapping[str, str]) -> Screen:
    """Look at a stream and the environment: NO_COLOR, TERM=dumb, the encoding, the size."""
    terminal = _is_terminal(stream)
    able = terminal and environ.get("TERM", "") not in ("", "dumb")
    return Screen(
        live=able,
        colour=able and not environ.get("NO_COLOR"),
        unicode=_is_unicode(stream) and environ.get("TERM") != "dumb",
        width=_width(stream, environ) if terminal else _WITHOUT_TERMINAL,
    )


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _is_unicode(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    named = environ.get("COLUMNS", "")
    if named.isascii() and named.isdigit() and int(named):
        return max(int(named), _NARROWEST)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns or 80, _NARROWEST)
    except (OSError, ValueError):
        return 80
