"""Write a static site of all services and their runs, for the page of a team.

It needs no server and no script: index.html, a page for each service, and the newest scorecards.

Exit 0: written. Exit 2: the history or the folder cannot be used; nothing of the site was changed,
but for pages that were written before a disk took no more.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from gates.core.model import Scorecard
from gates.shell.atomic import StorageError
from gates.shell.beats import NAME
from reports import scorecards, site_folder
from reports.history import HOME, History, HistoryError
from reports.history_place import HELP, chosen
from reports.history_story import newest
from reports.recorded import Recorded
from reports.site_changes import MOST_STEPS
from reports.site_html import MOST_RUNS, index, page
from reports.site_names import file_name
from reports.site_story import Service, service

DONE, WRONG = 0, 2
VALUED = 300  # the newest runs whose numbers are read: of other branches and profiles too
COMPARED = 4  # scorecards that are read for new and fixed findings
COPIED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore site`."""
    add = parser.add_argument
    add("--history", default="", metavar="URL", help=HELP)
    add(
        "--output",
        default=Path(HOME) / "site",
        metavar="DIR",
        type=Path,
        help=f"default: {HOME}/site",
    )
    many = f"scorecards of each service that are copied, the newest first; default: {COPIED}"
    add("--scorecards", default=COPIED, metavar="N", type=int, help=many)
    owners = 'a TOML file of owners by service: "shop" = "team-checkout"'
    add("--owners", metavar="FILE", type=Path, help=owners)


def run(args: argparse.Namespace) -> int:
    """Write the site; returns the exit code."""
    try:
        if args.scorecards < 0:
            raise HistoryError("--scorecards counts scorecards: 0 or more")
        history = chosen(args.history, os.environ, Path.cwd())
        if history is None:
            raise HistoryError("the history is switched off (GATESCORE_HISTORY): name one")
        site_folder.check(args.output)
        owners = read_owners(args.owners)
        pages, count = made(history, owners, args.scorecards, datetime.now(UTC))
        gone = site_folder.write(args.output, pages)
    except (HistoryError, StorageError) as error:
        sys.stderr.write(f"gatescore: no site: {error}\n")
        return WRONG
    services = f"{count} service{'s' * (count != 1)}"
    removed = f"; {gone} old page{'s' * (gone != 1)} removed" if gone else ""
    sys.stderr.write(f"gatescore: {args.output / 'index.html'}: {services}{removed}\n")
    return DONE


def made(
    history: History, owners: Mapping[str, str], copies: int, now: datetime
) -> tuple[dict[str, bytes], int]:
    """Every file of the site by its path, and the number of services. Raises HistoryError."""
    pages: dict[str, bytes] = {}
    services = []
    for name in history.targets():
        one = read(history, name, owners.get(name, ""), now)
        copied = copies_of(one, copies)
        links = {run.digest: file_name(run.run, run.digest) for run, _ in copied}
        pages |= {f"{site_folder.RUNS}/{links[run.digest]}": data for run, data in copied}
        cards = compared(one.alike[-MOST_STEPS - 1 :])
        pages[f"{site_folder.SERVICES}/{one.page}"] = page(one, cards, links, now)
        services.append(one)
    pages[site_folder.INDEX] = index(services, now)
    return pages, len(services)


def read(history: History, name: str, owner: str, now: datetime) -> Service:
    """One service of the history. Raises HistoryError."""
    runs = history.runs(name, valued=VALUED)
    last = newest(runs)
    return service(name, runs, history.terms(last) if last else {}, now, owner)


def copies_of(one: Service, most: int) -> list[tuple[Recorded, bytes]]:
    """The newest runs on the page whose scorecard is still where it was, with what it is."""
    found: list[tuple[Recorded, bytes]] = []
    taken = set()
    for run in one.runs[::-1][:MOST_RUNS]:
        data = None
        if len(found) < most and run.place not in taken:  # an older run's was overwritten
            data = site_folder.scorecard(run.place)
        taken.add(run.place)
        if data is not None:
            found.append((run, data))
    return found


def compared(runs: Sequence[Recorded]) -> dict[str, Scorecard | str]:
    """The scorecards of the newest runs, or why there is none, by the digest of the run."""
    return {run.digest: card(run) for run in runs[-COMPARED:]}


def card(run: Recorded) -> Scorecard | str:
    """The scorecard of a run, or why it cannot be compared."""
    if not run.place or not (Path(run.place) / NAME).is_file():
        return ""
    try:
        found = scorecards.read(Path(run.place) / NAME)
    except scorecards.UnreadError as error:
        return str(error).removeprefix(f"{run.place}{os.sep}")
    return found if found.run.started_at == run.started_at else ""


def read_owners(file: Path | None) -> dict[str, str]:
    """Owners by service. Raises HistoryError: a file that is none."""
    if file is None:
        return {}
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise HistoryError(f"--owners {file}: {error}") from error
    wrong = [name for name, owner in found.items() if not isinstance(owner, str)]
    if wrong:
        raise HistoryError(f'--owners {file}: {wrong[0]} has to be a text: "shop" = "team"')
    return {name: str(owner) for name, owner in found.items()}
