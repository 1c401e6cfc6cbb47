"""A TOML file with the place of every key, or one error that names line and column."""

import hashlib
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from gates.shell.problems import ConfigError, KeyPath, Problem, Trouble, dotted, missing
from gates.shell.toml_locate import Locations

_LARGEST = 2**20
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One file that is TOML. `digest` is of its bytes."""

    file: Path
    data: dict[str, Any]
    text: str
    digest: str

    def error(self, troubles: list[Trouble]) -> ConfigError:
        """All troubles with their places, in the order of the file."""
        locations = Locations(self.text)
        problems = [
            Problem(
                file=str(self.file),
                line=line,
                column=column,
                key=dotted(trouble.path),
                message=trouble.message,
                allowed=trouble.allowed,
                hint=trouble.hint,
            )
            for trouble in dict.fromkeys(troubles)
            for line, column in [locations.find(trouble.path)]
        ]
        return ConfigError(sorted(problems, key=lambda p: (p.line, p.column, p.key, p.message)))


def read_document(file: Path, minimal: str) -> Document:
    """Read a file. Raises ConfigError; `minimal` is shown where there is nothing to read."""
    data = _bytes(file, minimal)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        problem = Problem(file=str(file), line=line, column=column, message="not UTF-8")
        raise ConfigError([problem]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(file, text, str(error))]) from None
    except (RecursionError, ValueError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise missing(file, f"cannot be read: {what}") from None
    if not content:
        raise missing(file, "is empty", _suggestion(minimal))
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Document(file=file, data=content, text=text, digest=digest)


def not_finite(value: object, path: KeyPath = ()) -> list[Trouble]:
    """Every NaN and infinity: TOML knows them, no bound or amount is one."""
    match value:
        case float() if not math.isfinite(value):
            return [Trouble(path=path, message=f"found {value}", allowed="a finite number")]
        case dict():
            inner = [not_finite(entry, (*path, str(key))) for key, entry in value.items()]
        case list():
            inner = [not_finite(entry, (*path, index)) for index, entry in enumerate(value)]
        case _:
            return []
    return [trouble for troubles in inner for trouble in troubles]


def _bytes(file: Path, minimal: str) -> bytes:
    try:
        if not file.exists():
            raise missing(file, "does not exist", _suggestion(minimal))
        if not file.is_file():
            raise missing(file, "is not a file")
        if file.stat().st_size > _LARGEST:
            raise missing(file, f"is larger than {_LARGEST} bytes")
        return file.read_bytes()
    except OSError as error:
        raise missing(file, f"cannot be read: {error.strerror}") from None


def _suggestion(minimal: str) -> str:
    lines = "".join(f"\n    {line}" for line in minimal.strip().splitlines())
    return f"a minimal one is:{lines}" if minimal else ""


def _syntax(file: Path, text: str, message: str) -> Problem:
    found = _PLACE.search(message)
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    what = _PLACE.sub("", message)
    hint = "join the two tables into one" if what.endswith(" twice") else ""
    return Problem(file=str(file), line=line, column=column, message=what, hint=hint)
