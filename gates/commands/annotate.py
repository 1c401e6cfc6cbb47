"""Print what a run found as annotations of GitHub, within its limits; runs and judges nothing."""

import argparse
import sys
from pathlib import Path

from gates import outputs
from gates.commands.report import read, scorecard_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore annotate`."""
    parser.add_argument(
        "run", metavar="DIR", type=Path, help="folder of a run, or its scorecard.json"
    )


def run(args: argparse.Namespace) -> int:
    """Print the workflow commands; 0 whatever the verdict is."""
    card = read(scorecard_of(args.run))
    sys.stdout.buffer.write(outputs.terminal("annotations")(card))
    sys.stdout.buffer.flush()
    return 0
