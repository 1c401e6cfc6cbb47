"""Splits a verification command into words as a shell would, and refuses all that a shell does."""

import re

LONGEST = 1_000
_OPERATORS = {
    **dict.fromkeys(";&|\n\r", "it is more than one command"),
    **dict.fromkeys("<>", "it redirects"),
    **dict.fromkeys("$`", "it expands something"),
    **dict.fromkeys("()", "it opens a shell of its own"),
    **dict.fromkeys("*?[]{}", "it holds a pattern of file names: name the files, or quote it"),
    "\\": "it holds a backslash outside of quotes",
    "#": "it holds a comment",
    "!": "it turns a result round",
    "~": "it names a home folder",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ESCAPED = '"\\$`'


class Refused(Exception):
    """The command is not one of ours; the text says why, and nothing of it is run."""


def split(text: str) -> tuple[str, ...]:
    """Return the words. Raises Refused for anything that only a shell could do."""
    if len(text) > LONGEST:
        raise Refused(f"it has more than {LONGEST} characters")
    if _CONTROL.search(text):
        raise Refused("it holds a control character or more than one line")
    words: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        word, at = _word(text, at)
        words.append(word)
    return tuple(words)


def _word(text: str, at: int) -> tuple[str, int]:
    """The word that begins at `at`, and where it ends. `[` and `]` alone are words."""
    start, parts = at, []
    while at < len(text) and text[at] != " ":
        if text[at] in "'\"":
            part, at = _quoted(text, at)
        elif text[at] in "[]" and _alone(text, at):
            part, at = text[at], at + 1
        elif text[at] in _OPERATORS and not (text[at] in "#~!" and at > start):
            raise Refused(f"{_OPERATORS[text[at]]} ({text[at]})")
        else:
            part, at = text[at], at + 1
        parts.append(part)
    return "".join(parts), at


def _alone(text: str, at: int) -> bool:
    return text[at - 1 : at] in ("", " ") and text[at + 1 : at + 2] in ("", " ")


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What stands between the quotes that open at `at`, and the place after them."""
    quote, parts = text[at], []
    at += 1
    while at < len(text) and text[at] != quote:
        if quote == '"' and text[at] in "$`":
            raise Refused(f"{_OPERATORS[text[at]]} ({text[at]}); quote it with '…'")
        if quote == '"' and text[at] == "\\" and text[at + 1 : at + 2] in tuple(_ESCAPED):
            at += 1
        parts.append(text[at])
        at += 1
    if at >= len(text):
        raise Refused("a quotation mark is not closed")
    return "".join(parts), at + 1
