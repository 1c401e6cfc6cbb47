"""Reads the wire format of Protocol Buffers: the fields of one message, by number.

Source: protobuf.dev, "Encoding". Groups, which proto3 does not have, are refused.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator

Value = int | bytes
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10
SIGN = 1 << 63


class WireError(Exception):
    """The bytes are no message."""


class Fields:
    """The fields of one message. A field that is not there is 0, "" or nothing."""

    def __init__(self, values: dict[int, list[Value]]) -> None:
        self._values = values

    def __contains__(self, number: int) -> bool:
        return number in self._values

    def parts(self, number: int) -> list[bytes]:
        """Every value of a repeated field of messages. Raises WireError."""
        return [_bytes(value, number) for value in self._values.get(number, ())]

    def data(self, number: int) -> bytes:
        """The last value of a field of bytes. Raises WireError."""
        found = self._values.get(number)
        return _bytes(found[-1], number) if found else b""

    def text(self, number: int) -> str:
        """The same as text; what is no UTF-8 is replaced."""
        return self.data(number).decode("utf-8", "replace")

    def number(self, number: int) -> int:
        """The last value of an unsigned field. Raises WireError."""
        found = self._values.get(number)
        value = found[-1] if found else 0
        if isinstance(value, bytes):
            raise WireError(f"field {number} is bytes, not a number")
        return value

    def signed(self, number: int) -> int:
        """The same of an int64."""
        value = self.number(number)
        return value - 2 * SIGN if value >= SIGN else value

    def double(self, number: int) -> float:
        """The same of a double."""
        found: float = struct.unpack("<d", struct.pack("<Q", self.number(number)))[0]
        return found


def fields(data: bytes) -> Fields:
    """The fields of a message. Raises WireError."""
    values: defaultdict[int, list[Value]] = defaultdict(list)
    for number, value in _pairs(data):
        values[number].append(value)
    return Fields(dict(values))


def _pairs(data: bytes) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise WireError("a field has the number 0")
        value: Value
        if kind == VARINT:
            value, at = _varint(data, at)
        elif kind == BYTES:
            length, at = _varint(data, at)
            value, at = _taken(data, at, length)
        elif kind in (FIXED64, FIXED32):
            raw, at = _taken(data, at, 8 if kind == FIXED64 else 4)
            value = int.from_bytes(raw, "little")
        else:
            raise WireError(f"field {number} has the wire type {kind}")
        yield number, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step, byte in enumerate(data[at : at + LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value & (2 * SIGN - 1), at + step + 1
    raise WireError("a number is cut off or too long")


def _taken(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    end = at + length
    if end > len(data):
        raise WireError("a field is cut off")
    return data[at:end], end


def _bytes(value: Value, number: int) -> bytes:
    if isinstance(value, int):
        raise WireError(f"field {number} is a number, not bytes")
    return value
