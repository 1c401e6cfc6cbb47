"""Write a first gatescore.toml for what a folder holds; read it, and mend what was guessed wrong.

Looks at languages, package manager, framework, start command, health path, OpenAPI document, tests,
variables and database by reading alone; nothing of the folder is imported or run. Never overwrites.
What was not found stands under [absent] with that as the reason, so that the file is valid at once.
"""

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands._target_file import documents, reasons, text
from gates.shell.config import TARGET_FILE
from gates.shell.discovered_service import Described, described, document
from gates.shell.discovery import Found, Node, Python, discover_all
from gates.shell.git import GitError

NO_SOURCE = """\
no Python or Node source found there: no src with modules, no package, no module at the top, and no
package.json beside scripts. Name the folder of one service, gatescore init FOLDER, or write the
file by hand, as the README of gatescore shows"""
NO_LOCK = """\
has no package-lock.json beside it, and packages are installed from that alone.
Make it with npm install --package-lock-only, commit it, and try again"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore init`."""
    where = "folder of the service, or of a repository with one; default: this one"
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help=where)


def run(args: argparse.Namespace) -> int:
    """Look, write, and say what was guessed."""
    folder = Path(args.folder)
    file = folder / TARGET_FILE
    if not folder.is_dir():
        raise UsageError(
            f"{folder}: no such folder; name that of the service: gatescore init FOLDER"
        )
    if file.exists() or file.is_symlink():
        raise UsageError(
            f"{file} exists already: edit it, or remove it first; to use it as it is: "
            f"gatescore run{placed(args.folder)} --level 1"
        )
    try:
        found = checked(discover_all(folder), folder)
        service = served(folder, found)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text(found, service))
    except GitError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{error.filename or file}: {error.strerror or error}") from error
    told(found, service, args.folder, file)
    return 0


def checked(found: Found, folder: Path) -> Found:
    """What was found, if a target file can be made of it. Raises UsageError."""
    if len(found.folders) > 1:
        each = "\n".join(
            f"  gatescore init {shlex.quote(str(folder / one))}" for one in found.folders
        )
        raise UsageError(f"{folder}: several folders have a service of their own; choose:\n{each}")
    if found.node and not found.node.locked:
        if not found.python:
            file = folder / found.root / "package.json"
            locked = found.node.manager
            also = f" (it is locked by {locked}, which gates do not use)" if locked != "npm" else ""
            raise UsageError(f"{file} {NO_LOCK}{also}")
        found = msgspec.structs.replace(found, node=None)
    if not (found.python or found.node):
        raise UsageError(f"{folder}: {NO_SOURCE}")
    return found


def served(folder: Path, found: Found) -> Described | None:
    """The service of what was found."""
    from gates.probes import _routes_table

    root, source = folder / found.root, found.service
    files = (*source.python, *source.node)
    table = _routes_table.table(root, files, (".",), ())
    return described(
        source,
        found.python.said if found.python else "",
        bool(found.python and found.python.package),
        found.package if found.node else None,
        table.routes if table else (),
        document(root, found.openapi) if found.openapi else None,
    )


def placed(named: str) -> str:
    """The folder as an argument of the next command."""
    return "" if named == "." else f" {shlex.quote(named)}"


def told(found: Found, service: Described | None, named: str, file: Path) -> None:
    """Say what was guessed, and what to do next."""
    say(f"{file}: written; read it, and mend what was guessed wrong")
    for what, parts in guesses(found, service):
        say(f"  {what}: {', '.join(parts)}")
    say(f"  not there: {', '.join(part for part, _ in reasons(found, service))} (see [absent])")
    if found.node and found.node.missing:
        say("gates run these packages as the service locks them, and are ERROR without:")
        say(f"  npm install --save-dev {shlex.join(found.node.missing)}")
    say("next, to let only new findings count:")
    say(f"  gatescore run{placed(named)} --level 1 --policy starter")
    say(f"  gatescore baseline{placed(named)} --policy starter")


def guesses(found: Found, service: Described | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What was found, in words."""
    if found.root:
        yield "service in", (found.root,)
    yield from _source(found.python, found.node)
    if service:
        yield from _service(service)
    if found.locks:
        yield "dependencies", found.locks
    if found.openapi:
        yield "OpenAPI document", (found.openapi,)
    elif documents(found, service) and service:
        yield "OpenAPI document, served", (service.start.document,)


def _source(python: Python | None, node: Node | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    if python:
        yield "Python source", python.paths
        yield from ((("Python tests", python.tests),) if python.tests else ())
        yield "installed by", (python.manager,)
    if node:
        yield "Node source", node.paths
        yield from ((("Node tests", node.tests),) if node.tests else ())
    if python and python.missing:
        yield "named nowhere, and added for the tests", python.missing


def _service(service: Described) -> Iterator[tuple[str, tuple[str, ...]]]:
    start = service.start
    yield "service", (start.framework, *([shlex.join(start.argv)] if start.argv else []))
    if service.health:
        yield "health", (service.health.path,)
    if service.blocked:
        yield "service not in force", (service.blocked,)


def say(line: str) -> None:
    """Tell people something."""
    print(line, file=sys.stderr)
