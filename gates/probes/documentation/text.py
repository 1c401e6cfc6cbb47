"""Reads Markdown (and plain reStructuredText) as far as the checks need: lines, sections, code."""

import re
from collections.abc import Iterator

import msgspec

_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_HASHES = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^([=\-~^\"'*+#])\1{2,}\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOTE = re.compile(r"\s*(?:#|//|<|\.\.\.|…|(?:TODO|TBD|FIXME)\b)")
_INLINE_COMMAND = re.compile(r"`[^`\s]+ [^`]+`")
_PLACEHOLDER = re.compile(
    r"(?:^|\|)[^\w|]*(?:(?:TODO|TBD|TBA|FIXME|XXX)\b(?! (?:list|item|app))"
    r"|(?i:to be (?:written|done|added|defined|determined|decided)\b|coming soon\b))"
    r"|(?i:\blorem ipsum\b)"
)


class Line(msgspec.Struct, frozen=True):
    """One line: its 1-based number, its text, and whether it is code."""

    number: int
    text: str
    code: bool = False


class Section(msgspec.Struct, frozen=True):
    """A heading and the lines up to the next one. `level` 0 is what stands before the first."""

    title: str
    level: int
    line: int
    lines: tuple[Line, ...] = ()


def lines(text: str) -> tuple[Line, ...]:
    """Return all lines; comments are blanked out, fenced and indented blocks are code."""
    found: list[Line] = []
    fence = ""
    blank = True
    for number, line in enumerate(_without_comments(text).splitlines(), start=1):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark[1].startswith(fence)
            found.append(Line(number, "" if closes else line, code=not closes))
            fence = "" if closes else fence
        elif mark:
            fence = mark[1]
            found.append(Line(number, ""))
        else:
            indented = line.startswith(("    ", "\t")) and (blank or found[-1].code)
            found.append(Line(number, line, code=indented and bool(line.strip())))
        blank = not line.strip() or (blank and found[-1].code)
    return tuple(found)


def sections(read: tuple[Line, ...]) -> tuple[Section, ...]:
    """Return the sections in order, each with its own lines only."""
    found = [Section("", 0, 1)]
    body: list[Line] = []
    styles: list[str] = []
    skip = False
    for line, following in zip(read, (*read[1:], Line(0, "")), strict=True):
        if skip:
            skip = False
            continue
        heading = None if line.code else _heading(line, following, styles)
        if heading is None:
            body.append(line)
            continue
        found[-1] = msgspec.structs.replace(found[-1], lines=tuple(body))
        found.append(heading)
        body, skip = [], _HASHES.match(line.text) is None
    found[-1] = msgspec.structs.replace(found[-1], lines=tuple(body))
    return tuple(found)


def whole(read: tuple[Section, ...], index: int) -> tuple[Line, ...]:
    """Return the lines of a section with those of the deeper sections after it."""
    gathered = list(read[index].lines)
    for section in read[index + 1 :]:
        if section.level <= read[index].level:
            break
        gathered.append(Line(section.line, section.title))
        gathered.extend(section.lines)
    return tuple(gathered)


def words(read: tuple[Line, ...]) -> int:
    """Count the words of text and code."""
    return sum(len(re.findall(r"\w[\w'./:-]*", line.text)) for line in read)


def has_command(read: tuple[Line, ...]) -> bool:
    """Tell whether something can be typed: a line of a block of code, or inline code of two words.

    Remarks and placeholders within a block of code are no command.
    """
    return any(
        line.text.strip() and not _NOTE.match(line.text)
        if line.code
        else _INLINE_COMMAND.search(line.text)
        for line in read
    )


def placeholders(read: tuple[Line, ...]) -> Iterator[Line]:
    """Yield the lines that stand for text that nobody has written yet."""
    return (line for line in read if not line.code and _PLACEHOLDER.search(line.text))


def is_placeholder(said: str) -> bool:
    """Tell whether a text stands for one that nobody has written yet, or says no word."""
    return not re.search(r"[^\W\d_]", said) or any(
        _PLACEHOLDER.search(line) for line in said.splitlines()
    )


def empty_sections(read: tuple[Section, ...]) -> Iterator[Section]:
    """Yield the headings with nothing below them, not even a deeper heading."""
    for index, section in enumerate(read):
        if section.level and not any(line.text.strip() for line in whole(read, index)):
            yield section


def _heading(line: Line, following: Line, styles: list[str]) -> Section | None:
    hashes = _HASHES.match(line.text)
    if hashes:
        return Section(hashes[2], len(hashes[1]), line.number)
    under = _UNDERLINE.match(following.text)
    text = line.text.strip()
    if not under or following.code or not text or _UNDERLINE.match(text) or text.startswith("|"):
        return None
    if under[1] not in styles:
        styles.append(under[1])
    return Section(text, styles.index(under[1]) + 1, line.number)


def _without_comments(text: str) -> str:
    return _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
