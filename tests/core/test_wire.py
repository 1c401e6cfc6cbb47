"""The wire format of Protocol Buffers, and what is no message."""

import pytest

from gates.core.wire import WireError, fields


def test_fields_by_number() -> None:
    # 1: varint 150 (the manual's example), 2: "testing", 1 again: 3, 4: fixed64 1, 5: fixed32 2
    data = bytes.fromhex("089601") + bytes.fromhex("120774657374696e67") + bytes.fromhex("0803")
    data += b"\x21" + (1).to_bytes(8, "little") + b"\x2d" + (2).to_bytes(4, "little")
    read = fields(data)
    assert read.number(1) == 3  # the last one holds
    assert read.text(2) == "testing"
    assert (read.number(4), read.number(5)) == (1, 2)
    assert (read.number(9), read.text(9), read.data(9), read.parts(9)) == (0, "", b"", [])
    assert 2 in read
    assert 9 not in read


@pytest.mark.parametrize(
    ("value", "signed"),
    [(0, 0), (2**63 - 1, 2**63 - 1), (2**63, -(2**63)), (2**64 - 1, -1)],
)
def test_signed_numbers(value: int, signed: int) -> None:
    text = bytearray(b"\x08")
    while value > 0x7F:
        text.append(value & 0x7F | 0x80)
        value >>= 7
    text.append(value)
    assert fields(bytes(text)).signed(1) == signed


def test_a_double() -> None:
    assert fields(b"\x09" + bytes.fromhex("000000000000f83f")).double(1) == 1.5


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x08", "cut off"),
        (b"\x08" + b"\xff" * 11, "too long"),
        (b"\x12\x05abc", "cut off"),
        (b"\x21\x00\x00", "cut off"),
        (b"\x00\x01", "number 0"),
        (b"\x0b\x01", "wire type 3"),
        (b"\x12", "cut off"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(WireError, match=word):
        fields(data)


def test_kinds_are_not_taken_for_each_other() -> None:
    with pytest.raises(WireError, match="not bytes"):
        fields(b"\x08\x01").text(1)
    with pytest.raises(WireError, match="not a number"):
        fields(b"\x0a\x01a").number(1)
