"""The list of requirements: read whole, or refused with all that is wrong in it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from gates.core.features import Item, Requirement, RequirementList
from gates.shell import requirement_tables
from gates.shell.problems import ConfigError, KeyPath, Trouble
from gates.shell.schema_errors import convert
from gates.shell.toml_locate import Locations
from gates.shell.toml_read import not_finite, read_document

TABLE = ".md"
_ID = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_MINIMAL = """
[[requirements]]
id = "FR-001"
title = "Customers find books by title"
operations = ["listBooks"]
"""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """The requirements of a file, and the line of each, from 1, by its id."""

    requirements: tuple[Requirement, ...]
    lines: dict[str, int] = {}


def read(file: Path, shown: str) -> Listed:
    """Read a TOML file, or the tables of a Markdown file. Raises ConfigError.

    `shown` is the name of the file in what is said of it.
    """
    try:
        return _of_tables(file) if file.suffix.lower() == TABLE else _of_toml(file)
    except ConfigError as error:
        said = (msgspec.structs.replace(one, file=shown) for one in error.problems)
        raise ConfigError(said) from None


def _of_toml(file: Path) -> Listed:
    document = read_document(file, _MINIMAL)
    data = msgspec.to_builtins(document.data)
    value, found = convert(data, RequirementList, "requirements", lambda one: list(_troubles(one)))
    found = not_finite(document.data) + found
    if value is None or found:
        raise document.error(found)
    places = Locations(document.text)
    lines = {one.id: places.find(path)[0] for path, one in _each(value)}
    return Listed(requirements=value.requirements, lines=lines)


def _of_tables(file: Path) -> Listed:
    table = requirement_tables.read(file)
    value, found = convert(
        table.data, RequirementList, "requirements", lambda one: list(_troubles(one))
    )
    if value is None or found:
        raise requirement_tables.error(file, table, found)
    lines = {one.id: table.line(path) for path, one in _each(value)}
    return Listed(requirements=value.requirements, lines=lines)


def _each(listed: RequirementList) -> Iterator[tuple[KeyPath, Item]]:
    """Every requirement and criterion with its place in the file."""
    for index, requirement in enumerate(listed.requirements):
        path: KeyPath = ("requirements", index)
        yield path, requirement
        for number, one in enumerate(requirement.criteria):
            yield (*path, "criteria", number), one


def _troubles(listed: RequirementList) -> Iterator[Trouble]:
    seen: dict[str, KeyPath] = {}
    for path, one in _each(listed):
        yield from _named(path, one, seen)
        yield from _worded(path, one)
        yield from _linked(path, one)


def _named(path: KeyPath, one: Item, seen: dict[str, KeyPath]) -> Iterator[Trouble]:
    if not _ID.fullmatch(one.id):
        allowed = 'letters and digits, with single dots, hyphens and _ between them, as "FR-001"'
        yield Trouble(path=(*path, "id"), message=f'found "{one.id[:80]}"', allowed=allowed)
    elif one.id in seen:
        message = f'found "{one.id}" twice'
        hint = "give one of the two another id"
        allowed = "ids name one requirement or criterion each"
        yield Trouble(path=(*path, "id"), message=message, allowed=allowed, hint=hint)
    seen.setdefault(one.id, path)


def _worded(path: KeyPath, one: Item) -> Iterator[Trouble]:
    key, text = ("title", one.title) if isinstance(one, Requirement) else ("text", one.text)
    if not text.strip():
        yield Trouble(path=(*path, key), message="is empty", allowed="one sentence")


def _linked(path: KeyPath, one: Item) -> Iterator[Trouble]:
    for key in ("tests", "operations", "oracles"):
        names: Iterable[str] = getattr(one, key)
        seen: set[str] = set()
        for index, name in enumerate(names):
            place = (*path, key, index)
            if not name.strip():
                yield Trouble(path=place, message="is empty", allowed=f"a name of {key}")
            elif name in seen:
                yield Trouble(path=place, message=f'found "{name}" twice', allowed="each once")
            seen.add(name)
