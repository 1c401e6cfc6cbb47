"""Names a line of a text that we have no parser for: its keys around, and its normalised text."""

import re
from collections.abc import Mapping

from gates.core import source_text

INDENTED = frozenset({".yml", ".yaml", ".json", ".jsonc", ".json5"})
_KEY = re.compile(r"(?:- *)?[\"']?([\w./$-]{1,60})[\"']?[ \t]*:")
_FARTHEST = 100  # lines of one instruction


def contexts(text: str, wanted: Mapping[int, bool], suffix: str = "") -> dict[int, str]:
    """The context of each wanted line; True asks for one without the value that the line has."""
    lines = text.split("\n")
    scopes = keys_around(lines) if suffix in INDENTED else [""] * len(lines)
    plain = [source_text.squeezed(line) for line in lines]
    counted = source_text.ordinals(list(zip(scopes, plain, strict=True)))
    first = starts(lines)
    found = {}
    for line, masked in wanted.items():
        if line > len(lines):
            continue
        at = line - 1
        if masked:
            found[line] = source_text.name(scopes[at], source_text.key(lines[at].strip()))
        else:
            begin = first[at]
            found[line] = source_text.name(scopes[at], whole(plain, at, first), counted[begin])
    return found


def whole(plain: list[str], at: int, first: list[int]) -> str:
    """The text of the instruction that a line is part of, or of the line if that is too long."""
    begin = end = first[at]
    while end < len(plain) and first[end] == begin:
        end += 1
    text = "".join(plain[begin:end])
    return text if len(text) <= source_text.LONGEST else plain[at][: source_text.LONGEST]


def starts(lines: list[str]) -> list[int]:
    """For each line the index of the line where its instruction begins: a backslash goes on."""
    found: list[int] = []
    for number, _ in enumerate(lines):
        before = lines[number - 1].rstrip() if number else ""
        goes_on = before.endswith("\\") and number - found[-1] < _FARTHEST
        found.append(found[-1] if goes_on else number)
    return found


def keys_around(lines: list[str]) -> list[str]:
    """For each line the keys of the lines around it that are indented less."""
    open_keys: list[tuple[int, str]] = []
    found = []
    for line in lines:
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            found.append(".".join(key for _, key in open_keys))
            continue
        depth = len(line) - len(line.lstrip()) + stripped.startswith("- ")
        while open_keys and open_keys[-1][0] >= depth:
            open_keys.pop()
        found.append(".".join(key for _, key in open_keys))
        key = _KEY.match(stripped)
        if key:
            open_keys.append((depth, key[1]))
    return found
