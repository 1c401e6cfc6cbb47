"""Say how far a target is: the levels, the checklists, what to do next, and one line for people.

Reads the newest complete run, or the one that is named; runs nothing. The exit code is that run's.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gates import outputs
from gates.cli import UsageError
from gates.commands._output import add_format
from gates.core import validity
from gates.core.model import ItemState, Scorecard
from gates.core.progress import Progress, progress
from gates.core.score import exit_code
from gates.shell import beats, store

FILE = "progress.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore status`."""
    add = parser.add_argument
    where = "a scorecard.json, the folder of a run, or a folder of runs; default: .gatescore/runs"
    add("path", nargs="?", default=".gatescore/runs", metavar="PATH", type=Path, help=where)
    add("--target", default="", metavar="NAME", help="only runs of this target")
    add_format(parser, f"text, or {FILE} on stdout")


def run(args: argparse.Namespace) -> int:
    """Print the status of the newest run; returns its exit code."""
    card = newest(args.path, args.target)
    if args.format == "json":
        sys.stdout.buffer.write(outputs.render_of(FILE)(card))
        sys.stdout.buffer.flush()
    else:
        print("\n".join(lines(card, datetime.now(UTC))))
    return exit_code(card)


def newest(path: Path, target: str) -> Scorecard:
    """The newest scorecard at a path, one that ended before any other. Raises UsageError."""
    found = beats.find(path).beats
    chosen = beats.newest(found, target)
    if chosen is None:
        of = f" of {target}" if target else ""
        raise UsageError(f"no complete scorecard{of} in {path}: run gatescore run first")
    try:
        return store.read_json(chosen.file, Scorecard)
    except store.StorageError as error:
        raise UsageError(str(error)) from error


def lines(card: Scorecard, now: datetime) -> Iterator[str]:
    """The status as text, for a terminal or a message."""
    told = progress(card)
    dirty = " with uncommitted changes" if card.target.dirty else ""
    yield f"{told.target} at {told.revision[:12]}{dirty}, {told.date}: {told.status}"
    if stale := validity.unfit(card.run.started_at, card.valid_until, now):
        yield stale
    if told.progress is not None:
        yield f"{told.progress:g} % of the gates hold"
    for name, level in told.quality_gates.items():
        yield f"{name}: {level.status}: {level.reason}"
    yield from checklists(card)
    yield from following(told)
    yield told.delivery_summary


def checklists(card: Scorecard) -> Iterator[str]:
    """How each checklist stands, and its items that are not done."""
    for one in card.checklists:
        asked = [item for item in one.items if item.state is not ItemState.ABSENT]
        done = sum(item.state is ItemState.DONE for item in asked)
        yield f"{one.title}: {done} of {len(asked)} done"
        for item in asked:
            if item.state is not ItemState.DONE:
                proofs = ", ".join(each.id for each in item.criteria)
                yield f"  {item.state}: {item.title} ({proofs})"


def following(told: Progress) -> Iterator[str]:
    """What has risen to somebody, and what is to be done next."""
    for one in told.escalation:
        whom = f", {one.contact}" if one.contact else ""
        yield f"escalation level {one.level}{whom}: {one.subject}: {one.reason}"
    for risk in told.risks:
        if risk.before is not None and risk.value != risk.before:
            yield f"risks {risk.trend}: {risk.criterion}: {risk.value:g}, before {risk.before:g}"
    for step in told.next.action_items:
        yield f"next: {step}"
