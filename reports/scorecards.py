"""Reads the scorecards of files and folders, those of another version with a word on why not."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.core.model import Scorecard
from gates.shell import store
from gates.shell.beats import NAME, PLACES

VERSION = 1  # of the scorecards that we write


class UnreadError(Exception):
    """A scorecard that cannot be used; the text names its file and says why."""


class _Version(msgspec.Struct, frozen=True):
    schema_version: int = 1


def files(path: Path) -> tuple[Path, ...]:
    """The scorecards at a path: a file, the folder of a run, or a folder of runs."""
    if path.is_file():
        return (path,)
    return tuple(sorted({file for at in PLACES for file in path.glob(at + NAME)}))


def read(file: Path) -> Scorecard:
    """One scorecard. Raises UnreadError: absent, none, or of a newer version than ours."""
    try:
        version = store.read_json(file, _Version).schema_version
        if version > VERSION:
            raise UnreadError(
                f"{file} is of version {version}, this gatescore knows {VERSION}:"
                " install a newer gatescore to read it"
            )
        return store.read_json(file, Scorecard)
    except store.StorageError as error:
        raise UnreadError(str(error)) from error


def read_all(path: Path) -> Iterator[tuple[Path, Scorecard | UnreadError]]:
    """Every scorecard at a path, or why it cannot be used."""
    for file in files(path):
        try:
            yield file, read(file)
        except UnreadError as error:
            yield file, error
