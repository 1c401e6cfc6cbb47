"""The command line: finds the verb, runs it, and turns every failure into one text and a code.

Exit codes: 0 pass · 1 fail · 2 wrong usage, policy or target file · 3 inconclusive · 4 refused by
the safety policy · 5 a bug of ours · 130 and 143 cancelled.
"""

import argparse
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from gates.unusable import InstallationError

GROUP = "gatescore.commands"
COMMANDS = {
    "init": "write a first gatescore.toml for what a folder holds",
    "run": "judge a target and write its scorecard",
    "plan": "deal the gates of one run to several machines",
    "merge": "make one run of what several machines ran under one plan",
    "list": "list the gates and criteria of a policy",
    "explain": "say what a gate or criterion demands, and why",
    "open": "show the newest scorecard, or a named one, in the browser",
    "doctor": "check that this machine can run the gates",
    "compat": "compare two OpenAPI documents: what breaks a client",
    "judge": "judge stored evidence again, under any policy; runs nothing",
    "report": "write report formats anew from the scorecard of a run",
    "annotate": "print what a run found as annotations of GitHub",
    "github": "run a command as a step of a GitHub workflow: outputs, summary, annotations",
    "status": "say how far a target is: levels, checklists, what to do next",
    "attest": "sign what a run proved, for whoever deploys it",
    "verify": "check, offline, that what will be deployed was judged and passed",
    "keygen": "make a key that signs attestations",
    "heartbeat": "fail when the newest scorecard is too old, or there is none",
    "approve": "sign a run for a role, or something that has taken place",
    "baseline": "write down the findings that are known, so that only new ones count",
    "waive": "write a waiver for one finding, for review",
    "corpus": "keep the requests that broke the contract, so that every run replays them",
    "regression": "make pytest tests of the contract findings of a run",
    "prove": "plant a defect for each tool, and see whether its gate catches it",
    "completion": "print what completes commands, options and gates in bash, zsh or fish",
    "help": "tell of one command in full, or make the man page",
}
OFFERED = {  # found as entry points, as those of other packages are
    "diff": "tell what is different between two runs",
    "history": "tell of the runs over time: verdicts, trends, flaky and missing ones",
    "site": "write a static site of all services and their runs, for a team",
    "issue": "write an issue where the verdict of a run is another one than before",
}
NEXT = {  # what to try where an error says one of these, and names no command
    "a minimal one is": "gatescore init, which writes one",
    "no such gate": "gatescore list",
    "there are standard": "gatescore list --policy standard",
    "folder of a run": "gatescore open --print, which tells the newest run",
}
USAGE = 2
INCONCLUSIVE = 3
REFUSED = 4
BUG = 5
CANCELLED = 130
STDOUT, STDERR = 1, 2


class UsageError(Exception):
    """The user asked for something that cannot be done; the text says what and what to do."""


