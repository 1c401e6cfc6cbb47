"""The shortest text that a regular expression of a schema accepts, made without chance.

`salt` chooses among the members of classes, so that texts that must be unique differ.
"""

import importlib
import re
from collections.abc import Iterator
from typing import Any

PARSER: Any = importlib.import_module("re._parser")  # Python's own reading; no public name for it
MOST_REPEATS = 256
FAVOURITES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ .@/:"
CLASSES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abcdefghijklmnopqrstuvwxyz0123456789",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "abcdefghijklmnopqrstuvwxyz",
    "CATEGORY_NOT_WORD": "-. ",
    "CATEGORY_NOT_SPACE": "abcdefghijklmnopqrstuvwxyz0123456789",
}


def text_for(pattern: str, salt: int = 0, shortest: int = 0) -> str | None:
    """A text of at least `shortest` characters that matches, None if none could be made."""
    try:
        parsed = PARSER.parse(pattern.replace(r"\Z", "$").replace(r"\z", "$"))
    except (re.error, RecursionError, OverflowError):
        return None
    for extra in range(shortest + 1):
        made = "".join(Writer(salt, extra).sequence(parsed))
        if len(made) >= shortest:
            return made if re.search(pattern, made) else None
    return None


class Writer:
    """Writes one text; each choice uses up a digit of the salt."""

    def __init__(self, salt: int, extra: int) -> None:
        self._salt = salt
        self._extra = extra
        self._groups: dict[int, str] = {}

    def sequence(self, parts: Any) -> Iterator[str]:
        """The text of each part, in order."""
        for kind, value in parts:
            yield self._part(str(kind), value)

    def _part(self, kind: str, value: Any) -> str:
        match kind:
            case "LITERAL":
                return chr(value)
            case "NOT_LITERAL":
                return self._chosen([c for c in FAVOURITES if c != chr(value)])
            case "ANY":
                return self._chosen(list(FAVOURITES[:36]))
            case "IN":
                return self._chosen(members(value))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*value)
            case "SUBPATTERN":
                return self._group(value[0], value[-1])
            case "ATOMIC_GROUP":
                return "".join(self.sequence(value))
            case "BRANCH":
                return "".join(self.sequence(value[1][0]))
            case "GROUPREF":
                return self._groups.get(value, "")
            case _:
                return ""  # anchors and assertions stand for no text

    def _group(self, number: int | None, parts: Any) -> str:
        text = "".join(self.sequence(parts))
        if number is not None:
            self._groups[number] = text
        return text

    def _repeated(self, least: int, most: int, parts: Any) -> str:
        times = min(least + self._extra, int(most), MOST_REPEATS)
        return "".join("".join(self.sequence(parts)) for _ in range(max(times, least)))

    def _chosen(self, choices: list[str]) -> str:
        if not choices:
            return ""
        self._salt, index = divmod(self._salt, len(choices))
        return choices[index]


def members(parts: Any) -> list[str]:
    """The characters of a class, those that people write first."""
    kinds = [(str(kind), value) for kind, value in parts]
    if any(kind == "NEGATE" for kind, _ in kinds):
        excluded = set().union(*(expanded(kind, value) for kind, value in kinds))
        return [c for c in FAVOURITES if c not in excluded]
    found = [c for kind, value in kinds for c in expanded(kind, value)]
    return sorted(dict.fromkeys(found), key=lambda c: (c not in FAVOURITES, FAVOURITES.find(c)))


def expanded(kind: str, value: Any) -> list[str]:
    """The characters of one entry of a class, at most 256 of a range."""
    match kind:
        case "LITERAL":
            return [chr(value)]
        case "RANGE":
            low, high = value
            return [chr(code) for code in range(low, min(high, low + 255) + 1)]
        case "CATEGORY":
            return list(CLASSES.get(str(value), ""))
        case _:
            return []
