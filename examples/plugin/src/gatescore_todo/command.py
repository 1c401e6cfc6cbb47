"""Print the open TODO comments of a run."""

import argparse
import sys
from pathlib import Path

from gates.cli import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore todos`."""
    parser.add_argument("run", metavar="DIR", type=Path, help="folder of a run")


def run(args: argparse.Namespace) -> int:
    """Do it; returns the exit code. UsageError ends with its text and exit code 2."""
    try:
        text = (args.run / "todo.md").read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{error}; name the folder of a run") from error
    sys.stdout.write(text)
    return 0
