"""Run a command as a step of a GitHub workflow: with outputs, summary and annotations.

The exit code is that of the command. Whatever it prints is no workflow command.
"""

import argparse
import json
import secrets
import sys
from pathlib import Path

from gates import cli, outputs
from gates.core import step_outputs
from gates.core.model import Scorecard
from gates.outputs import SCORECARD
from gates.shell import step_files, store

VERBS = ("run", "plan", "merge")
PLAN = "plan.json"
State = tuple[int, int] | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore github`."""
    add = parser.add_argument
    add("--output", required=True, metavar="DIR", help="the folder of the run, or of the plan")
    add("--no-summary", action="store_true", help="write nothing into the summary of the step")
    add("--no-annotations", action="store_true", help="print no annotations")
    add("verb", choices=VERBS, metavar="COMMAND", help=", ".join(VERBS))
    rest = "what the command is given; its --output is that of above"
    add("rest", nargs=argparse.REMAINDER, metavar="…", help=rest)


def run(args: argparse.Namespace) -> int:
    """Run the command and publish what it left; returns its exit code. Raises UsageError."""
    if not args.output.isprintable():
        raise cli.UsageError(
            f"--output {args.output!r}: control characters in the name of a folder"
        )
    folder = Path(args.output).absolute()
    before = state(folder)
    code = commanded(args, folder)
    card = read(folder) if state(folder) != before else None
    if args.verb == "plan":
        return planned(folder, code)
    published(args, card, code, folder)
    return code


def commanded(args: argparse.Namespace, folder: Path) -> int:
    """Run the command where the runner obeys nothing of what it prints; returns its exit code."""
    target = folder / PLAN if args.verb == "plan" else folder
    if args.verb == "plan":
        folder.mkdir(parents=True, exist_ok=True)
    with step_files.muted(secrets.token_hex(16)):
        try:
            return cli.main([args.verb, *args.rest, "--output", str(target)])
        except SystemExit as end:  # of argparse
            return end.code if isinstance(end.code, int) else cli.USAGE


def state(folder: Path) -> State:
    """What tells a scorecard from the one that was there before, None for no scorecard."""
    try:
        found = (folder / SCORECARD).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def read(folder: Path) -> Scorecard | None:
    """The scorecard that the command left, None where it left none."""
    try:
        return store.read_json(folder / SCORECARD, Scorecard)
    except store.StorageError:
        return None


def published(args: argparse.Namespace, card: Scorecard | None, code: int, folder: Path) -> None:
    """Write the outputs and the summary, print the annotations."""
    sarif = [file.name for file in folder.glob("*.sarif")] if card else []
    given = step_outputs.outputs(card, code, str(folder), sarif)
    step_files.append("GITHUB_OUTPUT", step_outputs.lines(given).encode())
    if not args.no_summary:
        short = step_outputs.unjudged(code) if card is None else given["verdict"]
        instead = f"**gatescore:** {short}\n".encode()
        text = instead if card is None else outputs.render_of("summary.md")(card)
        step_files.append_summary(text, instead)
    if not args.no_annotations:
        annotated(card, code)


def annotated(card: Scorecard | None, code: int) -> None:
    """Print the annotations of a scorecard, or one that says that there is none."""
    if card is None:
        step_files.tell(f"::error title=gatescore::{step_outputs.unjudged(code)}")
        return
    sys.stdout.buffer.write(outputs.terminal("annotations")(card))
    sys.stdout.buffer.flush()


def planned(folder: Path, code: int) -> int:
    """Hand on a plan and the numbers of its shards; returns the exit code."""
    given = step_outputs.outputs(None, code, str(folder), ())
    if code == 0:
        plan = json.loads((folder / PLAN).read_bytes())
        matrix = json.dumps([shard["id"] for shard in plan["shards"]])
        given |= {"plan": json.dumps(plan), "matrix": matrix}
    step_files.append("GITHUB_OUTPUT", step_outputs.lines(given).encode())
    return code
