"""Which files the formats of many files left in a folder: those of an earlier run go, no others.

A scorecard judged anew into an old folder has other tools than the one before: the file of a tool
that is not in it any more would still be uploaded. Removed is only what the list names and whose
content is what was written then.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from gates.shell import store

NAME = store.LISTING
Files = Mapping[str, str]  # name → digest of the content


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The files of each format, by the name of its entry point."""

    files: dict[str, dict[str, str]] = {}


def read(folder: Path) -> Listing:
    """The list in a folder; empty where there is none, or none that can be read."""
    try:
        return store.read_json(folder / NAME, Listing)
    except store.StorageError:
        return Listing()


def with_files(listing: Listing, format: str, files: Files) -> Listing:
    """The list, with these files of a format in the place of its earlier ones."""
    return Listing(files={**listing.files, format: dict(sorted(files.items()))})


def write(folder: Path, listing: Listing) -> None:
    """Keep the list. Raises StorageError."""
    files = dict(sorted((format, files) for format, files in listing.files.items() if files))
    store.write_json(folder / NAME, Listing(files=files))


def digest(content: bytes) -> str:
    """What a content is known by."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def remove(folder: Path, before: Files, now: Files) -> Iterator[str]:
    """Remove the files that were written before and are not now; a text for each that stays."""
    for name in sorted(before.keys() - now.keys()):
        path = folder / name
        try:
            if plain(name) and _is_ours(path, before[name]):
                path.unlink()
        except OSError as error:
            yield f"{path} is of an earlier run and cannot be removed: {error.strerror}"


def plain(name: str) -> bool:
    """Whether a name is that of a file in the folder itself, on every system."""
    return Path(name).name == name and name not in ("", ".", "..") and "\\" not in name


def _is_ours(path: Path, known: str) -> bool:
    """Whether a file is still what was written; a link is somebody else's."""
    return path.is_file() and not path.is_symlink() and digest(path.read_bytes()) == known
