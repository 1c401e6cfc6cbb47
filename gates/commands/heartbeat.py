"""Fail when the newest complete scorecard is too old, or there is none: nights end silently.

Exit 0: there is one that still counts. Exit 1: there is none.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gates.cli import UsageError
from gates.core import validity
from gates.shell import beats

ALIVE, SILENT = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore heartbeat`."""
    add = parser.add_argument
    where = "a scorecard.json, the folder of a run, or a folder of runs; default: .gatescore/runs"
    add("path", nargs="?", default=".gatescore/runs", metavar="PATH", type=Path, help=where)
    add("--max-age", metavar="TIME", help="since the run began, as 26h; default: its valid_until")
    add("--target", default="", metavar="NAME", help="only runs of this target")
    levels = "only runs that this level decided, or a higher one: 3 for a nightly release check"
    add("--level", type=int, choices=(1, 2, 3), default=1, help=levels)


def run(args: argparse.Namespace) -> int:
    """Look for the newest scorecard; returns whether it counts."""
    try:
        most = validity.span(args.max_age) if args.max_age else None
    except ValueError as error:
        raise UsageError(f"--max-age {error}") from error
    code, told = heard(args, most, datetime.now(UTC))
    print(f"gatescore: {told}", file=sys.stderr)
    return code


def heard(args: argparse.Namespace, most: timedelta | None, now: datetime) -> tuple[int, str]:
    """The exit code and what to say of the runs at a path."""
    found = beats.find(args.path)
    for file, why in found.unread:
        print(f"gatescore: not counted: {file}: {why}", file=sys.stderr)
    newest = beats.newest(found.beats, args.target, args.level)
    if newest is None:
        of = f" of {args.target}" if args.target else ""
        at = f" of level {args.level}" if args.level > 1 else ""
        return SILENT, f"no complete scorecard{of}{at} in {args.path}: no such run has ended there"
    card = newest.card
    told = f"{newest.file}: {card.target.name} {card.verdict}, run {card.run.started_at}"
    if why := beats.silence(card, most, now):
        return SILENT, f"{told}: {why}"
    return ALIVE, told
