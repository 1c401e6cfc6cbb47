"""Markdown tables of texts that know nothing of Markdown."""

import re
from collections.abc import Iterable, Sequence

_ACTS = re.compile(r"[\\|<>*_\[\]#]")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """A text as one line of Markdown in which nothing acts but code between backquotes."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # a backquote without its second one is a letter
        return _ACTS.sub(r"\\\g<0>", "'".join(parts))
    shown = [
        _ACTS.sub(r"\\\g<0>", part) if place % 2 == 0 else code(part)
        for place, part in enumerate(parts)
    ]
    return "".join(shown)


def code(text: str) -> str:
    """A text as code of one line, safe inside a table."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
