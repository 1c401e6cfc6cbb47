"""The two forms of an output: text for people, JSON for programs."""

import argparse


def add_format(parser: argparse.ArgumentParser, told: str = "how it is printed") -> None:
    """Add --format text|json, and --json, which means the same as --format json."""
    add = parser.add_argument
    add("--format", choices=("text", "json"), default="text", help=f"{told}; default: text")
    add("--json", dest="format", action="store_const", const="json", help="as --format json")
