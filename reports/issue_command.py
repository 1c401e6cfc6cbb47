"""Write an issue where the verdict is another one than before: its title on stdout, its text.

Runs nothing of a target, and reads scorecards as strictly as any: a job that may open issues can
read those of a job that ran foreign code. Exit 0: told, or nothing to tell. Exit 2: unreadable.
"""

import argparse
import os
import re
import sys
from pathlib import Path

from gates.core.model import Scorecard
from gates.shell.beats import NAME
from reports import issue_report, scorecards

DONE, WRONG = 0, 2
_URL = re.compile(r"https://[A-Za-z0-9./_:-]{1,300}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore issue`."""
    add = parser.add_argument
    add("run", type=Path, metavar="RUN", help="a scorecard.json, or the folder of a run")
    before = "the run before it; where it is not there, only a bad verdict is told"
    add("--before", type=Path, metavar="RUN", help=before)
    add("--url", default="", help="where the run is shown, https alone")
    add("--output", type=Path, required=True, metavar="FILE", help="where the text is written")


def run(args: argparse.Namespace) -> int:
    """Compare and write; returns the exit code."""
    try:
        card, before = of(args.run), earlier(args.before)
    except scorecards.UnreadError as error:
        sys.stderr.write(f"gatescore: {error}\n")
        return WRONG
    url = args.url if _URL.fullmatch(args.url) else ""
    issue = issue_report.render(card, before, url)
    if issue is None:
        sys.stderr.write(f"gatescore: the verdict is {card.verdict.value}, as before\n")
        return DONE
    try:
        args.output.write_text(issue.text, encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"gatescore: --output {args.output}: {os.strerror(error.errno or 0)}\n")
        return WRONG
    sys.stdout.write(f"{issue.title}\n")
    return DONE


def of(path: Path) -> Scorecard:
    """The scorecard at a path. Raises UnreadError."""
    return scorecards.read(path / NAME if path.is_dir() else path)


def earlier(path: Path | None) -> Scorecard | None:
    """The run before, None where there is none. Raises UnreadError: there is one, unreadable."""
    if path is None or not (path / NAME if path.is_dir() else path).exists():
        return None
    return of(path)
