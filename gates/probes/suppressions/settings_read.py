"""Configuration files as settings: a dotted key that begins with the tool, a value, a line.

Formats are read by their own parsers; the line is then looked up in the text, and is 0 where that
does not find it.
"""

import configparser
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

HEADER = re.compile(r"^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w.-]+)(?:\s*\.\s*(?:"[^"]*"|[\w-]+))*)\s*=""")
INI_KEY = re.compile(r"^([^\s#;=:\[][^=:]*?)\s*(?:[=:].*)?$")
YAML_KEY = re.compile(r"^(\w+)\s*:\s*(.*)$")
PATTERN = "ignored"  # the key of a line in a file of patterns
# Sections of ini files, by the tool's table that they stand for.
SECTIONS = {
    "mypy": "mypy",
    "pytest": "pytest",
    "tool:pytest": "pytest",
    "flake8": "flake8",
    "bandit": "bandit",
    "isort": "isort",
    "coverage:run": "coverage.run",
    "coverage:report": "coverage.report",
}


class Setting(msgspec.Struct, frozen=True):
    """One setting; `line` from 1, 0 if unknown."""

    key: str
    value: object
    line: int


def project(text: str) -> Iterator[Setting]:
    """`pyproject.toml`: what stands under `tool`."""
    for one in toml(text):
        if one.key.startswith("tool."):
            yield Setting(one.key.removeprefix("tool."), one.value, one.line)


def ruff(text: str) -> Iterator[Setting]:
    """`ruff.toml`: all of it is ruff's."""
    for one in toml(text):
        yield Setting(f"ruff.{one.key}", one.value, one.line)


def toml(text: str) -> Iterator[Setting]:
    """Any TOML. Raises ValueError."""
    places = toml_lines(text)
    seen: Counter[str] = Counter()
    for key, value in flat("", tomllib.loads(text)):
        yield Setting(key, value, line_of(places, key, seen[key]))
        seen[key] += 1


def flat(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    """Every value below tables and lists of tables, with its dotted key."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from flat(f"{prefix}.{name}" if prefix else str(name), inner)
        case list() if value and all(isinstance(one, dict) for one in value):
            for one in value:
                yield from flat(prefix, one)
        case _:
            yield prefix, value


def toml_lines(text: str) -> dict[str, list[int]]:
    """Lines on which each dotted key is written."""
    places: dict[str, list[int]] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        header, key = HEADER.match(line), KEY.match(line)
        if header:
            section = bare(header[1])
            places.setdefault(section, []).append(number)
        elif key:
            name = f"{section}.{bare(key[1])}" if section else bare(key[1])
            places.setdefault(name, []).append(number)
    return places


def bare(key: str) -> str:
    """A dotted key without quotes and spaces around its parts."""
    return re.sub(r"""\s*\.\s*(?=[\w"'-])|["']""", lambda m: "." if "." in m[0] else "", key)


def line_of(places: Mapping[str, list[int]], key: str, number: int) -> int:
    """The line of the n-th setting of that key, or of the table that it is written in."""
    while key:
        if key in places:
            lines = places[key]
            return lines[min(number, len(lines) - 1)]
        key = key.rpartition(".")[0]
    return 0


def ini(text: str, sections: Mapping[str, str] = SECTIONS) -> Iterator[Setting]:
    """The sections of tools in an ini file. Raises ValueError."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    places = ini_lines(text)
    for section in parser.sections():
        table = "mypy.overrides" if section.startswith("mypy-") else sections.get(section, "")
        for key, value in parser.items(section) if table else ():
            yield Setting(f"{table}.{key}", value or "", places.get((section, key), 0))


def ini_lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each key of each section."""
    places = {}
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        header, key = HEADER.match(line), INI_KEY.match(line)
        if header:
            section = header[1]
        elif key:
            places[section, key[1].lower()] = number
    return places


def coverage(text: str) -> Iterator[Setting]:
    """`.coveragerc`, whose sections have no prefix."""
    return ini(text, SECTIONS | {"run": "coverage.run", "report": "coverage.report"})


def bandit(text: str) -> Iterator[Setting]:
    """`.bandit`: an ini file, or by habit YAML."""
    return ini(text) if "[bandit]" in text else bandit_yaml(text)


def bandit_yaml(text: str) -> Iterator[Setting]:
    """The lists at the top of bandit's YAML: on the key's line, or one item on each below it."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        key = YAML_KEY.match(line)
        if key:
            value = key[2].partition(" #")[0].strip() or items(lines[number:])
            yield Setting(f"bandit.{key[1]}", value, number)


def items(lines: list[str]) -> str:
    """The items of a YAML list that begins here."""
    found = []
    for line in lines:
        if not line.lstrip().startswith("-"):
            break
        found.append(line.strip(" -\t\r"))
    return ", ".join(found)


def patterns(text: str) -> Iterator[Setting]:
    """A file of patterns of files that are left out, one on each line."""
    for number, line in enumerate(text.split("\n"), start=1):
        pattern = line.strip()
        if pattern and not pattern.startswith(("#", "!")):
            yield Setting(PATTERN, pattern, number)
