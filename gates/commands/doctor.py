"""Check that this machine can run the gates: tools, folders, ports, clock, git, variables, target.

Each line is ok, warn or BAD, with what to do. Nothing of the target is run.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, distribution
from pathlib import Path

from gates import catalog, installed, outputs
from gates.cli import COMMANDS, GROUP, UsageError
from gates.commands._output import add_format
from gates.commands._surroundings import (
    Check,
    State,
    clock,
    held,
    network,
    programs,
    repository,
    target,
    variables,
)
from gates.runner.gate import BIN
from gates.runner.prepare import cache_folder
from gates.runner.versions import version_of
from gates.shell import config, node_programs
from gates.shell.signatures import INSTALL
from gates.unusable import InstallationError

SHOWN = {State.OK: "ok  ", State.WARN: "warn", State.FAIL: "BAD "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore doctor`."""
    where = "folder with a gatescore.toml, or such a file; default: the one here, if there is one"
    parser.add_argument("target", nargs="?", metavar="TARGET", type=Path, help=where)
    add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Print every check; 0 if none is BAD, else 3: gates here would be inconclusive."""
    if args.target is not None and not args.target.exists():
        raise UsageError(f"{args.target}: no such folder or file; make one: gatescore init FOLDER")
    told = []
    for state, what, detail in every(args.target):
        told.append({"check": what, "state": state.value, "detail": detail})
        if args.format == "text":
            print(f"{SHOWN[state]} {what:22} {detail}", flush=True)
    if args.format == "json":
        print(json.dumps(told, indent=1))
    return 3 if any(one["state"] == State.FAIL for one in told) else 0


def every(named: Path | None) -> Iterator[Check]:
    """All checks, those of this machine before those of the target."""
    for check in (python, plugins, node, tools, signatures, folders, loopback, machine):
        yield from check()
    root = (named if named and named.is_dir() else named.parent if named else Path()).absolute()
    yield from clock(root)
    yield from network()
    yield from variables()
    yield from programs()
    yield from repository(root)
    yield from target(named)


def python() -> Iterator[Check]:
    """The interpreter."""
    yield (
        held(sys.version_info >= (3, 11)),
        "python",
        f"{platform.python_version()} {sys.executable}",
    )
    git = shutil.which("git")
    yield held(git is not None), "git", git or "not found: revisions would be unknown; install git"


def plugins() -> Iterator[Check]:
    """What other packages offer, a line each, and what is wrong between them."""
    reserved = {catalog.GROUP: catalog.BUILT_IN, outputs.REPORTS: outputs.RECORD, GROUP: COMMANDS}
    for group in (catalog.GROUP, outputs.REPORTS, GROUP, outputs.TERMINAL, outputs.HISTORY):
        for text in installed.troubles(group, reserved.get(group, ())):
            yield State.FAIL, "plugins", text
        for point in installed.foreign(group):
            kind = group.removeprefix(installed.PREFIX)
            yield State.OK, "plugin", f"{installed.source(point)}: {kind}: {point.name}"
            if group != catalog.GROUP:  # those are loaded with the other tools
                yield from unloadable(point)


def unloadable(point: EntryPoint) -> Iterator[Check]:
    """Why a plugin cannot be used."""
    try:
        installed.loaded(point)
    except InstallationError as error:
        yield State.FAIL, "plugin", str(error)


def tools() -> Iterator[Check]:
    """The tools of the standard policy and of other packages, and the distribution behind each."""
    for name in wanted():
        try:
            tool = catalog.load(name)
            if getattr(tool, "LANGUAGE", "") == "node" and tool.DISTRIBUTION != "gatescore":
                yield State.OK, name, f"{tool.DISTRIBUTION}, as the target installed it"
                continue
            version = version_of(tool)
        except (catalog.CatalogError, InstallationError) as error:
            yield State.FAIL, name, str(error)
            continue
        missing = "its distribution" if version == "unknown" else ", ".join(lacking(name))
        remedy = f"lacks {missing}: run nox -s tools, or install gatescore again"
        yield held(not missing), name, remedy if missing else version


def wanted() -> list[str]:
    """Tools that gates here may need; a built-in one in no policy may be left out."""
    plugged = {point.name for point in installed.points(catalog.GROUP)}
    known = {*catalog.BUILT_IN, *plugged}
    policy = config.read_policy("standard", tools=known).policy
    used = {tool for gate in policy.gates.values() for tool in gate.tools}
    return sorted(used | plugged - set(catalog.BUILT_IN))


def node() -> Iterator[Check]:
    """The Node that runs targets of JavaScript and TypeScript; others need none."""
    try:
        found = node_programs.find(os.environ)
        yield State.OK, "node", f"{found.version} {found.node}, npm {found.program('npm')}"
    except node_programs.NodeMissing as error:
        yield State.OK, "node", f"{error}: targets with a [node] part cannot be judged here"


def signatures() -> Iterator[Check]:
    """The program that makes and checks signatures of SSH keys; only sign-offs need it."""
    found = shutil.which("ssh-keygen")
    yield State.OK, "ssh-keygen", found or f"{INSTALL}: SSH signatures cannot be verified here"


def lacking(name: str) -> list[str]:
    """Programs of the tool's distribution that are not beside this interpreter."""
    files = distribution(catalog.load(name).DISTRIBUTION).files or []
    programs = {file.name for file in files if file.parent.name in ("bin", "Scripts")}
    return sorted(program for program in programs if not (BIN / program).exists())


def folders() -> Iterator[Check]:
    """The cache and the current folder can be written, and have room."""
    for what, folder in (("cache", cache_folder(os.environ)), ("output", Path.cwd())):
        place = next(path for path in (folder, *folder.parents) if path.exists())
        writable = os.access(place, os.W_OK)
        free = shutil.disk_usage(place).free // 2**20
        state = f"{folder}: {free} MiB free" if writable else f"{folder}: not writable"
        yield held(writable and free >= 200), what, state


def loopback() -> Iterator[Check]:
    """A port on loopback can be had."""
    holds, detail = attempt(lambda: socket.create_server(("127.0.0.1", 0)).close())
    yield held(holds), "loopback", detail or "a port can be opened on 127.0.0.1"


def machine() -> Iterator[Check]:
    """Cores and supervision."""
    cores = os.cpu_count() or 1
    yield held(cores >= 2), "cores", f"{cores}" + ("" if cores >= 2 else ": latencies need two")
    linux = sys.platform == "linux"
    weaker = "process trees are ended by group only: a daemon may survive"
    yield State.OK, "supervision", "subreaper and parent-death signal" if linux else weaker


def attempt(action: Callable[[], None]) -> tuple[bool, str]:
    """Whether the action succeeds, and why not."""
    try:
        action()
    except OSError as error:
        return False, str(error)
    return True, ""
