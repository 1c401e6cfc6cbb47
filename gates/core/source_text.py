"""Source text without what a formatter may change, so that a place keeps its name."""

import re
from collections import Counter
from collections.abc import Hashable

from gates.core.redact import MARK

LONGEST = 400  # normalised characters of one statement; of a longer one its parts are named
HEAD = 80  # characters that stand for a text that is longer than that
_STRINGS = (
    r'"""(?:\\.|[^\\])*?"""',
    r"'''(?:\\.|[^\\])*?'''",
    r'"(?:\\.|[^"\\\n])*"',
    r"'(?:\\.|[^'\\\n])*'",
)
_PYTHON = re.compile(rf"(?:(?<!\w)[rRbBfFuU]{{1,2}})?({'|'.join(_STRINGS)})|#[^\n]*", re.DOTALL)
_KEY = re.compile(r"\W*([A-Za-z_][\w.-]{0,40})[\"']?\s*[=:]")
_LOOSE = dict.fromkeys(map(ord, " \t\n\r\f\v\0()\"'`\\,;"))


def squeezed(text: str) -> str:
    """The text without white space, quotes, parentheses, commas, semicolons and backslashes."""
    return text.translate(_LOOSE).replace("{{", "{").replace("}}", "}")


def normalised(text: str, *, masked: bool = False) -> str:
    """Python source squeezed, without comments and prefixes of strings.

    `masked`: without what stands in strings, where that may be a secret.
    """
    return squeezed(_PYTHON.sub(MARK if masked else r"\1", text))


def line_text(line: str, masked: bool) -> str:
    """What stands for a line on its own."""
    return key(line) if masked else squeezed(line)[:LONGEST]


def key(line: str) -> str:
    """What a line gives a value to, without the value: `password` of `password = …`."""
    found = _KEY.match(line)
    name = found[1] if found else ""
    looks_made = len(name) >= 16 and any(letter.isdigit() for letter in name)
    return "" if looks_made else name


def name(scope: str, text: str, ordinal: int = 0) -> str:
    """The context of a place: where it is, what stands there, and the how manieth such it is."""
    return "|".join((scope, text, *([str(ordinal)] if ordinal else [])))


def ordinals(texts: list[Hashable]) -> list[int]:
    """For each text how many before it are the same."""
    seen: Counter[Hashable] = Counter()
    found = []
    for text in texts:
        found.append(seen[text])
        seen[text] += 1
    return found
