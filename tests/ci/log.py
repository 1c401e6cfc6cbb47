"""Reads the log of a step as GitHub's runner does: which workflow commands it would obey.

`::name key=value::text` counts at the beginning of a line, after white space; `##[name]text` of
older runners counts anywhere in it. After `::stop-commands::TOKEN` only `::TOKEN::` does.
"""

import re
from collections.abc import Iterable

import msgspec

REGISTERED = frozenset(
    (
        *("set-env", "set-output", "save-state", "add-path", "add-mask", "add-matcher"),
        *("remove-matcher", "warning", "error", "notice", "debug", "group", "endgroup", "echo"),
        *("stop-commands", "internal-set-repo-path"),
    )
)
_NEW = re.compile(r"\s*::(?P<name>[^\s:]+)(?:\s+(?P<properties>.*?))?::(?P<text>.*)", re.DOTALL)
_OLD = re.compile(r"##\[(?P<name>[^\]\s;]+)\s?(?P<properties>[^\]]*)\](?P<text>.*)", re.DOTALL)


class Command(msgspec.Struct, frozen=True):
    """A command that the runner obeys."""

    name: str
    properties: dict[str, str]
    text: str


class Log:
    """What the runner makes of the lines of one step."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.stopped = ""

    def read(self, lines: Iterable[str]) -> "Log":
        """Read lines in their order."""
        for line in lines:
            self.line(line)
        return self

    def line(self, line: str) -> None:
        """Obey a line, or show it."""
        if self.stopped:
            if line.strip() == f"::{self.stopped}::":
                self.stopped = ""
            return
        found = _NEW.match(line) or _OLD.search(line)
        if found is None or found["name"].lower() not in REGISTERED:
            return
        command = Command(found["name"].lower(), _properties(found), _unescaped(found["text"]))
        if command.name == "stop-commands":
            assert command.text not in REGISTERED | {"", "pause-logging"}
            self.stopped = command.text
        else:
            self.commands.append(command)


def lines_of(printed: bytes) -> list[str]:
    """The lines that the runner sees: .NET ends one at CR, LF and CR LF."""
    return re.split(r"\r\n|\r|\n", printed.decode("utf-8", "replace"))


def _properties(found: re.Match[str]) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in re.split("[,;]", found["properties"] or "") if pair)
    return {key.strip(): _unescaped(value) for key, _, value in pairs}


def _unescaped(text: str) -> str:
    for escape, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escape, letter)
    return text.replace("%25", "%")
