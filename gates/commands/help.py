"""Tell of one command in full: what it does, its options, examples, exit codes, files, variables.

Without a command: all of them, a line each. --man prints the man page of all, in the language of
man, from the same source.
"""

import argparse
from collections.abc import Iterator
from importlib.metadata import version

from gates import cli, help_pages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore help`."""
    parser.add_argument("command", nargs="?", metavar="COMMAND", help="default: all, a line each")
    parser.add_argument("--man", action="store_true", help="as a man page, of every command")


def run(args: argparse.Namespace) -> int:
    """Print the help of a command, the overview, or the man page."""
    if args.man:
        print("\n".join(man(args.command)))
    elif args.command:
        module = cli.command(args.command)
        print(cli.parser(args.command, module, full=True).format_help().rstrip())
    else:
        print(cli.help_text())
    return 0


def man(only: str | None) -> Iterator[str]:
    """The man page, line by line, in roff."""
    verbs = {**cli.COMMANDS, **cli.OFFERED}
    yield f'.TH GATESCORE 1 "" "gatescore {version("gatescore")}" "User Commands"'
    yield ".SH NAME\ngatescore \\- may this revision go out?"
    yield ".SH SYNOPSIS\n.B gatescore\n.I COMMAND\n[options]"
    yield ".SH COMMANDS"
    for verb in [only] if only else verbs:
        yield from section(verb, verbs.get(verb, ""))
    yield ".SH EXIT STATUS"
    yield from pairs(help_pages.VERDICT)


def section(verb: str, line: str) -> Iterator[str]:
    """One command: its purpose, its options, and its page."""
    module = cli.command(verb)
    parser = cli.parser(verb, module)
    yield f".SS {roff(verb)}\n{roff(line)}"
    yield f".PP\n{roff((module.__doc__ or '').strip())}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    options = parser.format_help().replace(parser.description or "", "").strip()
    yield f".PP\n.nf\n{roff(options)}\n.fi"
    for title, told in help_pages.parts(help_pages.page(verb)):
        yield f".PP\n.B {roff(title)}"
        yield from pairs(told)


def pairs(told: help_pages.Told) -> Iterator[str]:
    """Terms and what they mean."""
    for term, text in told:
        yield f".TP\n.B {roff(term)}\n{roff(text)}"


def roff(text: str) -> str:
    """A text that roff shows as it is: no line of it is a command."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    escaped = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in escaped)
    lines = (f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))
    return "\n".join(lines)
