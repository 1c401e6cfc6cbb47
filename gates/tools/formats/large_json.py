"""Reads a JSON document whose bulk is one long array, item by item, as strictly as a small one.

Sixty megabytes of JSON as Python objects are half a gigabyte. Here the array's items stay bytes
until each is read and let go; the rest of the document is read with strict_json as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

import msgspec

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import limits, strict_json
from gates.tools.formats.strict_json import JSON

FRAME_BYTES = 16 * 2**20  # of a document without its items
PRECISE_BYTES = 8 * 2**20  # up to here strict_json says what is wrong with a document
_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\\\|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F]"
)


class Cut(msgspec.Struct, frozen=True):
    """The document with `[]` in place of each array, and the arrays' items as bytes, in order."""

    frame: JSON
    items: tuple[tuple[msgspec.Raw, ...], ...]


class _Holder(msgspec.Struct, frozen=True):
    results: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Document(msgspec.Struct, frozen=True):
    runs: tuple[_Holder, ...]


def cut(data: bytes | None, *, what: str) -> Cut:
    """Take `runs[].results` out of a SARIF log; a run without an array of them has no items.

    Raises ParseError like `strict_json.decode`.
    """
    clean = limits.expect(data, what=what).removeprefix(_BOM)
    if _SURROGATE.search(clean):
        clean = _ESCAPE.sub(_spelled, clean)
    try:
        document = msgspec.json.decode(clean, type=_Document)
        arrays = [_items(run.results) for run in document.runs]
        frame = _frame(clean, [run.results for run in document.runs])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _explain(clean, str(error), what)
    return Cut(strict_json.decode(frame, what=what, limit=FRAME_BYTES), tuple(arrays))


def _spelled(found: re.Match[bytes]) -> bytes:
    """Half a character as visible text; a whole one, and an escaped backslash, as they are."""
    whole = found[1] or found[0] == b"\\\\"
    return found[0] if whole else b"\\" + found[0]


def _is_array(value: msgspec.Raw | msgspec.UnsetType) -> bool:
    return isinstance(value, msgspec.Raw) and bytes(memoryview(value)[:1]) == b"["


def _items(value: msgspec.Raw | msgspec.UnsetType) -> tuple[msgspec.Raw, ...]:
    if not isinstance(value, msgspec.Raw) or not _is_array(value):
        return ()
    return msgspec.json.decode(value, type=tuple[msgspec.Raw, ...])


def _frame(data: bytes, values: Sequence[msgspec.Raw | msgspec.UnsetType]) -> bytes:
    """The document without its items. Arrays are found by their bytes, each behind the last."""
    parts, position = [], 0
    for value in values:
        if not isinstance(value, msgspec.Raw) or not _is_array(value):
            continue
        view = memoryview(value)
        start = data.find(view, position)
        parts += [data[position:start], b"[]"]
        position = start + len(view)
    return b"".join((*parts, data[position:]))


def read(items: Sequence[msgspec.Raw], *, what: str) -> Iterator[JSON]:
    """Decode the items one after the other. Raises ParseError, naming the item from 1."""
    for number, item in enumerate(items, start=1):
        yield strict_json.decode(bytes(item), what=f"{what}, result {number}")


def _explain(data: bytes, said: str, what: str) -> NoReturn:
    """Refuse a document: in the words of strict_json where that finds the fault."""
    if len(data) <= PRECISE_BYTES:
        strict_json.decode(data, what=what)
    raise ParseError(Reason.UNREADABLE_RESULT, f"schema: {said} ({what})")
