"""Makes foreign text harmless in Markdown: a span of code, in which nothing is a link or a name."""

import re

from reports.visible import line

_TICKS = re.compile(r"`+")
_ACTING = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~@&:])")


def code(text: str, limit: int = 600) -> str:
    """Return `text` as a span of code, fenced by more backticks than it holds; a dash for none."""
    shown = line(text, limit).strip()
    if not shown:
        return "–"
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def cell(text: str, limit: int = 600) -> str:
    """Return `text` as a span of code for a cell of a table, which a bar would end."""
    return code(text, limit).replace("|", r"\|")


def words(text: str, limit: int = 600) -> str:
    """Return `text` as plain words: whatever means something to Markdown is escaped."""
    return _ACTING.sub(r"\\\1", line(text, limit).strip())
