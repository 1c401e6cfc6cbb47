"""Reads the files that a claim names, in the ways in which people write them down."""

import re

import msgspec

_NUMBER = (
    r" ?(?:~|≈|about |approx\.? |approximately |ca\.? )?(?P<count>\d{1,3}(?:,\d{3})+|\d{1,9})"
    r"\+? ?(?:lines?|LOC|loc)\b"
)
_COUNT = re.compile(rf"[(\[,–—-]{_NUMBER}")
_LATER = re.compile(rf"[(\[]{_NUMBER}")  # behind the words
_QUOTES = "`\"'"
_LINK = re.compile(r"\[[^\[\]]*\]\((?P<path>[^()\s]+)\)")
# Where a name ends and words about it begin.
_WORDS = re.compile(r"\s+(?:-|–|—|:|->|=>|→|#|//)\s+|:(?:\s+|$)|\s+[(\[]|,\s|;\s|\s+and\s")
_NEXT = re.compile(r"\s*(?:,|;|\band\b)\s*")
_WELL_KNOWN = re.compile(r"[A-Z][A-Za-z]*file|[A-Z]{4,}")
_NEVER = frozenset(" \t,;()`\"'")  # in the name of a file that stands without quotes behind another


class NamedFile(msgspec.Struct, frozen=True):
    """The file that a claim names, and how many lines it is said to have."""

    path: str
    lines: int | None = None


def named_file(text: str) -> NamedFile:
    """The first file of `path (N lines) - words`; quotes, emphasis and links are taken off."""
    return named_files(text)[0]


def named_files(text: str) -> tuple[NamedFile, ...]:
    """The files of `path (N lines), path (N lines) - words`, at least one; words are no files."""
    found: list[NamedFile] = []
    rest = text.strip()
    while not found or _is_file(rest):
        path, rest = _first(rest)
        remark, rest = _remark(rest)
        count = _COUNT.match(remark.lstrip())
        found.append(NamedFile(_normal(path), _number(count["count"]) if count else None))
        following = _NEXT.match(rest)
        if not following or not rest:
            break
        rest = rest[following.end() :]
    later = _LATER.search(text) if len(found) == 1 and found[0].lines is None else None
    return (NamedFile(found[0].path, _number(later["count"])),) if later else tuple(found)


def _first(text: str) -> tuple[str, str]:
    """The name that a text begins with, and all that stands behind it."""
    bare = text.lstrip("*_")
    marks = text[: len(text) - len(bare)]
    link = _LINK.match(bare)
    if link:
        return link["path"], bare[link.end() :].removeprefix(marks)
    if bare[:1] in _QUOTES and bare.count(bare[:1]) > 1:
        end = bare.index(bare[0], 1)
        return bare[1:end], bare[end + 1 :].removeprefix(marks)
    words = _WORDS.search(bare)
    end = words.start() if words else len(bare)
    name = bare[:end].strip()
    return (name.removesuffix(marks) if marks else name), bare[end:]


def _remark(rest: str) -> tuple[str, str]:
    """What is said of a file right behind its name, in brackets or words, and what follows."""
    said = rest.lstrip()
    closing = {"(": ")", "[": "]"}.get(said[:1], "")
    end = said.find(closing) + 1 if closing else 0
    if end:
        return said[:end], said[end:]
    return rest, "" if _COUNT.match(said) else rest


def _is_file(text: str) -> bool:
    """Whether a text begins with another file: by a dot, a slash, or a well-known name."""
    name = _normal(_first(text)[0])
    if not name or name.endswith(".") or not _NEVER.isdisjoint(name):
        return False
    return "." in name or "/" in name or _WELL_KNOWN.fullmatch(name) is not None


def _normal(path: str) -> str:
    """The path without what a sentence puts behind it, and without a "./" before it."""
    plain = path.rstrip(",;")
    plain = plain[:-1] if re.search(r"\w\.$", plain) else plain
    while plain.startswith("./") and plain != "./":
        plain = plain[2:].lstrip("/")
    return plain


def _number(text: str) -> int:
    return int(text.replace(",", ""))
