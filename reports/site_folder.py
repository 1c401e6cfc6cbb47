"""The folder of a site: pages are written whole, and old ones of ours are removed, nothing else."""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gates.shell.atomic import StorageError, storage_error, write_atomic
from reports.site_html import MARK
from reports.site_names import OURS

INDEX = "index.html"
SERVICES, RUNS = "services", "runs"
SCORECARD = "scorecard.html"
HEAD_BYTES = 4096
MOST_BYTES = 20 * 10**6  # of a scorecard that is copied
MARKS = {SERVICES: MARK.encode(), RUNS: b"gatescore</title>"}


def check(folder: Path) -> None:
    """Raises StorageError where the folder cannot be one of ours."""
    index = folder / INDEX
    if folder.exists() and not folder.is_dir():
        raise StorageError(folder, "not a folder: name another one with --output", full=False)
    if index.is_symlink() or (index.exists() and MARK.encode() not in head(index)):
        why = "not written by gatescore site, so it stays: name another folder with --output"
        raise StorageError(index, why, full=False)


def write(folder: Path, pages: Mapping[str, bytes]) -> int:
    """Write the pages by their path in the folder, the index last; returns how many old ones went.

    A reader sees each page as it was or as it is. Raises StorageError.
    """
    for name in (SERVICES, RUNS):
        make(folder / name)
    for path in sorted(pages, key=lambda path: path == INDEX):
        written(folder / path, pages[path])
    gone = list(old(folder, pages))
    for file in gone:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(file, error) from error
    return len(gone)


def written(file: Path, data: bytes) -> None:
    """Write a file, unless it is the same already. Raises StorageError."""
    try:
        same = file.is_file() and not file.is_symlink() and file.stat().st_size == len(data)
        if same and file.read_bytes() == data:
            return
    except OSError as error:
        raise storage_error(file, error) from error
    write_atomic(file, data)


def make(folder: Path) -> None:
    """Make a folder. Raises StorageError, also where it leads elsewhere."""
    if folder.is_symlink():
        raise StorageError(folder, "leads elsewhere: take the link away", full=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(folder, error) from error


def old(folder: Path, pages: Collection[str]) -> Iterator[Path]:
    """The pages that an earlier run wrote, by their name and what their head says."""
    for name, mark in MARKS.items():
        for file in sorted((folder / name).iterdir()):
            stays = not OURS.fullmatch(file.name) or f"{name}/{file.name}" in pages
            if not stays and is_plain(file) and mark in head(file):
                yield file


def is_plain(file: Path) -> bool:
    """Whether it is a file, and no link."""
    return file.is_file() and not file.is_symlink()


def head(file: Path) -> bytes:
    """The first bytes of a file; none of one that cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return b""


def scorecard(place: str) -> bytes | None:
    """The HTML scorecard in the folder of a run; None without one, or if it is not one of ours."""
    file = Path(place) / SCORECARD
    try:
        if not place or not is_plain(file) or file.stat().st_size > MOST_BYTES:
            return None
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags), "rb") as stream:
            data = stream.read()
    except (OSError, ValueError):
        return None
    return data if MARKS[RUNS] in data[:HEAD_BYTES] else None
