"""Where each key of a TOML text stands. The text must be valid: `tomllib` has read it before."""

import re
import tomllib
from bisect import bisect_right

from gates.shell.problems import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+")


class Locations:
    """The place of every key and array element of one text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._places = _Scanner(text).places

    def find(self, path: KeyPath) -> tuple[int, int]:
        """Line and column, 1-based, of the key or of its nearest parent; (1, 1) at the worst."""
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self._places), ())
        place = self._places.get(known, 0)
        line = bisect_right(self._starts, place)
        return line, place - self._starts[line - 1] + 1


class _Scanner:
    """Walks once over a text and notes where each key begins."""

    def __init__(self, text: str) -> None:
        self.places: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._tables: dict[KeyPath, int] = {}  # arrays of tables: how many there are so far
        self._document()

    def _document(self) -> None:
        table: KeyPath = ()
        self._blank()
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _header(self) -> KeyPath:
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        path: KeyPath = ()
        keys = self._key()
        for number, (name, place) in enumerate(keys, start=1):
            path += (name,)
            self.places.setdefault(path, place)
            if is_array and number == len(keys):
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                path += (self._tables[path] - 1,)
                self.places.setdefault(path, place)
        self._blank()
        self._at += 2 if is_array else 1
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        for name, place in self._key():
            path += (name,)
            self.places.setdefault(path, place)
        self._blank()
        self._at += 1  # =
        self._value(path)

    def _key(self) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            self._blank()
            found = _KEY_PART.match(self._text, self._at)
            if not found:  # not reached with a text that tomllib has read
                raise ValueError("not a TOML text")
            name = next(iter(tomllib.loads(f"{found[0]} = 0")))
            parts.append((name, self._at))
            self._at = found.end()
            self._blank()
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        self._blank()
        if self._text.startswith("[", self._at):
            self._array(path)
        elif self._text.startswith("{", self._at):
            self._inline_table(path)
        else:
            pattern = _STRING if self._text[self._at] in "\"'" else _SCALAR
            found = pattern.match(self._text, self._at)
            self._at = found.end() if found else len(self._text)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while not self._ends("]"):
            self.places[(*path, number)] = self._at
            self._value((*path, number))
            number += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while not self._ends("}"):
            self._pair(path)

    def _ends(self, bracket: str) -> bool:
        """Skip blanks and a comma; whether the bracket closed here."""
        self._blank()
        if self._text.startswith(",", self._at):
            self._at += 1
            self._blank()
        if self._at >= len(self._text):
            return True
        closed = self._text[self._at] == bracket
        self._at += closed
        return closed

    def _blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
