"""Tell what is different between two runs: gates, criteria, and findings that came or went.

Exit 0: told. Exit 2: a run cannot be found or read.
"""

import argparse
import os
import sys
from pathlib import Path

from gates.core.model import Scorecard
from gates.shell.beats import NAME
from reports import diff_html, diff_text, scorecards
from reports.diff import Change, change
from reports.history import HOME, History, HistoryError
from reports.history_place import HELP, chosen
from reports.history_story import newest
from reports.json_report import encoded
from reports.recorded import Recorded

DONE, WRONG = 0, 2
RUNS = Path(HOME) / "runs"


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
        before, after = pair(args.before, args.after, history)
        cards = [card(name, history) for name in (before, after)]
    except (HistoryError, scorecards.UnreadError) as error:
        sys.stderr.write(f"gatescore: no comparison: {error}\n")
        return WRONG
    sys.stdout.buffer.write(rendered(change(*cards), args.format))
    sys.stdout.buffer.flush()
    return DONE


def rendered(found: Change, form: str) -> bytes:
    """The difference in one of the formats."""
    match form:
        case "json":
            return encoded(found)
        case "html":
            return diff_html.render(found)
        case _:
            return diff_text.text(found).encode("utf-8", "backslashreplace")


def pair(before: str, after: str, history: History | None) -> tuple[str, str]:
    """The two runs, those that nobody named taken from the history. Raises HistoryError."""
    if before and after:
        return before, after
    runs = ended(history)
    after = after or (runs[-1].place if runs else "")
    if not before:
        earlier = [one.place for one in runs if one.place != after]
        before = earlier[-1] if earlier else ""
    if not before or not after:
        raise HistoryError("the history has no two runs that ended: name them: gatescore diff A B")
    return before, after


def ended(history: History | None) -> list[Recorded]:
    """The runs of the target that ran last, as far as they ended and their folder is known."""
    targets = history.targets() if history else ()
    runs = history.runs(targets[0]) if history and targets else ()
    last = newest(runs)
    return [one for one in runs if last and one.complete and one.place]


def card(name: str, history: History | None) -> Scorecard:
    """The scorecard that a word of the command line means. Raises UnreadError, HistoryError."""
    for path in (Path(name), RUNS / name):
        if path.exists():
            return of_path(path)
    places = known(name, history)
    for place in places:
        if Path(place).exists():
            return of_path(Path(place))
    if places:
        raise scorecards.UnreadError(f"{name}: its folder is gone: {places[-1]}")
    raise scorecards.UnreadError(f"{name}: no such file, folder or run")


def of_path(path: Path) -> Scorecard:
    """The scorecard of a file or folder. Raises UnreadError."""
    return scorecards.read(path if path.is_file() else path / NAME)


def known(name: str, history: History | None) -> list[str]:
    """Where the history says that runs of an id are, the newest first. Raises HistoryError."""
    if history is None:
        return []
    return [
        one.place
        for target in history.targets()
        for one in reversed(history.runs(target))
        if one.run == name and one.place
    ]
