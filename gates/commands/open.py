"""Show the newest scorecard, or a named one, in the browser.

Where there is no display, as on a server, its path is told, and how to see it from elsewhere.
"""

import argparse
import getpass
import os
import platform
import shlex
import socket
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from gates.cli import UsageError
from gates.shell import beats
from gates.shell.config import TARGET_FILE, ConfigError, read_target

RUNS = Path(".gatescore") / "runs"
PAGE = "scorecard.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore open`."""
    what = "a run's folder or id, a scorecard, a target's folder or name; default: the newest here"
    parser.add_argument("which", nargs="?", metavar="RUN|TARGET", help=what)
    parser.add_argument("--print", action="store_true", help="print its path and open nothing")


def run(args: argparse.Namespace) -> int:
    """Open the page, or say where it is and how to see it."""
    page = found(args.which).absolute()
    if args.print:
        print(page)
    elif not shown(page, os.environ):
        print(page)
        for line in ways(page, os.environ, platform.release()):
            print(line, file=sys.stderr)
    return 0


def found(which: str | None) -> Path:
    """The page that is meant. Raises UsageError."""
    if which is None:
        return newest(RUNS, "")
    path = Path(which)
    if path.is_dir() and (path / TARGET_FILE).is_file() and not (path / PAGE).exists():
        return of_target(path)
    for place in (path, RUNS / which):
        if place.is_file():
            return beside(place)
        if (place / PAGE).is_file():
            return place / PAGE
    if path.is_dir():
        return newest(path, "")
    return newest(RUNS, which)


def beside(file: Path) -> Path:
    """The page of a run whose file is named. Raises UsageError."""
    page = file if file.suffix == ".html" else file.with_name(PAGE)
    if page.is_file():
        return page
    raise UsageError(
        f"{page}: no such file; make it: gatescore report {shlex.quote(str(file.parent))}"
    )


def of_target(folder: Path) -> Path:
    """The newest page of a target, from here or from its own folder. Raises UsageError."""
    try:
        name = read_target(folder).target.name
    except ConfigError as error:
        raise UsageError(str(error)) from error
    own = folder / RUNS
    return newest(own if own.is_dir() and own.resolve() != RUNS.resolve() else RUNS, name)


def newest(runs: Path, target: str) -> Path:
    """The page of the newest run in a folder, of one target if it is named. Raises UsageError."""
    kept = [one for one in beats.find(runs).beats if one.file.with_name(PAGE).is_file()]
    fitting = [one for one in kept if target in ("", one.card.target.name)]
    if fitting:
        latest = max(fitting, key=lambda one: (one.card.run.started_at, one.file.parent.name))
        return latest.file.with_name(PAGE)
    names = sorted({one.card.target.name for one in kept})
    ids = [one.file.parent.name for one in kept]
    close = get_close_matches(target, (*names, *ids), 1) if target else []
    hint = f"; did you mean {close[0]}?" if close else ""
    of = f" of {target}" if target else ""
    told = f" (there are runs of {', '.join(names)})" if names and target else ""
    raise UsageError(f"no scorecard{of} in {runs}{hint}{told}; make one: gatescore run")


def shown(page: Path, environ: Mapping[str, str]) -> bool:
    """Whether a browser took the page."""
    if not has_display(environ, sys.platform):
        return False
    import webbrowser  # looks for browsers as it is imported

    return webbrowser.open(page.as_uri())


def has_display(environ: Mapping[str, str], system: str) -> bool:
    """Whether a browser can be seen: a text browser would take over the terminal."""
    if environ.get("BROWSER"):
        return True
    if environ.get("SSH_CONNECTION") and not environ.get("DISPLAY"):
        return False
    graphical = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return system in ("darwin", "win32") or bool(graphical)


def ways(page: Path, environ: Mapping[str, str], release: str) -> Iterator[str]:
    """How to see a page that no browser here shows."""
    quoted = shlex.quote(str(page))
    if "microsoft" in release.lower():
        yield "no display in WSL; with the browser of Windows:"
        yield f'  explorer.exe "$(wslpath -w {quoted})"'
    elif environ.get("SSH_CONNECTION"):
        yield "no display over SSH; on your own machine, it is one file:"
        yield f"  scp {shlex.quote(f'{getpass.getuser()}@{socket.gethostname()}:{page}')} ."
    else:
        yield "no display here; it is one file, to be copied to where a browser is."
    yield "or name a browser: BROWSER=… gatescore open"
