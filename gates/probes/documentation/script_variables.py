"""Finds the environment variables that JavaScript and TypeScript read, without running them.

Known forms: process.env.A and ["A"], with other names for process.env and by destructuring,
`"A" in process.env`, import.meta.env, Bun.env, Deno.env.get("A"); the keys of a schema or of
defaults that process.env is checked with (zod, joi, envalid); `env: "A"` of convict, get("A") of
env-var and of the ConfigService of Nest.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gates.probes.documentation.variables import Found, Read, is_given
from gates.probes.suppressions import script_comments

SUFFIXES = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
_MADE = frozenset({"node_modules", "dist", "build", "coverage", ".next", ".nuxt"})
_VITE = frozenset({"BASE_URL", "DEV", "MODE", "PROD", "SSR"})
_CHAINS = (("process", ".", "env"), ("Bun", ".", "env"), ("import", ".", "meta", ".", "env"))
_OPENING = frozenset(chain[0] for chain in _CHAINS)
_DENO = ("Deno", ".", "env", ".")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOUD = re.compile(r"[A-Z][A-Z0-9_]*")
_HINT = re.compile(r"env\b|@nestjs/config")  # without one there is no read
_DECLARED = frozenset({"const", "let", "var"})
_CHECKS = frozenset(
    {"parse", "safeParse", "parseAsync", "validate", "validateSync", "validateAsync"}
)
_SCHEMAS = frozenset({"object", "strictObject", "looseObject", "keys"})


class Token(NamedTuple):
    """One token that means something: its text, and the line it stands on."""

    text: str
    line: int


def sources(tree: Path, paths: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the scripts of the code, sorted; what is installed, built or declared is left out."""
    found: set[Path] = set()
    for name in paths:
        place = tree / name
        found.update(place.rglob("*") if place.is_dir() else {place})
    return tuple(
        sorted(
            path
            for path in found
            if path.name.endswith(SUFFIXES)
            and not re.search(r"\.d\.[cm]?ts$", path.name)
            and not _MADE & set(path.relative_to(tree).parts)
            and path.is_file()
            and not path.is_symlink()
        )
    )


def reads(source: str, path: str) -> Found:
    """Return what a script reads from the environment, and how often by a computed name."""
    if not _HINT.search(source):  # to cut it into tokens takes most of the time
        return Found()
    tokens = _tokens(source)
    constants = _constants(tokens)
    found: set[tuple[str, int]] = set()
    computed = 0
    for start, end in _environments(tokens):
        for name, line in _uses(tokens, start, end, constants):
            if name is None:
                computed += 1
            else:
                found.add((name, line))
    found.update(_of_libraries(source, tokens))
    wanted = (Read(name=n, path=path, line=line) for n, line in found if not _is_given(n))
    return Found(tuple(sorted(wanted)), computed)


def _is_given(name: str) -> bool:
    return is_given(name) or name.startswith("npm_")


def _tokens(source: str) -> list[Token]:
    """The tokens but for spaces and comments; `?.` is `.`, and a `!` after a name is nothing."""
    found: list[Token] = []
    line, at = 1, 0
    for start, kind, text in script_comments.tokens(source):
        line, at = line + source.count("\n", at, start), start
        if kind in ("comment", "space"):
            continue
        if text == "." and found and found[-1].text == "?":
            found.pop()
        found.append(Token(text, line))
    return found


def _constants(tokens: list[Token]) -> dict[str, str]:
    found = {}
    for index in range(len(tokens) - 3):
        if tokens[index].text == "const" and tokens[index + 2].text == "=":
            text = _literal(tokens[index + 3].text)
            if text is not None:
                found[tokens[index + 1].text] = text
    return found


