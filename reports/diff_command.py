"""Tell what is different between two runs: gates, criteria, and findings that came or went.

A run whose folder is gone is compared by what the history holds of it: gates and numbers.

Exit 0: told. Exit 2: a run cannot be found or read.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gates.core.model import Scorecard
from gates.shell.beats import NAME
from reports import diff_html, diff_recorded, diff_text, scorecards
from reports.diff import Change, change
from reports.history import HOME, History, HistoryError, line_of
from reports.history_place import HELP, chosen
from reports.history_story import newest
from reports.json_report import encoded
from reports.recorded import Recorded, Terms

DONE, WRONG = 0, 2
RUNS = Path(HOME) / "runs"
Found = Scorecard | Recorded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore diff`."""
    add = parser.add_argument
    run = "a scorecard.json, the folder of a run, or the id of one in the history"
    add("before", nargs="?", default="", metavar="A", help=f"{run}; default: the one before B")
    add("after", nargs="?", default="", metavar="B", help="the same; default: the newest")
    add("--history", default="", metavar="URL", help=HELP)
    add("--format", default="text", choices=("text", "json", "html"))


def run(args: argparse.Namespace) -> int:
    """Compare; returns the exit code."""
    try:
        history = chosen(args.history, os.environ, Path.cwd())
        pairs = pair(args.before, args.after, history)
        before, after = (found(one, history) for one in pairs)
        told = compared(before, after, history)
    except (HistoryError, scorecards.UnreadError) as error:
        sys.stderr.write(f"gatescore: no comparison: {error}\n")
        return WRONG
    sys.stdout.buffer.write(rendered(told, args.format))
    sys.stdout.buffer.flush()
    return DONE


def rendered(told: Change, form: str) -> bytes:
    """The difference in one of the formats."""
    match form:
        case "json":
            return encoded(told)
        case "html":
            return diff_html.render(told)
        case _:
            return diff_text.text(told).encode("utf-8", "backslashreplace")


def compared(before: Found, after: Found, history: History | None) -> Change:
    """The difference: of scorecards where both are there, else of what the history holds."""
    match before, after:
        case Scorecard(), Scorecard():
            return change(before, after)
        case _:
            old, new = lined(before, history), lined(after, history)
            notes = tuple(gone(one) for one in (before, after) if isinstance(one, Recorded))
            return diff_recorded.change(old[0], new[0], old[1] | new[1], notes)


def lined(one: Found, history: History | None) -> tuple[Recorded, Terms]:
    """A run as the history keeps it, with what its criteria demand."""
    match one:
        case Scorecard():
            return line_of(one)
        case Recorded():
            return one, history.terms(one) if history else {}


def gone(one: Recorded) -> str:
    """What a run without its folder cannot tell, and what to do about it."""
    where = f"its folder is gone: {one.place}" if one.place else "nobody knows its folder"
    return (
        f"{one.run}: {where}: findings are not compared, only what the history holds. If the folder"
        f" was moved, name it: gatescore diff A B, with the new folder for {one.run}"
    )


def pair(before: str, after: str, history: History | None) -> tuple[str | Recorded, str | Recorded]:
    """The two runs, those that nobody named taken from the history. Raises HistoryError."""
    if before and after:
        return before, after
    runs = ended(history)
    if before and runs:
        return before, runs[-1]
    if len(runs) < 2:
        raise HistoryError("the history has no two runs that ended: name them: gatescore diff A B")
    return runs[-2], runs[-1]


def ended(history: History | None) -> Sequence[Recorded]:
    """The runs of the target that ran last, as far as they ended."""
    targets = history.targets() if history else ()
    runs = history.runs(targets[0]) if history and targets else ()
    return [one for one in runs if one.complete] if newest(runs) else []


def found(name: str | Recorded, history: History | None) -> Found:
    """What a run or a word of the command line means. Raises UnreadError, HistoryError."""
    if isinstance(name, Recorded):
        return of_run([name])
    for path in (Path(name), RUNS / name):
        if path.exists():
            return of_path(path)
    if runs := known(name, history):
        return of_run(runs)
    raise scorecards.UnreadError(
        f"{name}: no such file, folder or run: gatescore history lists the runs that are known"
    )


def of_run(runs: Sequence[Recorded]) -> Found:
    """The scorecard of the first of some runs of one id that has one, else its line."""
    for one in runs:
        if one.place and (Path(one.place) / NAME).is_file():
            card = of_path(Path(one.place))
            if card.run.started_at == one.started_at:  # else a later run took its folder
                return card
    return runs[0]


def of_path(path: Path) -> Scorecard:
    """The scorecard of a file or folder. Raises UnreadError."""
    return scorecards.read(path if path.is_file() else path / NAME)


def known(name: str, history: History | None) -> list[Recorded]:
    """The runs of an id in the history, the newest first. Raises HistoryError."""
    if history is None:
        return []
    return [
        one
        for target in history.targets()
        for one in reversed(history.runs(target))
        if one.run == name
    ]
