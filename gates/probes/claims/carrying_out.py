"""Answers the verification commands with our own reading: no shell, no program, no end of time."""

import fnmatch
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import msgspec

from gates.core.claims import commands
from gates.core.claims.commands import Command, Exists, Find, Readable, Search
from gates.probes.claims.tree import Absent, Blocked, TooLarge, Tree

MOST_READ = 64 * 2**20  # bytes of all files that one command reads
LONGEST_LINE = 2**16  # characters of a line that are searched


class Answer(msgspec.Struct, frozen=True):
    """Whether a command succeeds; None: that was not found out. `found` says what there was."""

    holds: bool | None
    found: str


class _TooLong(Exception):
    """The time for one command is over."""


def answer(command: Command, tree: Tree, seconds: float) -> Answer:
    """Answer one command in at most `seconds`."""
    try:
        with _at_most(seconds):
            return _answered(command, tree)
    except (Blocked, TooLarge) as error:
        return Answer(None, f"not looked at: {error}")
    except Absent as error:
        return Answer(False, str(error))
    except _TooLong:
        return Answer(None, f"not found out in {seconds:g} s: a simpler pattern, or fewer files")


def _answered(command: Command, tree: Tree) -> Answer:
    match command:
        case Exists():
            return _exists(command, tree)
        case Search():
            return _search(command, tree)
        case Readable():
            return _readable(command, tree)
        case Find():
            return _find(command, tree)


def _exists(command: Exists, tree: Tree) -> Answer:
    for path in command.paths:
        kind = tree.kind(path)
        if not kind:
            return Answer(False, f'there is no "{path}"')
        if command.kind in "fd" and kind != command.kind:
            return Answer(False, f'"{path}" is {_KINDS[kind]}')
        if command.kind == "s" and kind == "f" and not tree.size(path):
            return Answer(False, f'"{path}" is empty')
    return Answer(True, f"there is {', '.join(command.paths)}")


_KINDS = {"f": "a file", "d": "a folder", "o": "no regular file"}


def _readable(command: Readable, tree: Tree) -> Answer:
    total = sum(tree.size(path) for path in command.paths)
    return Answer(True, f"{total} bytes can be read")


def _search(command: Search, tree: Tree) -> Answer:
    pattern = commands.pattern_of(command)
    left = MOST_READ
    for path in _searched(command, tree):
        content = tree.read(path)
        left -= len(content)
        if left < 0:
            raise TooLarge(f"more than {MOST_READ} bytes would have to be searched")
        if line := _matching(pattern, content):
            return Answer(True, f"{path}:{line} matches")
    return Answer(False, f"no line of {', '.join(command.paths)} matches")


def _matching(pattern: re.Pattern[str], content: bytes) -> int:
    """The first line that matches, from 1; 0 for none."""
    lines = content.decode("utf-8", "replace").removesuffix("\n").split("\n")
    found = (n for n, line in enumerate(lines, 1) if pattern.search(line[:LONGEST_LINE]))
    return next(found, 0) if content else 0


def _searched(command: Search, tree: Tree) -> Iterator[str]:
    for path in command.paths:
        if command.recursive and tree.kind(path) == "d":
            yield from (name for name, _ in tree.walk(path) if tree.kind(name) == "f")
        else:
            yield path


def _find(command: Find, tree: Tree) -> Answer:
    wanted = re.compile(fnmatch.translate(command.name))
    for path in command.paths:
        if not tree.kind(path):
            return Answer(False, f'there is no "{path}"')
        own = ((path, tree.kind(path)),) if path != "." else ()
        for name, kind in (*own, *tree.walk(path)):
            if wanted.match(name.rsplit("/", 1)[-1]) and command.kind in ("", kind):
                return Answer(True, f"there is {name}")
    return Answer(False, f'nothing below {", ".join(command.paths)} is called "{command.name}"')


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what takes longer: Python's matching looks for signals while it goes back and forth."""

    def over(_: int, __: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