def _literal(text: str) -> str | None:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`"
    return text[1:-1] if quoted else None


def _text(tokens: list[Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def _environments(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Where the environment is named: the first token of it, and the one behind."""
    aliases: set[str] = set()
    index = 0
    while index < len(tokens):
        length = _named_here(tokens, index, aliases)
        if length:
            alias = _alias(tokens, index, index + length)
            aliases |= {alias} if alias else set()
            yield index, index + length
        index += length or 1


def _named_here(tokens: list[Token], index: int, aliases: set[str]) -> int:
    first = tokens[index].text
    if (first not in _OPENING and first not in aliases) or _text(tokens, index - 1) == ".":
        return 0
    for chain in _CHAINS:
        words = tuple(one.text for one in tokens[index : index + len(chain)])
        if words == chain:
            return len(chain)
    return int(first in aliases)


def _alias(tokens: list[Token], start: int, end: int) -> str:
    """The name that `const env = process.env` or a parameter gives it, "" for anything else."""
    if _text(tokens, start - 1) != "=" or _text(tokens, end) in (".", "[", "("):
        return ""
    at = start - 2
    while _text(tokens, at) == "." or _NAME.fullmatch(_text(tokens, at)):
        at -= 1
    at = at - 1 if _text(tokens, at) == ":" else start - 2
    name, before = _text(tokens, at), _text(tokens, at - 1)
    return name if _NAME.fullmatch(name) and before in {*_DECLARED, "(", ","} else ""


def _uses(
    tokens: list[Token], start: int, end: int, constants: dict[str, str]
) -> Iterator[tuple[str | None, int]]:
    """What is read of the environment named there; None for a name that is computed."""
    line, before = tokens[start].line, _text(tokens, start - 1)
    match _text(tokens, end):
        case "." if not _is_written(tokens, start, end + 2):
            name = _text(tokens, end + 1)
            if not (tokens[start].text == "import" and name in _VITE):
                yield name, line
        case "[" if not _is_written(tokens, start, end + 3):
            key = _text(tokens, end + 1)
            text = _literal(key) if _text(tokens, end + 2) == "]" else None
            yield text if text is not None else constants.get(key), line
        case "," if _text(tokens, end + 1) == "{":
            yield from _loud_keys(tokens, end + 1)
        case _:
            pass
    if before == "in":
        yield _literal(_text(tokens, start - 2)), line
    if before == "=":
        yield from _destructured(tokens, start - 2)


def _is_written(tokens: list[Token], start: int, after: int) -> bool:
    assigned = _text(tokens, after) == "=" and _text(tokens, after + 1) != "="
    return assigned or _text(tokens, start - 1) == "delete"


def _destructured(tokens: list[Token], last: int) -> Iterator[tuple[str, int]]:
    """The names of `{ A, B: b, C = "" }` that ends there; a type may stand behind it."""
    typed = last
    while _text(tokens, typed) == "." or _NAME.fullmatch(_text(tokens, typed)):
        typed -= 1
    last = typed - 1 if _text(tokens, typed) == ":" else last
    if _text(tokens, last) != "}":
        return
    depth, first = 0, last
    while first >= 0:
        depth += {"}": 1, "{": -1}.get(_text(tokens, first), 0)
        if depth == 0:
            break
        first -= 1
    yield from _keys(tokens, first)


def _keys(tokens: list[Token], opening: int) -> Iterator[tuple[str, int]]:
    """The keys of an object that opens there, not those of objects within it."""
    depth = 0
    for index in range(opening, len(tokens)):
        text = tokens[index].text
        if depth == 1 and _text(tokens, index - 1) in ("{", ","):
            name = _literal(text) or text
            if _NAME.fullmatch(name) and _text(tokens, index + 1) in (",", ":", "=", "}"):
                yield name, tokens[index].line
        depth += {"{": 1, "[": 1, "(": 1, "}": -1, "]": -1, ")": -1}.get(text, 0)
        if depth == 0:
            return


def _loud_keys(tokens: list[Token], opening: int) -> Iterator[tuple[str, int]]:
    return ((name, line) for name, line in _keys(tokens, opening) if _LOUD.fullmatch(name))


def _of_libraries(source: str, tokens: list[Token]) -> Iterator[tuple[str, int]]:
    """What is read through a library: by the names that only its use gives a meaning."""
    words = [one.text for one in tokens]
    checked = _is_checked(words)
    convict = "convict" in source
    getters = _getters(source)
    for index, word in enumerate(words):
        after = _text(tokens, index + 1)
        if checked and word in _SCHEMAS and after == "(" and _text(tokens, index + 2) == "{":
            yield from _loud_keys(tokens, index + 2)
        if convict and word == "env" and after == ":":
            yield from _loud(tokens, index + 2)
        if word == "get" and tuple(words[index - 4 : index]) == _DENO:
            yield from _loud(tokens, index + 2)
        if word in getters and _text(tokens, index - 1) == ".":
            yield from _loud(tokens, _argument(tokens, index + 1))


def _is_checked(words: list[str]) -> bool:
    """Whether process.env is given to a schema."""
    return any(
        words[i] in _CHECKS and words[i + 1 : i + 5] == ["(", "process", ".", "env"]
        for i in range(len(words))
    )


def _getters(source: str) -> frozenset[str]:
    known = "@nestjs/config" in source or re.search(r"""["']env-var["']""", source)
    return frozenset({"get", "getOrThrow"}) if known else frozenset()


def _argument(tokens: list[Token], index: int) -> int:
    """The first argument of a call, behind the types that it may be given."""
    if _text(tokens, index) == "<":
        while index < len(tokens) and _text(tokens, index) != "(":
            index += 1
    return index + 1


def _loud(tokens: list[Token], index: int) -> Iterator[tuple[str, int]]:
    name = _literal(_text(tokens, index))
    if name and _LOUD.fullmatch(name):
        yield name, tokens[index].line
