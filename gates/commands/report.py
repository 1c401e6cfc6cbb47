"""Write report formats anew from the scorecard of a run; runs and judges nothing."""

import argparse
import sys
from pathlib import Path

from gates import formats
from gates.cli import UsageError
from gates.core.model import Scorecard
from gates.outputs import SCORECARD
from gates.shell import store
from gates.shell.lock import Lock, OutputError

NOT_KEPT, BUG = 3, 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore report`."""
    add = parser.add_argument
    add("run", metavar="DIR", type=Path, help="folder of a run, or its scorecard.json")
    add("--format", default="", metavar="NAME,…", help=f"of {', '.join(formats.NAMES)}")
    add("--output", metavar="DIR", type=Path, help="write them there; default: into the run")


def run(args: argparse.Namespace) -> int:
    """Write the formats; 0 where each was written, whatever the verdict is."""
    try:
        names = formats.chosen(args.format)
    except formats.FormatError as error:
        raise UsageError(f"--format: {error}") from error
    file = scorecard_of(args.run)
    folder = args.output or file.parent
    card = formats.seen_from(folder, read(file), file.parent)
    if folder.resolve() == file.parent.resolve():
        names -= {SCORECARD}  # it is what the others are made of, and may be signed
    return written(folder, card, names)


def scorecard_of(path: Path) -> Path:
    """The scorecard that a path means."""
    return path / SCORECARD if path.is_dir() else path


def read(file: Path) -> Scorecard:
    """The scorecard in a file. Raises UsageError."""
    try:
        return store.read_json(file, Scorecard)
    except store.StorageError as error:
        raise UsageError(f"{error}; name the folder of a run") from error


def written(folder: Path, card: Scorecard, names: frozenset[str]) -> int:
    """Write them while nobody else writes there; returns the exit code. Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock(folder)
    except (OSError, OutputError) as error:
        raise UsageError(f"--output: {error}") from error
    try:
        problems = formats.write_all(folder, card, names)
    except formats.NotKept as error:
        print(f"gatescore: {error}", file=sys.stderr)
        return NOT_KEPT
    finally:
        lock.release()
    for problem in problems:
        print(f"gatescore: {problem}", file=sys.stderr)
    return BUG if problems else 0
