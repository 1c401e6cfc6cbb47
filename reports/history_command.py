"""Tell of the runs of a target over time: verdicts, trends, flaky gates, what is missing.

Exit 0: told. Exit 2: the history cannot be used, or an option is wrong.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gates.core.validity import span
from reports import history_text, scorecards
from reports.history import History, HistoryError, line_of
from reports.history_place import HELP, chosen
from reports.history_story import Story, newest, story
from reports.json_report import encoded
from reports.recorded import Recorded
from reports.trends import WINDOW

DONE, WRONG = 0, 2
VALUED = 300  # the newest runs whose numbers are read: of other profiles and branches too


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore history`."""
    add = parser.add_argument
    add("--history", default="", metavar="URL", help=HELP)
    add("--target", default="", metavar="NAME", help="default: that of the newest run")
    add("--branch", default="", metavar="NAME", help="only runs of this branch")
    add("--profile", default="", metavar="NAME", help="only runs of this profile")
    add("--last", type=int, default=20, metavar="N", help="runs to list; default: 20")
    window = f"runs that slopes are fitted to; default: {WINDOW}"
    add("--window", type=int, default=WINDOW, metavar="N", help=window)
    add("--format", default="text", choices=("text", "json"))
    verbs = parser.add_subparsers(dest="verb", metavar="import | prune")
    of_import(verbs.add_parser("import", help="add scorecards; those that are there stay"))
    of_prune(verbs.add_parser("prune", help="remove old runs"))


def of_import(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore history import`."""
    where = "a scorecard.json, the folder of a run, or a folder of runs"
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR", type=Path, help=where)
    parser.add_argument("--as-branch", default="", metavar="NAME", help="branch of these runs")


def of_prune(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore history prune`."""
    add = parser.add_argument
    add("--keep", type=int, metavar="N", help="the last N runs of each target stay")
    add("--older-than", default="", metavar="TIME", help="only what is older goes, as 90d")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; returns the exit code."""
    try:
        history = chosen(args.history, os.environ, Path.cwd())
        if history is None:
            raise HistoryError("the history is switched off (GATESCORE_HISTORY): name one")
        match args.verb:
            case "import":
                return imported(history, args.paths, args.as_branch)
            case "prune":
                return pruned(history, args)
            case _:
                return told(history, args)
    except HistoryError as error:
        say(f"gatescore: {error}")
        return WRONG


def told(history: History, args: argparse.Namespace) -> int:
    """Print the story of one target."""
    if args.last < 0 or args.window < 1:
        raise HistoryError("--last and --window count runs: 1 or more")
    found = story_of(history, args)
    if args.format == "json":
        sys.stdout.buffer.write(encoded(found))
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(history_text.text(found, str(history)))
    return DONE


def story_of(history: History, args: argparse.Namespace) -> Story:
    """The story that the options ask for. Raises HistoryError."""
    targets = history.targets()
    if args.target and args.target not in targets:
        known = ", ".join(targets[:10]) or "none"
        raise HistoryError(f"--target {args.target}: no run of it in {history}; known: {known}")
    target = args.target or (targets[0] if targets else "")
    valued = max(VALUED, args.last if args.format == "json" else 0, 10 * args.window)
    runs = [one for one in history.runs(target, valued=valued) if fits(one, args)]
    last = newest(runs)
    terms = history.terms(last) if last else {}
    return story(target, runs, terms, datetime.now(UTC), last=args.last, window=args.window)


def fits(one: Recorded, args: argparse.Namespace) -> bool:
    """Whether a run is one of those that are asked for."""
    return args.branch in ("", one.branch) and args.profile in ("", one.profile)


def imported(history: History, paths: Sequence[Path], branch: str) -> int:
    """Add every scorecard at the paths; 2 if one could not be read or there is none."""
    new = known = 0
    unread = []
    found = [each for path in paths for each in (scorecards.read_all(path) or ())]
    lines = []
    for file, card in found:
        if isinstance(card, scorecards.UnreadError):
            unread.append(str(card))
        else:
            lines.append(line_of(card, branch=branch, place=str(file.parent.absolute())))
    for added in history.keep_all(lines):
        new, known = new + added, known + (not added)
    for why in unread:
        say(f"gatescore: not imported: {why}")
    say(f"{new} runs added to {history}, {known} were there")
    if not found:
        say("gatescore: there is no scorecard.json at these paths")
    return WRONG if unread or not found else DONE


def pruned(history: History, args: argparse.Namespace) -> int:
    """Remove what is not to be kept."""
    if args.keep is None and not args.older_than:
        raise HistoryError("prune: say what stays: --keep N, --older-than 90d, or both")
    if args.keep is not None and args.keep < 0:
        raise HistoryError(f"prune --keep {args.keep}: a number of runs, 0 or more")
    try:
        age = span(args.older_than) if args.older_than else timedelta(0)
    except ValueError as error:
        raise HistoryError(f"prune --older-than: {error}") from error
    large = History(
        history.place, most_bytes=None
    )  # this is how a file that is too large is mended
    before = datetime.now(UTC) - age
    gone = [one for target in large.targets() for one in old(large.runs(target), args.keep, before)]
    count = large.forget(gone)
    large.shrink()
    say(f"{count} runs removed from {history}")
    return DONE


def old(runs: Sequence[Recorded], keep: int | None, before: datetime) -> Iterator[Recorded]:
    """The runs of a target, oldest first, that are both beyond the number and of before."""
    beyond = runs if not keep else runs[:-keep]
    return (one for one in beyond if one.began < before)


def say(text: str) -> None:
    """Tell people something that is no answer for a program."""
    sys.stderr.write(f"{text}\n")
