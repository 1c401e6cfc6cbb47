"""Which report formats are written, by their short names; none that fails takes another along."""

import os
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from importlib.metadata import EntryPoint
from pathlib import Path

import msgspec

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

    A scorecard among them is the last, and left as it was where another file was not kept: one
    that says `complete` stands for all of them. Raises NotKept when all others are written.
    """
    problems: list[str] = []
    lost: list[str] = []
    found = (point for point in points(REPORTS) if point.name in names)
    for point in sorted(found, key=lambda one: (one.name == SCORECARD, one.name)):
        if point.name == SCORECARD and lost:
            break
        try:
            lost += _unkept(folder, _files(point, card))
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


def _files(point: EntryPoint, card: Scorecard) -> Iterator[tuple[str, bytes]]:
    made = point.load()(card)
    if "*" in point.name:
        yield from ((_plain(name), content) for name, content in made)
    else:
        yield point.name, made


def _plain(name: str) -> str:
    """A name that a format gave a file itself, which must stay in the folder."""
    if Path(name).name != name:
        raise ValueError(f"{name!r} is no name of a file")
    return name


def _unkept(folder: Path, files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    for name, content in files:
        try:
            store.write_atomic(folder / name, content)
        except store.StorageError as error:
            yield f"storage-failed: {error}"
