"""The reference of the command line, from the parsers that read it."""

import argparse
import importlib
from collections.abc import Iterator

from gates import cli
from manual.tables import code, plain, table


def page() -> str:
    """Every command with its arguments and options."""
    parts = ["# Commands", intro()]
    for verb, summary in every().items():
        parts += [f"## gatescore {verb}", section(verb, summary)]
    return "\n\n".join(parts) + "\n"


def intro() -> str:
    """What holds for all of them."""
    return (
        "`gatescore COMMAND --help` says the same in the terminal. Progress and summaries go to "
        "stderr; stdout carries only what was asked for as data.\n\n"
        + table(
            ("command", "what it does"),
            ((f"[`{verb}`](#gatescore-{verb})", plain(text)) for verb, text in every().items()),
        )
    )


def every() -> dict[str, str]:
    """All commands with a line each."""
    return {**cli.COMMANDS, **cli.OFFERED}


def parser_of(verb: str) -> argparse.ArgumentParser:
    """The parser of one command, as the command line makes it."""
    built_in = verb in cli.COMMANDS
    module = importlib.import_module(f"gates.commands.{verb}") if built_in else cli.offered(verb)
    made = argparse.ArgumentParser(
        prog=f"gatescore {verb}", description=module.__doc__, allow_abbrev=False
    )
    module.add_arguments(made)
    return made


def section(verb: str, summary: str) -> str:
    """One command: what it is for, and everything it takes; of its own commands too."""
    parser = parser_of(verb)
    parts = [plain(parser.description or summary), taken(parser)]
    for name, inner in inner_parsers(parser):
        parts += [f"### gatescore {verb} {name}", plain(inner.description or ""), taken(inner)]
    return "\n\n".join(part for part in parts if part)


def inner_parsers(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The parsers of the commands inside a command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def taken(parser: argparse.ArgumentParser) -> str:
    """The arguments and options of a parser as a table, without --help."""
    actions = [one for one in parser._actions if not isinstance(one, argparse._HelpAction)]
    return table(("option", "what it does"), (row(action) for action in actions)) if actions else ""


def row(action: argparse.Action) -> tuple[str, str]:
    """One argument or option: how it is written, what it is for."""
    text = plain(action.help or "")
    if action.choices and not isinstance(action, argparse._SubParsersAction):
        text = joined(text, "one of " + ", ".join(code(str(one)) for one in action.choices))
    if action.required and action.option_strings:
        text = joined(text, "has to be given")
    if shows_default(action):
        text = joined(text, f"default: {code(str(action.default))}")
    return code(spelled(action)), text


def joined(text: str, more: str) -> str:
    """Two halves of a sentence."""
    return f"{text}; {more}" if text else more


def shows_default(action: argparse.Action) -> bool:
    """Whether the default says something that the help does not."""
    empty = action.default in (None, "", False, argparse.SUPPRESS, [], ())
    return not empty and "default" not in (action.help or "")


def spelled(action: argparse.Action) -> str:
    """An argument or option as it is written on the command line."""
    value = action.metavar or (
        "|".join(str(one) for one in action.choices) if action.choices else action.dest.upper()
    )
    text = value if isinstance(value, str) else " ".join(value)
    if action.option_strings:
        name = ", ".join(action.option_strings)
        return name if action.nargs == 0 else f"{name} {several(text, action.nargs)}"
    return f"[{text}]" if action.nargs in ("?", "*") else several(text, action.nargs)


def several(text: str, nargs: int | str | None) -> str:
    """A value, with dots where there may be more than one."""
    return f"{text}…" if nargs in ("+", "*") else text
