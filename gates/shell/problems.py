"""What is wrong with a configuration file, said so that it can be mended without a search."""

import difflib
from collections.abc import Iterable
from pathlib import Path

import msgspec

KeyPath = tuple[str | int, ...]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One problem of a value, before its place in the file is known."""

    path: KeyPath
    message: str
    allowed: str = ""
    hint: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem. `line` and `column` are 1-based, 0 where there is no place in the file."""

    file: str
    message: str
    line: int = 0
    column: int = 0
    key: str = ""
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}:{key} {self.message}{allowed}{hint}"


class ConfigError(Exception):
    """A configuration file cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def missing(file: Path | str, message: str, hint: str = "") -> ConfigError:
    """An error without a place inside the file."""
    return ConfigError([Problem(file=str(file), message=message, hint=hint)])


def dotted(path: KeyPath) -> str:
    """`load.operations[2].weight`: a key as people write it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if part.replace("_", "").replace("-", "").isalnum() else f'"{part}"'
            text += f".{name}" if text else name
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question with the nearest of the known names, or an empty text."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