class SafetyError(Exception):
    """The safety policy refuses; no packet was sent. The text says what would allow it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the only place where exceptions end. Returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        code = dispatch(arguments)
        if code == USAGE and arguments[0] != "github":  # said already, by what it ran
            print(next_step("", arguments).strip(), file=sys.stderr)
        sys.stdout.flush()  # here, where a reader that went away is no news
        return code
    except (UsageError, InstallationError) as error:
        print(f"gatescore: {error}{next_step(str(error), arguments)}", file=sys.stderr)
        return USAGE
    except SafetyError as error:
        print(f"gatescore: refused: {error}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        discard(STDOUT, STDERR)
        return INCONCLUSIVE
    except KeyboardInterrupt:  # before a run listens to signals itself
        print("gatescore: cancelled", file=sys.stderr)
        return CANCELLED
    except Exception:  # noqa: BLE001  the boundary: a bug of ours is said so, and kept
        return bug()


def prepare_streams() -> None:
    """Open closed standard streams, and show what the terminal's encoding lacks as escapes."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # the next file to be opened would be taken for it
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or io.TextIOWrapper(io.FileIO(1, "w", closefd=False))
    sys.stderr = sys.stderr or io.TextIOWrapper(io.FileIO(2, "w", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard(*streams: int) -> None:
    """Nobody reads these any more: what is still buffered must not fail again at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in streams:
        os.dup2(nowhere, number)
    os.close(nowhere)


def next_step(said: str, arguments: list[str]) -> str:
    """The command to try next, where an error names none itself."""
    if "gatescore " in said:
        return ""
    for sign, command_line in NEXT.items():
        if sign in said:
            return f"\nnext: {command_line}"
    known = arguments and arguments[0] in {**COMMANDS, **OFFERED}
    return f"\nnext: gatescore help{f' {arguments[0]}' if known else ''}"


def dispatch(arguments: list[str]) -> int:
    """Find the command and hand it its arguments."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(help_text())
        return 0
    if arguments[0] in ("-V", "--version"):
        print(version_text())
        return 0
    verb, rest = arguments[0], arguments[1:]
    module = command(verb)
    given = parser(verb, module, full=not {"-h", "--help"}.isdisjoint(rest))
    try:
        parsed = given.parse_args(rest)
    except SystemExit as ended:
        if ended.code == USAGE:
            print(meant(rest, given) + f"next: gatescore help {verb}", file=sys.stderr)
        raise
    return int(module.run(parsed))


def command(verb: str) -> ModuleType:
    """The module of a command, ours or another package's. Raises UsageError, InstallationError."""
    if verb in COMMANDS:
        return importlib.import_module(f"gates.commands.{verb}")
    return offered(verb)


def parser(verb: str, module: ModuleType, *, full: bool = False) -> argparse.ArgumentParser:
    """The options of a command; `full` with examples and all that its help says beyond them."""
    made = argparse.ArgumentParser(
        prog=f"gatescore {verb}", description=module.__doc__, allow_abbrev=False
    )
    module.add_arguments(made)
    if full:
        from gates.help_pages import epilog

        made.epilog = epilog(verb)
        made.formatter_class = argparse.RawDescriptionHelpFormatter
    return made


def meant(rest: list[str], given: argparse.ArgumentParser) -> str:
    """Which options may have been meant by those that the command has not got; a line or none."""
    from difflib import get_close_matches

    known = [text for action in given._actions for text in action.option_strings]
    wrong = [word.partition("=")[0] for word in rest if word.startswith("--") and len(word) > 2]
    close = [
        near[0]
        for word in wrong
        if word not in known
        if (near := get_close_matches(word, known, 1))
    ]
    return f"did you mean {' or '.join(close)}?\n" if close else ""


def version_text() -> str:
    """The version, where it is installed, and under which Python, as pip says it of itself."""
    from importlib.metadata import version  # slow to import: no other command waits for it

    place = Path(__file__).resolve().parent
    python = ".".join(str(part) for part in sys.version_info[:3])
    return f"gatescore {version('gatescore')} from {place} (Python {python})"


def offered(verb: str) -> ModuleType:
    """A command that is an entry point. Raises UsageError and InstallationError."""
    from gates.installed import loaded, points, require

    require(GROUP, COMMANDS)
    for point in points(GROUP, verb):
        found: ModuleType = loaded(point, ("add_arguments", "run"))
        return found
    from difflib import get_close_matches

    every = {**COMMANDS, **OFFERED, **plugged()}
    close = get_close_matches(verb, every, 1)
    hint = f"; did you mean {close[0]}?" if close else ""
    commands = ", ".join(every)
    raise UsageError(
        f"there is no command {verb!r}{hint}\nCommands: {commands}\nnext: gatescore help"
    )


def plugged() -> dict[str, str]:
    """Commands of other packages, by name, and whose they are."""
    from gates.installed import foreign, source

    return {point.name: f"of the plugin {source(point)}" for point in foreign(GROUP)}


def help_text() -> str:
    """The commands, a line each."""
    every = {**plugged(), **COMMANDS, **OFFERED}
    lines = [f"  {name:11}{text}" for name, text in every.items()]
    return "\n".join(
        (
            "gatescore: may this revision go out?",
            "",
            "usage: gatescore COMMAND [options]     (gatescore help COMMAND)",
            "",
            *lines,
            "",
            "exit codes: 0 pass, 1 fail, 2 wrong usage or file, 3 inconclusive, 4 refused by the",
            "safety policy, 5 a bug of ours, 130/143 cancelled",
        )
    )


def bug() -> int:
    """Keep the traceback in a file and say where: it is a bug of ours, whatever the input was."""
    text = traceback.format_exc()
    path = Path(".gatescore") / "bug.log"
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        kept = f"its traceback is in {path}"
    except OSError:
        kept = "its traceback could not be kept"
    last = text.strip().splitlines()[-1]
    print(f"gatescore: a bug of ours: {last}; {kept}", file=sys.stderr)
    return BUG


if __name__ == "__main__":
    from gates import cli  # as commands see it: the errors of this copy are other classes

    sys.exit(cli.main())
