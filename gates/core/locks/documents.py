"""TOML and JSON dependency files as typed values, with the line of what is wrong in them."""

import json
import re
import tomllib
from typing import Any, TypeVar

import msgspec

from gates.core.locks.model import LockError

T = TypeVar("T")
_HEADER = re.compile(r"\s*\[\[\s*packages?\s*\]\]")
_ENTRY = re.compile(r"\$\.packages?\[(\d+)\]")


class _Duplicate(ValueError):
    """A key that occurs twice in one object."""


def text_of(data: bytes) -> str:
    """The text of a file. Raises LockError unless it is UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LockError("encoding: not UTF-8", line) from None


def toml(data: bytes) -> dict[str, Any]:
    """The value of a TOML file. Raises LockError."""
    try:
        return tomllib.loads(text_of(data))
    except tomllib.TOMLDecodeError as error:
        raise LockError(f"unparsable TOML: {error}") from None
    except RecursionError:
        raise LockError("too-deep: nested more than a lock file ever is") from None


def jsons(data: bytes) -> dict[str, Any]:
    """The object of a JSON file; no key may occur twice. Raises LockError."""
    try:
        value = json.loads(text_of(data), object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise LockError(f"unparsable JSON: {error.msg}", error.lineno) from None
    except _Duplicate as error:
        raise LockError(f"duplicate-key: {error}") from None
    except (RecursionError, ValueError):
        raise LockError("too-deep or number-too-large for a lock file") from None
    if not isinstance(value, dict):
        raise LockError(f"schema: found {type(value).__name__}, allowed: an object")
    return value


def typed(value: object, type_: type[T], lines: tuple[int, ...] = ()) -> T:
    """The value as `type_`; `lines` are those of its packages. Raises LockError."""
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        entry = _ENTRY.search(str(error))
        known = entry is not None and int(entry[1]) < len(lines)
        line = lines[int(entry[1])] if entry and known else 0
        raise LockError(f"schema: {error}", line) from None


def entry_lines(data: bytes) -> tuple[int, ...]:
    """The lines of `[[package]]` or `[[packages]]`, in their order."""
    lines = text_of(data).splitlines()
    return tuple(number for number, line in enumerate(lines, start=1) if _HEADER.match(line))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Duplicate(f"{twice[:80]!r} occurs more than once in one object")
    return found
