"""LCOV tracefiles: which lines ran, recounted; a record that contradicts its own sums is refused.

Format of geninfo(1): a record from `SF:` to `end_of_record`, `DA:line,hits[,checksum]`,
`BRDA:line,block,branch,taken`, sums in LF, LH, BRF and BRH. `-` for taken: the line never ran.
"""

import io
import re
from collections.abc import Iterator
from typing import NoReturn

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import covered, limits
from gates.tools.formats.covered import Coverage, Lines

_DA = re.compile(r"(\d{1,9}),(-?\d{1,18})(?:,[^,]*)?")
_BRDA = re.compile(r"(\d{1,9}),(.+),(-|\d{1,18})")  # a branch may be a text with commas
_IGNORED = frozenset({"TN", "FN", "FNDA", "FNF", "FNH", "FNL", "FNA", "VER", "MCDC", "MCF", "MCH"})
_SUMS = frozenset({"LF", "LH", "BRF", "BRH"})
END = "end_of_record"


class _Record:
    """One record while it is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.hits: dict[int, bool] = {}
        self.taken: dict[tuple[int, str], bool] = {}
        self.sums: dict[str, int] = {}

    def lines(self) -> Lines:
        branches: dict[int, tuple[int, int]] = {}
        for (line, _), taken in self.taken.items():
            old = branches.get(line, (0, 0))
            branches[line] = (old[0] + taken, old[1] + 1)
        return Lines(self.hits, branches)

    def contradictions(self) -> list[str]:
        counted = {
            "LF": len(self.hits),
            "LH": sum(self.hits.values()),
            "BRF": len(self.taken),
            "BRH": sum(self.taken.values()),
        }
        return [
            f"{name}:{claimed}, but its lines say {counted[name]}"
            for name, claimed in self.sums.items()
            if claimed != counted[name]
        ]


class _Reader:
    """Reads line by line; knows which record is open."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.records: list[_Record] = []
        self.open: _Record | None = None

    def line(self, number: int, text: str) -> None:
        key, colon, value = text.partition(":")
        if text == END:
            self._close(number)
        elif key == "SF" and value:
            if self.open is not None:
                self.refuse(f"schema: line {number}: SF: before {END}")
            self.open = _Record(value)
        elif key in _IGNORED and colon:
            return
        elif self.open is None or not colon:
            self.refuse(f"schema: line {number}: {text[:60]!r} is no line of a tracefile")
        else:
            self._data(number, key, value, self.open)

    def _data(self, number: int, key: str, value: str, record: _Record) -> None:
        if key == "DA" and (line := _DA.fullmatch(value)):
            at = int(line[1])
            record.hits[at] = int(line[2]) > 0 or record.hits.get(at, False)
        elif key == "BRDA" and (branch := _BRDA.fullmatch(value)):
            name = (int(branch[1]), branch[2])
            ran = branch[3] not in ("-", "0")
            record.taken[name] = ran or record.taken.get(name, False)
        elif key in _SUMS and value.isdecimal() and len(value) < 13:
            record.sums[key] = int(value)
        else:
            self.refuse(f"schema: line {number}: {key[:20]}:{value[:60]} cannot be read")

    def _close(self, number: int) -> None:
        if self.open is None:
            self.refuse(f"schema: line {number}: {END} without SF:")
        for text in self.open.contradictions():
            self.refuse(f"count mismatch: {self.open.path[:200]}: {text}")
        self.records.append(self.open)
        self.open = None

    def refuse(self, word: str) -> NoReturn:
        raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({self.what})")


def read(data: bytes | None, *, what: str) -> Coverage:
    """Read a tracefile. Raises ParseError."""
    reader = _Reader(what)
    for number, text in enumerate(_lines(data, what), start=1):
        if text.strip():
            reader.line(number, text.strip())
    if reader.open is not None:
        reader.refuse(f"unparsable: the last record is cut: {END} is missing")
    if not reader.records:
        reader.refuse("schema: no record (SF: … end_of_record)")
    return Coverage(files=covered.merged((one.path, one.lines()) for one in reader.records))


def _lines(data: bytes | None, what: str) -> Iterator[str]:
    """The lines one after the other: as a list they would be many times as large."""
    expected = limits.expect(data, what=what)
    for number, line in enumerate(io.BytesIO(expected), start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            detail = f"encoding: line {number} is not UTF-8 ({what})"
            raise ParseError(Reason.UNREADABLE_RESULT, detail) from None
