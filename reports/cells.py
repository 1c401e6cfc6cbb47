"""Fits text into the columns of a terminal, on terminals that know no more than ASCII too."""

import unicodedata
from collections.abc import Iterator

from reports.visible import line

_PLAIN = str.maketrans({"…": "...", "—": "-", "–": "-", "·": "-", "×": "x", "‹": "<", "›": ">"})


def harmless(text: str, *, unicode: bool, limit: int = 1000) -> str:
    """Return `text` on one line, without what a terminal or the log of a CI server would act on.

    Without `unicode` everything but ASCII is written as its number. `##[` starts a command of
    some CI servers wherever it stands in a line.
    """
    shown = line(text, limit).replace("##[", "##\\x5b")
    if unicode:
        return shown
    return shown.translate(_PLAIN).encode("ascii", "backslashreplace").decode()


def columns(text: str) -> int:
    """Return how many columns `text` fills: 2 for wide letters, 0 for marks on another letter."""
    if text.isascii():
        return len(text)
    return sum(_column(letter) for letter in text)


def cut(text: str, width: int) -> str:
    """Return the part of `text` that fits into `width` columns."""
    used = 0
    for index, letter in enumerate(text):
        used += _column(letter)
        if used > width:
            return text[:index]
    return text


def shortened(text: str, width: int, *, unicode: bool) -> str:
    """Return `text` in at most `width` columns, with a mark of omission where it was cut."""
    if columns(text) <= width:
        return text
    mark = "…" if unicode else "..."
    return cut(text, max(width - columns(mark), 0)).rstrip() + cut(mark, width)


def ending(text: str, width: int, *, unicode: bool) -> str:
    """Return the end of `text` in at most `width` columns, as `shortened` does the beginning."""
    if columns(text) <= width:
        return text
    mark = "…" if unicode else "..."
    return cut(mark, width) + cut(text[::-1], max(width - columns(mark), 0))[::-1]


def first_line(text: str) -> str:
    """Return the first line of `text` that is not blank."""
    return text.strip().partition("\n")[0].rstrip()


def padded(text: str, width: int) -> str:
    """Return `text` with spaces up to `width` columns; longer text stays as it is."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield `text` in lines of at most `width` columns, broken at spaces where there are any."""
    width = max(width, 2)
    rest = text.strip()
    while columns(rest) > width:
        head = cut(rest, width)
        space = head.rfind(" ")
        if space > 0 and rest[len(head) : len(head) + 1] != " ":
            head = head[:space]
        yield head.rstrip()
        rest = rest[len(head) :].lstrip()
    yield rest


def _column(letter: str) -> int:
    if unicodedata.combining(letter) or "\ufe00" <= letter <= "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
