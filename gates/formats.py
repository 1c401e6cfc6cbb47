"""Which report formats are written, by their short names; none that fails takes another along."""

import os
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from importlib.metadata import EntryPoint
from pathlib import Path

import msgspec

from gates import listing
from gates.core import texts
from gates.core.model import Scorecard
from gates.installed import REMEDY, foreign, loaded, points, require, source
from gates.outputs import RECORD, REPORTS, SCORECARD
from gates.shell import store
from gates.unusable import InstallationError

# Short name → name of the entry point. One with a `*` stands for several files: its `render`
# yields (name, content). A format of another package bears the name of its file alone.
NAMES = {
    "json": SCORECARD,
    "html": "scorecard.html",
    "markdown": "summary.md",
    "sarif": "*.sarif",
    "junit": "junit.xml",
    "gitlab": "gl-code-quality.json",
    "badge": "badge.json",
    "csv": "criteria.csv",
    "progress": "progress.json",
    "claims": "verification-report.md",
}


class FormatError(Exception):
    """A format was named that there is not; the text lists those that there are."""


class NotKept(Exception):
    """The disk did not take some of the reports; the text names each of them and why."""


def chosen(text: str) -> frozenset[str]:
    """The entry points that a list with commas names, all for "".

    Raises FormatError, and InstallationError where one of another package cannot be used.
    """
    require(REPORTS, RECORD)
    known = {point.name for point in points(REPORTS)}
    named = [part.strip() for part in text.split(",") if part.strip()]
    for name in named:
        if NAMES.get(name, name) not in known:
            raise FormatError(_unknown(name, known))
    found = frozenset(NAMES.get(name, name) for name in named) if text.strip() else frozenset(known)
    for point in foreign(REPORTS):
        if point.name in found:
            _usable(point)
    return found


def _usable(point: EntryPoint) -> None:
    """Raises InstallationError for a format of another package that cannot be written."""
    where = f"{source(point)}: {REPORTS}: {point.name}"
    if Path(point.name).name != point.name:
        raise InstallationError(f"{where}: this is no name of a file; {REMEDY}")
    if not callable(loaded(point)):
        raise InstallationError(f"{where}: {point.value} is no function; {REMEDY}")


def _unknown(name: str, known: Collection[str]) -> str:
    others = sorted(set(known) - set(NAMES.values()))
    allowed = [*NAMES, *others]
    close = get_close_matches(name, allowed, 1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"there is no format {name!r}; {hint}Formats: {', '.join(allowed)}"


def write_all(folder: Path, card: Scorecard, names: Collection[str]) -> list[str]:
    """Write these formats; returns a text for each that could not be made.

    What an earlier scorecard left of a format of several files goes. A scorecard among them is the
    last, and left as it was where another file was not kept: one that says `complete` stands for
    all of them. Raises NotKept when all others are written.
    """
    problems: list[str] = []
    lost: list[str] = []
    found = (point for point in points(REPORTS) if point.name in names)
    for point in sorted(found, key=lambda one: (one.name == SCORECARD, one.name)):
        if point.name == SCORECARD and lost:
            break
        try:
            lost += _written(folder, point, card)
        except Exception as error:  # noqa: BLE001  a format that breaks must not hide the others
            why = texts.visible(texts.bounded(f"{type(error).__name__}: {error}", 300))
            problems.append(f"{point.name} could not be made: {why}")
    if lost:
        raise NotKept("; ".join((*lost, *problems)))
    return problems


def seen_from(folder: Path, card: Scorecard, run: Path) -> Scorecard:
    """The scorecard that was read in the folder of a run, as it is written to another one.

    What was measured stays where it is: from there on the scorecard says the way to it.
    """
    there, here = (run / card.run.evidence).resolve(), folder.resolve()
    way = "" if there == here else Path(os.path.relpath(there, here)).as_posix()
    known = way.encode("utf-8", "backslashreplace").decode()
    return msgspec.structs.replace(card, run=msgspec.structs.replace(card.run, evidence=known))


def _written(folder: Path, point: EntryPoint, card: Scorecard) -> list[str]:
    """Write the file or the files of one format; a text for each that was not kept."""
    made = point.load()(card)
    if "*" not in point.name:
        return list(_unkept(folder, point.name, made))
    known, now, lost = listing.read(folder), dict[str, str](), list[str]()
    before = known.files.get(point.name, {})
    try:
        for name, content in made:
            now[_allowed(name, point)] = listing.digest(content)
            lost += _unkept(folder, name, content)
    except Exception:
        _listed(folder, listing.with_files(known, point.name, {**before, **now}))
        raise
    lost += listing.remove(folder, before, now)
    return [*lost, *_listed(folder, listing.with_files(known, point.name, now))]


def _allowed(name: str, point: EntryPoint) -> str:
    """A name that a format gave a file itself: it stays in the folder, and fits the format's."""
    if not listing.plain(name):
        raise ValueError(f"{name!r} is no name of a file")
    if not fnmatchcase(name, point.name):
        raise ValueError(f"{name!r} is no name of {point.name}")
    return name


def _listed(folder: Path, files: listing.Listing) -> list[str]:
    try:
        listing.write(folder, files)
    except store.StorageError as error:
        return [f"storage-failed: {error}"]
    return []


def _unkept(folder: Path, name: str, content: bytes) -> Iterator[str]:
    try:
        store.write_atomic(folder / name, content)
    except store.StorageError as error:
        yield f"storage-failed: {error}"
