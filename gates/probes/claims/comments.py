"""Finds the tags that stand in the comments of source files."""

import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from gates.core.claims.log import Log, Numbered, read
from gates.probes.claims.definitions import PYTHON, SCRIPTS
from gates.probes.claims.tree import UNREADABLE, Tree
from gates.probes.suppressions import comments as python_comments
from gates.probes.suppressions import script_comments

HASHES = frozenset({".bash", ".env", ".ini", ".rb", ".sh", ".toml", ".yaml", ".yml"})
DASHES = frozenset({".sql"})
SLASHES = frozenset({".cs", ".go", ".java", ".kt", ".php", ".rs", ".swift"})
MOST_BYTES = 2 * 2**20
_HINT = re.compile(rb"#[A-Z][A-Z]+_[A-Z]")
_MARK = re.compile(r"^\s*(?:/\*+|\*+(?!/)|//+|--|#(?![A-Z][A-Z0-9_]{2})|;)?[ \t]?")
_END = re.compile(r"\*+/\s*$")


def tagged(names: Iterable[str], tree: Tree) -> Iterator[Log]:
    """Yield what each source file claims; files without a tag are left out."""
    for name in names:
        if not _is_commented(name):
            continue
        try:
            content = tree.read(name, MOST_BYTES)
        except UNREADABLE:
            continue  # no tag of a file that size was written by hand
        if _HINT.search(content):
            log = read(lines(name, content), name, strict=False)
            if log.claims or log.unknown:
                yield log


def lines(name: str, content: bytes) -> tuple[Numbered, ...]:
    """The comments of a file as lines, with an empty one wherever something else stands between."""
    found: list[Numbered] = []
    for line in _comments(name, content):
        if found and line.number > found[-1].number + 1:
            found.append(Numbered(found[-1].number + 1, ""))
        found.append(line)
    return tuple(found)


def _comments(name: str, content: bytes) -> Iterator[Numbered]:
    suffix = PurePosixPath(name).suffix
    text = content.decode("utf-8-sig", "replace")
    if suffix in PYTHON:
        yield from _of_python(content)
    elif suffix in SCRIPTS:
        for comment in script_comments.comments(text):
            yield from _block(comment.line, comment.text)
    else:
        yield from _by_mark(text, _marks(name))


def _of_python(content: bytes) -> Iterator[Numbered]:
    try:
        for comment in python_comments.comments(content):
            yield from _block(comment.line, comment.text)
    except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
        return  # the gate lint tells of it


def _by_mark(text: str, marks: tuple[str, ...]) -> Iterator[Numbered]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(marks):
            yield from _block(number, line)


def _block(first: int, text: str) -> Iterator[Numbered]:
    for offset, line in enumerate(text.split("\n")):
        yield Numbered(first + offset, _END.sub("", _MARK.sub("", line, count=1)).rstrip())


def _marks(name: str) -> tuple[str, ...]:
    suffix = PurePosixPath(name).suffix
    if suffix in DASHES:
        return ("--",)
    return ("//", "/*", "*") if suffix in SLASHES else ("#",)


def _is_commented(name: str) -> bool:
    path = PurePosixPath(name)
    known = {*PYTHON, *SCRIPTS, *HASHES, *DASHES, *SLASHES}
    return path.suffix in known or path.name.startswith(("Dockerfile", "Makefile"))
