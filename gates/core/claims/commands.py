"""The closed set of verification commands: read-only questions that we answer ourselves.

A text whose first word is none of them is prose. A text that begins like one of them and asks for
more is refused. Neither is ever run, and neither is a failure.
"""

import re
from collections.abc import Callable

import msgspec

from gates.core.claims import grep_pattern
from gates.core.claims.words import Refused, split

MOST_PATHS = 50
TESTS = frozenset("fdes")
LS_FLAGS = frozenset("1alhAFdtRS")
GREP_FLAGS = frozenset("EFHchilnoqrs")
_NUMBER = re.compile(r"\d{1,9}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Exists(msgspec.Struct, frozen=True, tag=True):
    """`test -f|-d|-e|-s PATH`, `[ … ]` and `ls PATH…`: every path has to be there, of that kind."""

    paths: tuple[str, ...]
    kind: str = "e"


class Search(msgspec.Struct, frozen=True, tag=True):
    """`grep`: at least one line of the files has to match."""

    pattern: str
    paths: tuple[str, ...]
    extended: bool = False
    fixed: bool = False
    ignore_case: bool = False
    recursive: bool = False


class Readable(msgspec.Struct, frozen=True, tag=True):
    """`cat`, `head`, `tail` and `wc -l`: every path has to be a file that can be read."""

    paths: tuple[str, ...]


class Find(msgspec.Struct, frozen=True, tag=True):
    """`find PATH… -name PATTERN [-type f|d]`: at least one name has to match."""

    paths: tuple[str, ...]
    name: str
    kind: str = ""


class Prose(msgspec.Struct, frozen=True, tag=True):
    """Words for people: nothing that we could run."""

    why: str


Command = Exists | Search | Readable | Find


def parse(text: str) -> Command | Prose:
    """Return the command of a `Verification:` line. Raises Refused for one that is not allowed."""
    said = _unwrapped(text.strip())
    first = said.split(" ", 1)[0]
    if first not in FORMS:
        return Prose("it is no command of the closed list")
    words = split(said)
    command = FORMS[first](words[1:])
    _paths_allowed(command.paths)
    return command


def _unwrapped(text: str) -> str:
    """The text without the marks of inline code around all of it, and the prompt in it."""
    if len(text) > 1 and text[0] == text[-1] == "`" and "`" not in text.strip("`"):
        text = text.strip("`").strip()
    return text.removeprefix("$ ")


def _paths_allowed(paths: tuple[str, ...]) -> None:
    if len(paths) > MOST_PATHS:
        raise Refused(f"it names more than {MOST_PATHS} paths")
    for path in paths:
        if problem := outside(path):
            raise Refused(f'"{path}" {problem}')


def outside(path: str) -> str:
    """Say why a path may not be looked at, "" where it may: relative, and not upwards."""
    if not path.strip():
        return "is empty"
    if _CONTROL.search(path):
        return "holds a control character"
    if path.startswith("/") or path.startswith("~") or re.match(r"[A-Za-z]:[\\/]|\\", path):
        return "is no path below the target's root"
    if ".." in re.split(r"[/\\]", path):
        return "leads upwards: nothing outside of the target is looked at"
    return ""


def _test(words: tuple[str, ...]) -> Exists:
    if len(words) != 2 or words[0] not in {f"-{flag}" for flag in TESTS}:
        raise Refused("of test, -f, -d, -e and -s with one path are known")
    return Exists(paths=words[1:], kind=words[0][1:])


def _bracket(words: tuple[str, ...]) -> Exists:
    if words[-1:] != ("]",):
        raise Refused("the bracket is not closed")
    return _test(words[:-1])


def _ls(words: tuple[str, ...]) -> Exists:
    _, paths = _flags(words, LS_FLAGS, "ls")
    return Exists(paths=paths or (".",))


def _grep(words: tuple[str, ...]) -> Search:
    flags, rest = _flags(words, GREP_FLAGS, "grep")
    recursive = "r" in flags
    if not rest or not (recursive or rest[1:]):
        raise Refused("grep needs a pattern and a path")
    if {"E", "F"} <= flags:
        raise Refused("grep -E and -F exclude each other")
    command = Search(
        pattern=rest[0],
        paths=rest[1:] or (".",),
        extended="E" in flags,
        fixed="F" in flags,
        ignore_case="i" in flags,
        recursive=recursive,
    )
    pattern_of(command)
    return command


def pattern_of(command: Search) -> re.Pattern[str]:
    """The pattern of a search. Raises Refused."""
    return grep_pattern.compiled(
        command.pattern,
        extended=command.extended,
        fixed=command.fixed,
        ignore_case=command.ignore_case,
    )


def _cat(words: tuple[str, ...]) -> Readable:
    _, paths = _flags(words, frozenset("n"), "cat")
    return _reading(paths, "cat")


def _wc(words: tuple[str, ...]) -> Readable:
    flags, paths = _flags(words, frozenset("l"), "wc")
    if not flags:
        raise Refused("of wc, -l is known")
    return _reading(paths, "wc -l")


def _ends(words: tuple[str, ...]) -> Readable:
    """The paths of head or tail, after `-n N` or `-N`."""
    rest = words
    if rest[:1] == ("-n",) and len(rest) > 1 and _NUMBER.fullmatch(rest[1]):
        rest = rest[2:]
    elif rest and rest[0].startswith("-") and _NUMBER.fullmatch(rest[0][1:]):
        rest = rest[1:]
    _, paths = _flags(rest, frozenset(), "head and tail, -n N and")
    return _reading(paths, "head and tail")


def _reading(paths: tuple[str, ...], name: str) -> Readable:
    if not paths:
        raise Refused(f"{name} without a path would wait for input")
    return Readable(paths=paths)


def _find(words: tuple[str, ...]) -> Find:
    at = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    asked = dict(zip(words[at::2], words[at + 1 :: 2], strict=False))
    kind = asked.get("-type", "")
    whole = len(words[at:]) == 2 * len(asked)
    if not whole or "-name" not in asked or asked.keys() - {"-name", "-type"}:
        raise Refused("of find, -name PATTERN and -type f|d are known")
    if kind not in ("", "f", "d"):
        raise Refused("of find -type, f and d are known")
    return Find(paths=words[:at] or (".",), name=asked["-name"], kind=kind)


def _flags(
    words: tuple[str, ...], known: frozenset[str], name: str
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The one-letter flags before the other words, and those. Raises Refused for any other flag."""
    flags: set[str] = set()
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in ("-", "--"):
        flags |= {*words[at][1:]}
        at += 1
    at += words[at : at + 1] == ("--",)
    rest = words[at:]
    late = [word for word in rest[name == "grep" :] if word.startswith("-")]
    unknown = sorted(flags - known) or late
    if unknown:
        told = " ".join(f"-{flag}" for flag in sorted(known)) or "none"
        raise Refused(f"of the options of {name}, {told} are known, not {unknown[0]}")
    return frozenset(flags), rest


FORMS: dict[str, Callable[[tuple[str, ...]], Command]] = {
    "[": _bracket,
    "cat": _cat,
    "find": _find,
    "grep": _grep,
    "head": _ends,
    "ls": _ls,
    "tail": _ends,
    "test": _test,
    "wc": _wc,
}
