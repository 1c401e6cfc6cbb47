"""Write a first gatescore.toml for what a folder holds; read it, and mend what was guessed wrong.

Never overwrites. What was not found stands under [absent] with that as the reason, so that the
file is valid at once.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from gates.cli import UsageError
from gates.shell.config import TARGET_FILE
from gates.shell.discovery import Found, Node, Python, discover
from gates.shell.git import GitError

NO_SOURCE = """\
no Python or Node source found there: no src with modules, no package, no module at the top, and no
package.json beside scripts. Name the folder of one service, or write the file by hand, as the
README of gatescore shows"""
NO_LOCK = """\
has no package-lock.json beside it, and packages are installed from that alone.
Make it with npm install --package-lock-only, commit it, and try again"""
# What pytest needs at run time: packages beside requirements files are installed as they are.
PYTEST = ("pytest", "iniconfig", "packaging", "pluggy", "pygments")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore init`."""
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="default: this one")


def run(args: argparse.Namespace) -> int:
    """Look, write, and say what was guessed."""
    folder = Path(args.folder)
    file = folder / TARGET_FILE
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    if file.exists() or file.is_symlink():
        raise UsageError(f"{file} exists already: edit it, or remove it first")
    try:
        found = checked(discover(folder), folder)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text(found))
    except GitError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{error.filename or file}: {error.strerror or error}") from error
    told(found, args.folder, file)
    return 0


def checked(found: Found, folder: Path) -> Found:
    """What was found, if a target file can be made of it. Raises UsageError."""
    if found.node and not found.node.locked:
        raise UsageError(f"{folder / 'package.json'} {NO_LOCK}")
    if not (found.python or found.node):
        raise UsageError(f"{folder}: {NO_SOURCE}")
    return found


def text(found: Found) -> str:
    """The target file."""
    blocks = [
        f"# What gatescore judges here, guessed by gatescore init. Every key: its README.\n"
        f"name = {toml(found.name)}\n",
        *([code(found.python)] if found.python else []),
        *([node(found.node)] if found.node else []),
        *([f"[openapi]\nfile = {toml(found.openapi)}\n"] if found.openapi else []),
        *([f"[dependencies]\nfiles = {toml(found.locks)}\n"] if found.locks else []),
        absent(found),
    ]
    return "\n".join(blocks)


def code(python: Python) -> str:
    """The table [code]."""
    return table("code", code_lines(python))


def code_lines(python: Python) -> Iterator[str]:
    """Its lines: paths, tests, and what the environment of the tests is made of."""
    yield f"paths = {toml(python.paths)}"
    if python.tests:
        yield f"tests = {toml(python.tests)}"
    if python.requirements:
        yield f"requirements = {toml(python.requirements)}"
    packages = [*([python.package] if python.package else []), *test_tools(python)]
    if packages:
        if python.missing:
            yield f"# {' and '.join(python.missing)}: named nowhere; better pinned in requirements"
        yield f"packages = {toml(packages)}"
    if not (python.package or python.requirements):
        yield "# There is nothing to install: that every file compiles is the build."
        command = ("{python}", "-m", "compileall", "-q", *python.paths)
        yield f"build = {toml(command)}"


def test_tools(python: Python) -> Iterator[str]:
    """Packages without which the tests cannot be run, and that nothing names."""
    for name in python.missing:
        yield from PYTEST if name == "pytest" and python.requirements else (name,)


def node(found: Node) -> str:
    """The table [node]."""
    lines = [f"paths = {toml(found.paths)}"]
    if found.tests and found.runner:
        lines.append(f"tests = {toml(found.tests)}")
    if found.builds:
        lines.append(f"build = {toml(('npm', 'run', 'build'))}")
    return table("node", lines)


def absent(found: Found) -> str:
    """The table [absent]: what was not found, each with the honest reason."""
    lines = ["# Each line skips gates, and the report says so: describe the part, remove the line."]
    lines += [f"{part} = {toml(why)}" for part, why in reasons(found)]
    return table("absent", lines)


def reasons(found: Found) -> Iterator[tuple[str, str]]:
    """Every part that is not there, and why."""
    python, node = found.python, found.node
    runs = bool(python and python.tests) or bool(node and node.tests and node.runner)
    if not runs and node and node.tests:
        yield "tests", "they run under neither Vitest nor Jest: name a command in node.test"
    elif not runs:
        yield "tests", "no tests found"
    yield "service", "not described yet: add [service] to judge the running service"
    if not found.openapi:
        yield "openapi", "no document found: add [openapi] where the service serves one"
    yield "load", "not described yet: add [load] with the rate that is expected"
    yield "requirements", "not written yet: add [requirements] with what was asked for"
    yield "risks", "not written yet: add [risks] with a register of them"
    yield "claims", "not kept yet: add [claims] with a log of what was done"
    if found.locks:
        return
    if found.unpinned:
        why = f"{' and '.join(found.unpinned)} pins no version that could be looked up"
        yield "dependencies", f"{why}: add [dependencies] with a lock file"
    else:
        yield "dependencies", "no lock or requirements file found: nothing says what runs"


def table(name: str, lines: Iterable[str]) -> str:
    """One table of the file."""
    return "\n".join((f"[{name}]", *lines, ""))


def toml(value: str | Iterable[str]) -> str:
    """A string or an array of strings, spelled in TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(toml(one) for one in value)}]"


def told(found: Found, named: str, file: Path) -> None:
    """Say what was guessed, and what to do next."""
    say(f"{file}: written; read it, and mend what was guessed wrong")
    for what, parts in guesses(found):
        say(f"  {what}: {', '.join(parts)}")
    say(f"  not there: {', '.join(part for part, _ in reasons(found))} (see [absent])")
    if found.node and found.node.missing:
        say("gates run these packages as the service locks them, and are ERROR without:")
        say(f"  npm install --save-dev {shlex.join(found.node.missing)}")
    place = "" if named == "." else f" {shlex.quote(named)}"
    say("next, to let only new findings count:")
    say(f"  gatescore run{place} --level 1 --policy starter")
    say(f"  gatescore baseline{place} --policy starter")


def guesses(found: Found) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What was found, in words."""
    if found.python:
        yield "Python source", found.python.paths
        yield from ((("Python tests", found.python.tests),) if found.python.tests else ())
    if found.node:
        yield "Node source", found.node.paths
        yield from ((("Node tests", found.node.tests),) if found.node.tests else ())
    if found.python and found.python.missing:
        yield "named nowhere, and added for the tests", found.python.missing
    if found.locks:
        yield "dependencies", found.locks
    if found.openapi:
        yield "OpenAPI document", (found.openapi,)


def say(line: str) -> None:
    """Tell people something."""
    print(line, file=sys.stderr)
