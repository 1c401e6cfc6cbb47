"""What is switched off in one tree: every suppression, by file."""

import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from gates.probes.suppressions import comments, kinds, script_comments
from gates.probes.suppressions.comments import Comment
from gates.probes.suppressions.kinds import Kind

PYTHON = (".py", ".pyi")
SCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
UNREADABLE = (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError)


class Off(msgspec.Struct, frozen=True, kw_only=True):
    """One check that is switched off: what, on which line, and the line's text."""

    kind: Kind
    line: int
    text: str
    source: str


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """The suppressions of a tree by file, and files that could not be read, with the reason."""

    files: dict[str, tuple[Off, ...]]
    lost: dict[str, str]


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    """Own source of both languages: files and folders, relative to the tree."""

    python: tuple[str, ...] = ()
    node: tuple[str, ...] = ()


def look(tree: Path, files: Iterable[str]) -> Tree:
    """Look at every file. One that cannot be read is listed, never taken for clean."""
    found: dict[str, tuple[Off, ...]] = {}
    lost: dict[str, str] = {}
    for name in files:
        try:
            found[name] = tuple(offs(name, (tree / name).read_bytes()))
        except UNREADABLE as error:
            lost[name] = str(error)
    return Tree(files=found, lost=lost)


def offs(name: str, source: bytes) -> Iterator[Off]:
    """Every suppression of one file. Raises UNREADABLE."""
    if not kinds.HINT.search(source):
        return
    for comment, kind in pairs(name, source):
        text, line = comment.text[:200], comment.source[:500]
        yield Off(kind=kind, line=comment.line, text=text, source=line)


def pairs(name: str, source: bytes) -> Iterable[tuple[Comment, Kind]]:
    """Each comment with each thing that it switches off."""
    if name.endswith(SCRIPT):
        text = source.decode("utf-8-sig", "replace")
        return kinds.of_scripts(script_comments.comments(text))
    every = comments.comments(source)
    return ((comment, kind) for comment in every for kind in kinds.of_python(comment))


def sources(tree: Path, paths: Paths) -> tuple[str, ...]:
    """The files of a tree that are own source, as at the base nobody lists them."""
    python = below(tree, paths.python, PYTHON)
    node = (name for name in below(tree, paths.node, SCRIPT) if "node_modules" not in name)
    return tuple(sorted({*python, *node}))


def below(tree: Path, paths: Iterable[str], suffixes: tuple[str, ...]) -> Iterator[str]:
    """Files that are one of the paths or below one, with one of the suffixes."""
    for path in paths:
        place = tree / path
        found = [place] if place.is_file() else place.rglob("*")
        for file in found:
            if file.suffix in suffixes and file.is_file():
                yield file.relative_to(tree).as_posix()
