"""Print what completes commands, options, gates, policies, profiles and formats on Tab.

Made of the very options of the commands: print it anew after an update.
"""

import argparse
from collections.abc import Iterable

from gates import cli, formats
from gates.installed import points
from gates.shell import bundled

SHELLS = ("bash", "zsh", "fish")
PLACES = ("DIR", "FILE", "PATH", "RUN", "RUN_DIR", "SHARD", "TARGET", "RUN|TARGET", "A", "B", "PUB")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore completion`."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that reads it")


def run(args: argparse.Namespace) -> int:
    """Print the script for a shell."""
    import shtab

    print(shtab.complete(whole(), args.shell))
    return 0


def whole() -> argparse.ArgumentParser:
    """One parser of all commands, whose actions say what completes them."""
    parser = argparse.ArgumentParser(prog="gatescore", description="May this revision go out?")
    parser.add_argument("-V", "--version", action="store_true", help="the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    verbs = {**cli.COMMANDS, **cli.OFFERED, **cli.plugged()}
    installed = {point.name for point in points(cli.GROUP)}
    values = known(verbs)
    for verb, text in verbs.items():
        if verb not in cli.COMMANDS and verb not in installed:
            continue
        one = commands.add_parser(verb, help=text)
        cli.command(verb).add_arguments(one)
        for action in one._actions:
            fill(action, verb, values)
    return parser


def known(verbs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The words that stand for something, by the metavar of the options that take them."""
    from gates.commands.list import read_policy

    policy = read_policy("standard")
    criteria = (name for gate in policy.gates.values() for name in gate.criteria)
    return {
        "ID": tuple(policy.gates),
        "GATE": tuple(policy.gates),
        "GATE|CRITERION|RULE": (*policy.gates, *criteria),
        "NAME|FILE": tuple(bundled.names("policy")),
        "NAME,…": tuple(formats.NAMES),
        "COMMAND": tuple(verbs),
    }


def fill(action: argparse.Action, verb: str, values: dict[str, tuple[str, ...]]) -> None:
    """Say of one option what completes it."""
    import shtab

    metavar = str(action.metavar or "")
    told: dict[str, object] | None = None
    if action.choices is not None:
        return
    if metavar == "NAME|FILE":
        told = named_or_file(values[metavar])
    elif metavar in values and not (metavar == "ID" and "--gate" not in action.option_strings):
        action.choices = values[metavar]
    elif metavar in PLACES or (verb == "init" and action.dest == "folder"):
        told = dict(shtab.FILE)
    if told is not None:
        vars(action)["complete"] = told


def named_or_file(names: Iterable[str]) -> dict[str, object]:
    """What completes a bundled name as well as a file, in each shell."""
    words = " ".join(names)
    function = "_gatescore_named_or_file"
    return {
        "bash": function,
        "zsh": function,
        "fish": f"({function})",
        "preamble": {
            "bash": f'{function}() {{ compgen -W "{words}" -- "$1"; compgen -f -- "$1"; }}',
            "zsh": f"{function}() {{ _alternative 'names:name:({words})' 'files:file:_files' }}",
            "fish": f"function {function}\n  printf '%s\\n' {words}\n"
            "  __fish_complete_path (commandline -ct)\nend",
        },
    }
