"""Reads the tags of an implementation log, or of the comments of a source file."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from gates.core.claims.tags import TAGS, Kind

DETAILS = (
    *("verification", "description", "timestamp", "dependencies", "routes", "methods"),
    *("lines affected", "shows", "lifetime", "limit", "coverage"),
)
LONGEST = 2_000  # characters of one line that are read
_TAG = re.compile(
    r"[ \t]*(?:(?:[-*+>]|\d{1,4}[.)]|#{1,6})[ \t]+)?[*_`]{0,3}"
    r"#(?P<tag>[A-Z][A-Z0-9_]{2,60})[*_`]{0,3}(?P<colon>[ \t]*:)?[*_`]{0,3}(?=\s|$)(?P<text>.*)"
)
_DETAIL = re.compile(
    rf"[ \t]*(?:[-*+][ \t]+)?[*_]{{0,3}}(?P<key>{'|'.join(DETAILS)})[*_]{{0,3}}[ \t]*:"
    r"[*_]{0,3}(?P<value>.*)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6}[ \t]+(?P<title>.+)")


class Numbered(msgspec.Struct, frozen=True):
    """One line of a file, 1-based."""

    number: int
    text: str


class Detail(msgspec.Struct, frozen=True):
    """One detail of a claim; `key` is one of DETAILS."""

    key: str
    value: str
    line: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One tag with its details, where it stands. `section` is the heading above it."""

    tag: str
    kind: Kind
    text: str
    source: str
    line: int
    section: str = ""
    details: tuple[Detail, ...] = ()
    earlier: bool = False  # it stood there at the base already

    def values(self, key: str) -> tuple[Detail, ...]:
        """The details of one key, in order."""
        return tuple(detail for detail in self.details if detail.key == key)

    @property
    def said(self) -> str:
        """The claim as it is told."""
        return f"#{self.tag}: {self.text}" if self.text else f"#{self.tag}"


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that is not on the list, and the one that may have been meant, or ""."""

    tag: str
    source: str
    line: int
    meant: str


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What one file claims. `prose` are the lines that belong to no tag, with descriptions."""

    source: str
    claims: tuple[Claim, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    prose: tuple[Numbered, ...] = ()


def numbered(text: str) -> tuple[Numbered, ...]:
    """The lines of a text; of an overlong one only the beginning counts."""
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple(Numbered(at, line[:LONGEST]) for at, line in enumerate(lines, 1))


def read(lines: Iterable[Numbered], source: str, *, strict: bool = True) -> Log:
    """Return what the lines claim.

    `strict`: any unknown tag is told, as in a log; else only one that resembles a known tag, since
    the comments of a source file hold other words with a hash.
    """
    reader = _Reader(source, strict)
    for line in lines:
        reader.line(line)
    return reader.log()


class _Reader:
    """Takes the lines one by one and keeps the claim that details still belong to."""

    def __init__(self, source: str, strict: bool) -> None:
        self._source, self._strict = source, strict
        self._claims: list[Claim] = []
        self._details: list[Detail] = []
        self._unknown: list[Unknown] = []
        self._prose: list[Numbered] = []
        self._section, self._open = "", False

    def line(self, line: Numbered) -> None:
        tag = _TAG.fullmatch(line.text)
        detail = _DETAIL.fullmatch(line.text) if self._open and not tag else None
        if tag and self._tagged(tag, line):
            return
        if detail:
            self._detail(detail, line)
            return
        heading = _HEADING.fullmatch(line.text)
        if heading:
            self._section, self._open = heading["title"].strip(), False
        self._open = self._open and bool(line.text.strip())
        if line.text.strip():
            self._prose.append(line)

    def log(self) -> Log:
        self._close()
        return Log(
            source=self._source,
            claims=tuple(self._claims),
            unknown=tuple(self._unknown),
            prose=tuple(self._prose),
        )

    def _tagged(self, match: re.Match[str], line: Numbered) -> bool:
        tag, text = match["tag"], match["text"].strip()
        kind = TAGS.get(tag)
        if kind is None:
            return self._not_known(tag, bool(match["colon"]), line)
        self._close()
        self._claims.append(
            Claim(
                tag=tag,
                kind=kind,
                text=text,
                source=self._source,
                line=line.number,
                section=self._section,
            )
        )
        self._open = True
        return True

    def _not_known(self, tag: str, colon: bool, line: Numbered) -> bool:
        """Whether it is told as an unknown tag; a word with a hash alone is none."""
        meant = next(iter(get_close_matches(tag, TAGS, 1, 0.75)), "")
        if not (meant or (self._strict and colon)):
            return False
        self._close()
        self._open = False
        self._unknown.append(Unknown(tag=tag, source=self._source, line=line.number, meant=meant))
        return True

    def _detail(self, match: re.Match[str], line: Numbered) -> None:
        key, value = match["key"].lower(), match["value"].strip()
        self._details.append(Detail(key, value, line.number))
        if key == "description":
            self._prose.append(Numbered(line.number, value))

    def _close(self) -> None:
        if self._details:
            self._claims[-1] = msgspec.structs.replace(
                self._claims[-1], details=tuple(self._details)
            )
            self._details = []
