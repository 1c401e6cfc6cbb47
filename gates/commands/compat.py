"""Compare two OpenAPI documents: what of the second breaks a client of the first.

BASE and REVISION are files, addresses, or REV:PATH of the git repository of the current folder.
Exit code 1: something breaks; 0: nothing does; 2: a document cannot be had.
"""

import argparse
import datetime
import json
import sys
from collections.abc import Iterable

from gates.cli import UsageError
from gates.core.compat.changes import Change, Level, worst
from gates.core.compat.compare import Comparison, compare
from gates.core.compat.findings import finding
from gates.core.fingerprint import fingerprinted
from gates.core.model import Finding
from gates.core.texts import visible
from gates.shell.compared import Given, Unreadable, read

BREAKS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore compat`."""
    what = "a file, an address, or REV:PATH of this git repository"
    parser.add_argument("base", metavar="BASE", help=f"the document before: {what}")
    parser.add_argument("revision", metavar="REVISION", help=f"the document now: {what}")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="an origin but this machine that may be asked, as https://api.example.org",
    )
    parser.add_argument(
        "--no-semver",
        action="store_true",
        help="count breaking changes even where the major version stepped",
    )


def run(args: argparse.Namespace) -> int:
    """Compare and print; 1 if something breaks."""
    base, revision = (document(text, tuple(args.allow)) for text in (args.base, args.revision))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    found = compare(base.document, revision.document, today=today, semver=not args.no_semver)
    names = fingerprints(found.changes, revision.path)
    if args.json:
        print(json.dumps(as_data(found, names), indent=1))
    else:
        print("\n".join(lines(found, names)), file=sys.stdout)
    return BREAKS if worst(found.changes) == Level.BREAKING.value else 0


def document(text: str, allow: tuple[str, ...]) -> Given:
    """One of the two documents. Raises UsageError that names it, and what to do."""
    try:
        return read(text, allow)
    except Unreadable as error:
        raise UsageError(f"{text}: {error}") from error


def fingerprints(changes: Iterable[Change], path: str) -> list[str]:
    """The fingerprint of each change, as the gate and its waivers know it."""
    found = [finding(change, path) for change in changes]
    named = {key(one): one.fingerprint for one in fingerprinted(found)}
    return [named[key(one)] for one in found]


def key(one: Finding) -> tuple[str, str, str]:
    """What tells one finding of a comparison from the others."""
    return one.rule, one.context, one.message


def as_data(found: Comparison, names: list[str]) -> dict[str, object]:
    """The comparison for programs."""
    return {
        "verdict": worst(found.changes),
        "changes": [
            {
                "rule": one.rule,
                "level": one.level.value,
                "operation": one.operation,
                "path": one.place,
                "document": one.document,
                "message": one.message,
                "fix": one.fix,
                "excused": one.excused,
                "fingerprint": name,
            }
            for one, name in zip(found.changes, names, strict=True)
        ],
    }


def lines(found: Comparison, names: list[str]) -> list[str]:
    """The comparison for people: what breaks first."""
    text: list[str] = []
    for one, name in zip(found.changes, names, strict=True):
        level = "excused" if one.excused else one.level.value
        text.append(visible(f"{level:9}{one.operation or 'document'}: {one.message}"))
        text.append(visible(f"{'':9}{one.rule} {name} {one.place} ({one.document})"))
        if one.excused:
            text.append(f"{'':9}not counted: {visible(one.excused)}")
        elif one.fix:
            text.append(f"{'':9}{one.fix}")
    return [*text, *([""] if text else []), summary(found)]


def summary(found: Comparison) -> str:
    """One line: the verdict and the numbers behind it."""
    breaking = sum(one.counted for one in found.changes)
    excused = sum(bool(one.excused) for one in found.changes)
    warnings = sum(one.level is Level.WARNING for one in found.changes)
    infos = sum(one.level is Level.INFO for one in found.changes)
    told = f"{breaking} breaking, {warnings} warnings, {infos} that break nobody"
    more = f", {excused} excused by the major version" if excused else ""
    return f"{worst(found.changes)}: {told}{more}; {len(found.operations)} operations compared"
