"""A strict reader of JSON that people wrote: no duplicate keys, no NaN, no deep nesting."""

import json
from collections.abc import Iterable, Iterator
from typing import NoReturn

from gates.core.openapi import JSON

DEPTH = 100


class JsonError(Exception):
    """The text was refused; it starts with the finer word."""


def decode(text: str) -> JSON:
    """Return the value of a JSON text. Raises JsonError."""
    try:
        value: JSON = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer
        )
    except RecursionError:
        raise JsonError(f"too-deep: nested more than {DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise JsonError(f"unparsable: {error.msg}, line {error.lineno}") from None
    _refuse_deep(value)
    return value


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for key, value in pairs:
        if key in found:
            raise JsonError(f"duplicate-key: {key[:80]!r} occurs more than once")
        found[key] = value
    return found


def _no_constant(word: str) -> NoReturn:
    raise JsonError(f"non-finite number: {word}")


def _integer(digits: str) -> int:
    if len(digits) > 100:
        raise JsonError(f"number-too-large: an integer of {len(digits)} digits")
    return int(digits)


def _refuse_deep(value: JSON) -> None:
    layer: list[JSON] = [value] if isinstance(value, dict | list) else []
    for _ in range(DEPTH):
        layer = [inner for outer in layer for inner in _containers(outer)]
        if not layer:
            return
    raise JsonError(f"too-deep: nested more than {DEPTH} levels")


def _containers(value: JSON) -> Iterator[JSON]:
    parts = value.values() if isinstance(value, dict) else value
    assert isinstance(parts, Iterable)  # noqa: S101  (only containers come in)
    return (part for part in parts if isinstance(part, dict | list))
