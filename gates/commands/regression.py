"""Make pytest tests of the contract findings of a run: red now, green when they are mended."""

import argparse
import sys
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands.corpus import FOUND, cases
from gates.commands.waive import SHORTEST, every
from gates.core.contract_findings import context_of
from gates.core.corpus import Case
from gates.core.promises import Promise
from gates.core.regression import NotMade, source
from gates.shell import last_run

PROMISES = FOUND.with_name("promises")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore regression`."""
    add = parser.add_argument
    add("run", metavar="DIR", help="folder of a run")
    add("--finding", metavar="FINDING", help="fingerprint of one finding, six digits or more")
    add("--output", metavar="FILE", help="write the tests there; default: print them")


def run(args: argparse.Namespace) -> int:
    """Print or write one file of tests."""
    folder = Path(args.run)
    chosen = {path.name: case for path, case in cases(folder)}
    if args.finding:
        chosen = of_finding(args.finding, folder, chosen)
    try:
        text = source(chosen, {name: p for name in chosen if (p := promised(folder, name))})
    except NotMade as error:
        raise UsageError(f"no test can be made: {error}") from error
    if not args.output:
        print(text, end="")
        return 0
    try:
        Path(args.output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output: {error}") from error
    print(f"{len(chosen)} tests in {args.output}: start them with BASE_URL set", file=sys.stderr)
    return 0


def of_finding(name: str, folder: Path, known: dict[str, Case]) -> dict[str, Case]:
    """The case of one finding. Raises UsageError."""
    try:
        reports = last_run.read(folder).reports
    except last_run.NoRun as error:
        raise UsageError(str(error)) from error
    fitting = {
        (one.finding.rule, one.finding.context)
        for one in every(reports)
        if len(name) >= SHORTEST and one.finding.fingerprint.startswith(name.lower())
    }
    chosen = {
        file: case
        for file, case in known.items()
        if (case.rule, context_of(case.operation, case.cause)) in fitting
    }
    if not chosen:
        text = f"{name}: no finding of the contract gate begins so (six digits or more), or none"
        raise UsageError(f"{text} that one request shows; the scorecard names them")
    return chosen


def promised(folder: Path, name: str) -> Promise | None:
    """What the document promises of the answer to a case; None where its file is not there."""
    try:
        return msgspec.json.decode((folder / PROMISES / name).read_bytes(), type=Promise)
    except (OSError, msgspec.DecodeError):
        return None
