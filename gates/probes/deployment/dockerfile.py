"""Reads a Dockerfile as its instructions and stages; what hadolint judges is left to hadolint."""

import re
import shlex
from collections.abc import Iterator

import msgspec

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)\s*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*\w+\s*=")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_]\w*)\1")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-+][^{}]*)?\}|(\w+))")
_DEFAULT = re.compile(r"\$\{\w+:?-([^{}]*)\}")


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction: the line it begins on, its name in capitals, all that stands behind it."""

    line: int
    name: str
    said: str

    @property
    def flags(self) -> tuple[str, ...]:
        """The `--name=value` words at its beginning."""
        words = self.said.split()
        count = next((n for n, word in enumerate(words) if not word.startswith("--")), len(words))
        return tuple(words[:count])

    @property
    def words(self) -> tuple[str, ...]:
        """Its words without flags; of a JSON list its entries."""
        rest = self.said
        for flag in self.flags:
            rest = rest.replace(flag, "", 1)
        rest = rest.strip()
        if rest.startswith("["):
            try:
                return tuple(str(one) for one in msgspec.json.decode(rest, type=list[str]))
            except msgspec.DecodeError:
                pass
        try:
            return tuple(shlex.split(rest))
        except ValueError:
            return tuple(rest.split())


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage: its base with variables filled in, its name, its instructions."""

    line: int
    base: str
    name: str = ""
    body: tuple[Instruction, ...] = ()


def instructions(content: str) -> tuple[Instruction, ...]:
    """Every instruction, with continued lines joined; texts of here-documents are left out."""
    return tuple(_instructions(content))


def _instructions(content: str) -> Iterator[Instruction]:
    lines = content.splitlines()
    escape = _escape(lines)
    index = 0
    while index < len(lines):
        begin = index
        if not lines[index].strip() or lines[index].lstrip().startswith("#"):
            index += 1
            continue
        joined, index = _joined(lines, index, escape)
        match = _INSTRUCTION.match(joined)
        if match:
            yield Instruction(line=begin + 1, name=match[1].upper(), said=match[2].strip())
        for heredoc in _HEREDOC.finditer(joined):
            index = _behind(lines, index, heredoc[2])


def _escape(lines: list[str]) -> str:
    for line in lines:
        if not _DIRECTIVE.match(line):
            break
        found = _ESCAPE.match(line)
        if found:
            return found[1]
    return "\\"


def _joined(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """The text of an instruction, and the line behind it; remarks within it are left out."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index].rstrip()
        index += 1
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        parts.append(line.removesuffix(escape))
        if not line.endswith(escape):
            break
    return " ".join(parts), index


def _behind(lines: list[str], index: int, end: str) -> int:
    while index < len(lines) and lines[index].strip() != end:
        index += 1
    return index + 1


def stages(found: tuple[Instruction, ...]) -> tuple[Stage, ...]:
    """The stages in order; arguments before the first are known by their defaults."""
    given: dict[str, str] = {}
    made: list[Stage] = []
    for one in found:
        if one.name == "FROM":
            words = one.words
            name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
            base = filled(words[0], given) if words else ""
            made.append(Stage(line=one.line, base=base, name=name))
        elif made:
            made[-1] = msgspec.structs.replace(made[-1], body=(*made[-1].body, one))
        elif one.name == "ARG":
            given |= {name: value for name, value in assigned(one) if value}
    return tuple(made)


def assigned(one: Instruction) -> tuple[tuple[str, str], ...]:
    """Names and values of an ENV or ARG instruction; an ARG without a default has ""."""
    words = one.words
    if one.name == "ENV" and words and "=" not in words[0]:
        return ((words[0], " ".join(words[1:])),)
    pairs = (word.partition("=") for word in words)
    return tuple((name, value) for name, _, value in pairs)


def values(found: tuple[Instruction, ...]) -> dict[str, str]:
    """What ENV gives the variables, and ARG where nobody gives it another value."""
    pairs = (pair for one in found if one.name in ("ENV", "ARG") for pair in assigned(one))
    return {name: value for name, value in pairs if value}


def filled(text: str, values: dict[str, str]) -> str:
    """The text with the variables that are known; others take their own default, or stay."""

    def value(match: re.Match[str]) -> str:
        known = values.get(match[1] or match[2])
        default = _DEFAULT.fullmatch(match[0])
        return known if known is not None else default[1] if default else match[0]

    return _VARIABLE.sub(value, text)
