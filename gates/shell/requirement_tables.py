"""Tables of requirements in a Markdown file, as the data that a TOML file would hold.

A table counts if it has the columns id and title. A row with the priority `criterion` is an
acceptance criterion of the requirement above it. Several names in a cell are parted by commas or
<br>; `code` marks, and a dash for none, are left out. Tables in fenced code are examples.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.shell.problems import (
    ConfigError,
    KeyPath,
    Problem,
    Trouble,
    did_you_mean,
    dotted,
    missing,
)

COLUMNS = ("id", "title", "priority", "operations", "tests", "oracles")
LISTS = ("operations", "tests", "oracles")
CRITERION = "criterion"
LARGEST = 2**20
_NEEDED = frozenset({"id", "title"})
_RULE = re.compile(r":?-+:?")
_CELLS = re.compile(r"(?<!\\)\|")
_PARTS = re.compile(r"<br\s*/?>|,(?![^\[{(]*[\]})])", re.IGNORECASE)
_NOTHING = {"", "-", "–", "—"}
_MINIMAL = """a minimal one is:
    | id | title | priority | operations | tests |
    |---|---|---|---|---|
    | FR-001 | Customers find books by title | must | listBooks | |"""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """What the tables of a file say, and the line of each requirement and criterion."""

    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest that contains it; 0 where there is none."""
        known = (path[:n] for n in range(len(path), 0, -1) if path[:n] in self.lines)
        return self.lines.get(next(known, ()), 0)


class Row(msgspec.Struct, frozen=True):
    """One row of a table: its line, and its cells by column."""

    line: int
    cells: dict[str, str]


def read(file: Path) -> Table:
    """Read the tables of a file. Raises ConfigError."""
    rows, problems = [], []
    for one in _rows(_text(file).splitlines()):
        if isinstance(one, Row):
            rows.append(one)
        else:
            problems.append(msgspec.structs.replace(one, file=str(file)))
    if problems:
        raise ConfigError(problems)
    if not rows:
        raise missing(file, "has no table with the columns id and title", _MINIMAL)
    return _table(file, rows)


def error(file: Path, table: Table, found: Iterable[Trouble]) -> ConfigError:
    """All troubles with their lines, in the order of the file."""
    problems = [
        Problem(
            file=str(file),
            line=table.line(trouble.path),
            column=1 if table.line(trouble.path) else 0,
            key=dotted(trouble.path),
            message=trouble.message,
            allowed=trouble.allowed,
            hint=trouble.hint,
        )
        for trouble in dict.fromkeys(found)
    ]
    return ConfigError(sorted(problems, key=lambda one: (one.line, one.key, one.message)))


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise missing(file, f"is larger than {LARGEST} bytes")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise missing(file, "not UTF-8") from None
    except OSError as error:
        raise missing(file, f"cannot be read: {error.strerror}", _MINIMAL) from None


def _rows(lines: list[str]) -> Iterator[Row | Problem]:
    columns: tuple[str, ...] = ()
    fence = ""
    for number, text in enumerate(lines, start=1):
        stripped = text.strip()
        if stripped.startswith(("```", "~~~")):
            fence = "" if fence and stripped.startswith(fence) else fence or stripped[:3]
        if fence or not stripped.startswith("|"):
            columns = ()
        elif columns and not _is_rule(stripped):
            yield _row(number, stripped, columns)
        elif not columns:
            columns = _header(stripped, lines[number] if number < len(lines) else "")
            yield from _strange(number, columns)


def _header(text: str, below: str) -> tuple[str, ...]:
    """The columns of a table that counts; none for another one."""
    columns = tuple(cell.casefold() for cell in _cells(text))
    return columns if set(columns) >= _NEEDED and _is_rule(below.strip()) else ()


def _strange(number: int, columns: tuple[str, ...]) -> Iterator[Problem]:
    allowed = ", ".join(COLUMNS)
    for index, name in enumerate(columns):
        known = name in COLUMNS and name not in columns[:index]
        if not known:
            hint = did_you_mean(name, COLUMNS)
            again = "twice" if name in COLUMNS else "which means nothing"
            message = f'found the column "{name}" {again}'
            yield Problem(
                file="", line=number, column=1, message=message, allowed=allowed, hint=hint
            )


def _row(number: int, text: str, columns: tuple[str, ...]) -> Row | Problem:
    cells = _cells(text)
    if len(cells) != len(columns):
        message = f"the row has {len(cells)} cells, its table {len(columns)} columns"
        return Problem(
            file="", line=number, column=1, message=message, hint="write | in text as \\|"
        )
    return Row(number, dict(zip(columns, cells, strict=True)))


def _table(file: Path, rows: list[Row]) -> Table:
    requirements: list[dict[str, Any]] = []
    lines: dict[KeyPath, int] = {}
    for row in rows:
        if not _is_criterion(row):
            requirements.append(_requirement(row))
            lines["requirements", len(requirements) - 1] = row.line
        elif requirements:
            criteria = requirements[-1].setdefault("criteria", [])
            criteria.append(_entry(row, "text"))
            path = ("requirements", len(requirements) - 1, "criteria", len(criteria) - 1)
            lines[path] = row.line
        else:
            raise ConfigError([_orphan(file, row)])
    return Table(data={"requirements": requirements}, lines=lines)


def _is_criterion(row: Row) -> bool:
    return _value(row.cells, "priority").casefold() == CRITERION


def _orphan(file: Path, row: Row) -> Problem:
    message = "a criterion stands above every requirement"
    allowed = "criteria below the requirement that they are of"
    return Problem(file=str(file), line=row.line, column=1, message=message, allowed=allowed)


def _requirement(row: Row) -> dict[str, Any]:
    priority = _value(row.cells, "priority").casefold()
    return {**_entry(row, "title"), **({"priority": priority} if priority else {})}


def _entry(row: Row, words: str) -> dict[str, Any]:
    lists = {key: list(_names(row.cells[key])) for key in LISTS if key in row.cells}
    said = {"id": _value(row.cells, "id"), words: row.cells["title"]}
    return {**said, **{key: names for key, names in lists.items() if names}}


def _value(cells: Mapping[str, str], column: str) -> str:
    text = cells.get(column, "").strip("`* ")
    return "" if text in _NOTHING else text


def _names(cell: str) -> Iterator[str]:
    for part in _PARTS.split(cell):
        name = part.strip("` ")
        if name not in _NOTHING:
            yield name


def _cells(text: str) -> list[str]:
    inner = text.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(inner)]


def _is_rule(text: str) -> bool:
    return text.startswith("|") and all(_RULE.fullmatch(cell) for cell in _cells(text))
