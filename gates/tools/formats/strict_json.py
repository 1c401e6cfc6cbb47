"""The one way in for JSON that a tool wrote: strict, bounded, and total.

Rules (spec B1 to B14): a byte order mark is accepted; an absent or empty result, another encoding,
duplicate keys, numbers that are not finite or absurdly long, deep nesting and oversize are refused
with one finer word at the start of `ParseError.detail`. Lone surrogates become visible text.
"""

import json
import re
from collections.abc import Iterator
from typing import Annotated, NoReturn, TypeAlias, TypeVar, cast

import msgspec

from gates.core.model import Reason
from gates.core.tool import ParseError

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Line = Annotated[int, msgspec.Meta(ge=1, le=10**9)]

LIMIT_BYTES = 64 * 2**20
DEPTH = 200
DIGITS = 100
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

T = TypeVar("T")


class _RefusedError(ValueError):
    """A rule of ours was broken inside the decoder; the text starts with the finer word."""


def decode(data: bytes | None, *, what: str, limit: int = LIMIT_BYTES, depth: int = DEPTH) -> JSON:
    """Decode one JSON document; `what` names it in errors, e.g. "ruff's report".

    Raises ParseError: NO_RESULT for None, EMPTY_RESULT for 0 bytes or white space,
    OUTPUT_TOO_LARGE above `limit` bytes, else UNREADABLE_RESULT.
    """
    text = read_text(data, what=what, limit=limit)
    return _document(text, what, depth)


def decode_lines(
    data: bytes | None, *, what: str, limit: int = LIMIT_BYTES, depth: int = DEPTH
) -> tuple[JSON, ...]:
    """Decode JSON lines; blank lines are skipped, no document at all is EMPTY_RESULT.

    Raises ParseError like `decode`; the detail names the line.
    """
    lines = read_text(data, what=what, limit=limit).split("\n")
    return tuple(
        _document(line, f"{what}, line {number}", depth)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )


def decode_as(data: bytes | None, shape: type[T], *, what: str) -> T:
    """Decode and convert to a msgspec type; unknown fields are ignored, missing ones refused."""
    return shaped(decode(data, what=what), shape, what=what)


def shaped(value: JSON, shape: type[T], *, what: str) -> T:
    """Convert decoded JSON to a msgspec type. Raises ParseError "schema: …" with the path."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        _refuse(what, f"schema: {error}")


def read_text(data: bytes | None, *, what: str, limit: int = LIMIT_BYTES) -> str:
    """Text of a result file in UTF-8 with or without byte order mark. Raises ParseError."""
    if data is None:
        raise ParseError(Reason.NO_RESULT, f"{what}: no result was written")
    if len(data) > limit:
        raise ParseError(
            Reason.OUTPUT_TOO_LARGE, f"{what}: {len(data)} bytes, at most {limit} are read"
        )
    if not data.strip():
        raise ParseError(Reason.EMPTY_RESULT, f"{what}: the result is empty")
    if b"\0" in data[:4]:
        _refuse(what, "encoding: not UTF-8 (it looks like UTF-16 or UTF-32)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(what, f"encoding: not UTF-8 at byte {error.start}")


def _document(text: str, what: str, depth: int) -> JSON:
    value = _parsed(text, what)
    if text.count("[") + text.count("{") > depth and _deeper(value, depth):
        _refuse(what, f"too-deep: nested more than {depth} levels")
    return _visible(value) if _SURROGATE.search(text) else value


def _parsed(text: str, what: str) -> JSON:
    try:
        return cast(
            JSON,
            json.loads(
                text,
                object_pairs_hook=_unique,
                parse_constant=_no_constant,
                parse_int=_integer,
                parse_float=_real,
            ),
        )
    except _RefusedError as error:
        _refuse(what, str(error))
    except RecursionError:
        _refuse(what, "too-deep: nested deeper than any tool writes")
    except json.JSONDecodeError as error:
        _refuse(what, f"unparsable: {error.msg} at line {error.lineno} column {error.colno}")


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RefusedError(f"duplicate-key: {twice[:80]!r} occurs more than once")
    return found


def _no_constant(word: str) -> NoReturn:
    raise _RefusedError(f"non-finite number: {word}")


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise _RefusedError(f"number-too-large: an integer of {len(digits)} digits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _RefusedError(f"number-too-large: {digits[:40]}")
    return value


def _deeper(value: JSON, depth: int) -> bool:
    """Whether containers are nested more than `depth` levels, without recursion."""
    layer = [value]
    for _ in range(depth):
        layer = [inner for outer in layer for inner in _inside(outer)]
        if not layer:
            return False
    return any(isinstance(item, dict | list) for item in layer)


def _inside(value: JSON) -> Iterator[JSON]:
    match value:
        case dict():
            yield from value.values()
        case list():
            yield from value
        case _:
            return


def _visible(value: JSON) -> JSON:
    """The same document with lone surrogates spelled out, so that it can be written as UTF-8."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list():
            return [_visible(item) for item in value]
        case dict():
            return {str(_visible(key)): _visible(item) for key, item in value.items()}
        case _:
            return value


def _refuse(what: str, word: str) -> NoReturn:
    """The finer word comes first, the document it is about second."""
    raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({what})")
