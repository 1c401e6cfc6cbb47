"""Turns a pattern of grep into one of Python: basic, extended or fixed; what differs is refused."""

import re

from gates.core.claims.words import Refused

MOST_REPEATS = 1_000
_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
}
_SAME = frozenset("wWsSbB")
_EDGES = {"<": r"\b(?=\w)", ">": r"\b(?<=\w)"}  # where a word begins, and where one ends
_PLACES = frozenset({*_EDGES.values(), r"\b", r"\B", "$"})
_SPECIAL = frozenset("(){}|+?")
_INTERVAL = re.compile(r"(\d{0,4})(,?)(\d{0,4})")


def compiled(pattern: str, *, extended: bool, fixed: bool, ignore_case: bool) -> re.Pattern[str]:
    """Return the pattern for `search` on one line. Raises Refused: not one that we can read."""
    flags = re.IGNORECASE if ignore_case else 0
    text = re.escape(pattern) if fixed else _translated(pattern, extended)
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(f'the pattern "{pattern}" cannot be read: {error}') from None


def _translated(pattern: str, extended: bool) -> str:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        part, at = _part(pattern, at, extended, parts)
        parts.append(part)
    return "".join(parts)


def _part(pattern: str, at: int, extended: bool, before: list[str]) -> tuple[str, int]:
    """One piece in Python's words, and where the next begins."""
    char = pattern[at]
    if char == "[":
        return _bracket(pattern, at)
    if char == "\\":
        char = pattern[at + 1 : at + 2]
        return (
            (_special(pattern, at + 1, before))
            if char in _SPECIAL and not extended and char
            else (_escaped(char), at + 2)
        )
    if char in _SPECIAL and extended:
        return _special(pattern, at, before)
    if char == "*":
        literal = not extended and _opens(before)
        return (r"\*" if literal else _repeat("*", before)), at + 1
    if char in "^$" and not extended and not _anchors(pattern, at):
        return re.escape(char), at + 1
    return (char if char in ".^$" else re.escape(char)), at + 1


def _anchors(pattern: str, at: int) -> bool:
    """Whether ^ or $ is an anchor of a basic pattern: only at its edges, or those of a group."""
    if pattern[at] == "^":
        return at == 0 or pattern[max(at - 2, 0) : at] in (r"\(", r"\|")
    return at == len(pattern) - 1 or pattern[at + 1 : at + 3] in (r"\)", r"\|")


def _special(pattern: str, at: int, before: list[str]) -> tuple[str, int]:
    match pattern[at]:
        case "(":
            return "(?:", at + 1
        case ")" | "|" as sign:
            return sign, at + 1
        case "{":
            return _interval(pattern, at, before)
        case "}":
            return r"\}", at + 1
        case sign:
            return _repeat(sign, before), at + 1


def _interval(pattern: str, at: int, before: list[str]) -> tuple[str, int]:
    found = _INTERVAL.match(pattern, at + 1)
    end = found.end() if found else at + 1
    closing = pattern[end : end + 2] if pattern[at - 1 : at] == "\\" else pattern[end : end + 1]
    if not found or closing not in ("}", r"\}") or not (found[1] or found[3]):
        raise Refused(f'the pattern "{pattern}" holds a brace that counts nothing')
    if max(int(found[1] or 0), int(found[3] or 0)) > MOST_REPEATS:
        raise Refused(f'the pattern "{pattern}" repeats more than {MOST_REPEATS} times')
    low = found[1] or "0"
    return _repeat("{" + low + found[2] + found[3] + "}", before), end + len(closing)


def _repeat(sign: str, before: list[str]) -> str:
    """A repetition; of nothing, or of another one, it means other things to Python."""
    if _opens(before) or before[-1][:1] in "*+?{" or before[-1] in _PLACES:
        raise Refused(f"the pattern repeats nothing, or a repetition ({sign})")
    return sign


def _opens(before: list[str]) -> bool:
    return not before or before[-1] in ("(?:", "|", "^")


def _escaped(char: str) -> str:
    if char in _SAME:
        return f"\\{char}"
    if char in _EDGES:
        return _EDGES[char]
    if not char or char.isalnum():
        raise Refused(f"the pattern holds \\{char}, which grep does not know")
    return re.escape(char)


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """A set of characters; a backslash in it is one, as in grep."""
    end = at + 1
    negated = pattern[end : end + 1] == "^"
    end += negated
    parts = [r"\]"] if pattern[end : end + 1] == "]" else []
    end += len(parts)
    while pattern[end : end + 1] not in ("]", ""):
        part, end = _member(pattern, end)
        parts.append(part)
    if end >= len(pattern):
        raise Refused(f'the pattern "{pattern}" opens a set and does not close it')
    return f"[{'^' if negated else ''}{''.join(parts)}]", end + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith("[:", at):
        end = pattern.find(":]", at)
        name = pattern[at + 2 : end]
        if end < 0 or name not in _CLASSES:
            raise Refused(f'the pattern holds the class "{name}", which is none')
        return _CLASSES[name], end + 2
    if pattern[at : at + 2] in ("[.", "[="):
        raise Refused("the pattern holds a collating element")
    char = pattern[at]
    return (f"\\{char}" if char in r"\[&~|^" else char), at + 1
