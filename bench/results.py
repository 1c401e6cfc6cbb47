"""What was measured, as rows with their demands: printed, stored, and shown in the README."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bench.measure import Spread

FOLDER = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `at_most` is the demand, None for a figure that is there to compare with."""

    what: str
    unit: str
    found: Spread
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the median meets the demand."""
        return self.at_most is None or self.found.median <= self.at_most


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one part of the benchmarks, of one run, and where it ran."""

    machine: str
    rows: tuple[Row, ...]


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """Figures by part."""

    parts: dict[str, Part]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The figures of all parts."""
        return tuple(row for part in self.parts.values() for row in part.rows)


def merged(old: Results, new: Results, order: Iterable[str]) -> Results:
    """The newer figures of each part, in this order."""
    parts = {**old.parts, **new.parts}
    return Results(parts={name: parts[name] for name in order if name in parts})


def machines(results: Results) -> str:
    """Where the parts ran, in one line: by part where they differ."""
    names: dict[str, list[str]] = {}
    for name, part in results.parts.items():
        names.setdefault(part.machine, []).append(name)
    if len(names) == 1:
        return next(iter(names))
    return "; ".join(f"{', '.join(parts)}: {where}" for where, parts in names.items())


def machine() -> str:
    """Where this runs, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system, python = platform.system(), platform.python_version()
    return f"{cores} cores, {system} {platform.machine()}, Python {python}"


def markdown(results: Results) -> str:
    """The rows as a table."""
    lines = ["| what | median | range | demand |", "|---|---|---|---|"]
    lines += [" | ".join(("", *cells(row), "")).strip() for row in results.rows]
    return "\n".join([*lines, "", f"{machines(results)}; medians of repetitions in turn.", ""])


def cells(row: Row) -> tuple[str, str, str, str]:
    """One row as text."""
    found, unit = row.found, row.unit and f" {row.unit}"
    demand = "" if row.at_most is None else f"≤ {shown(row.at_most)}{unit}"
    broken = "" if row.holds else " **missed**"
    span = f"{shown(found.low)}–{shown(found.high)} ({found.rounds})"
    return row.what, f"{shown(found.median)}{unit}", span, f"{demand}{broken}"


def shown(value: float) -> str:
    """Three digits that matter."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def text(results: Results) -> str:
    """The rows for a terminal."""
    table = [cells(row) for row in results.rows]
    widths = [max(len(line[n]) for line in table) for n in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    )


def keep(results: Results, folder: Path = FOLDER) -> None:
    """Write `latest.json` and `latest.md`."""
    folder.mkdir(exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(results), indent=1)
    (folder / "latest.json").write_bytes(data + b"\n")
    (folder / "latest.md").write_text(markdown(results), encoding="utf-8")


def latest(folder: Path = FOLDER) -> Results:
    """What was kept last. Raises OSError or msgspec.DecodeError."""
    return msgspec.json.decode((folder / "latest.json").read_bytes(), type=Results)


def put(readme: str, table: str) -> str:
    """The text with the table between its markers. Raises ValueError where they are not."""
    head, begin, rest = readme.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README has no place for the table: {BEGIN} … {END}")
    return f"{head}{BEGIN}\n{table}{END}{tail}"


def missed(rows: Iterable[Row]) -> list[str]:
    """What does not meet its demand."""
    return [row.what for row in rows if not row.holds]
