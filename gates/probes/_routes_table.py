"""Finds the route table of a target in its source, whatever framework that is written with."""

from collections.abc import Iterator
from pathlib import Path

from gates.core.parity.routes import Table
from gates.probes import _routes_django, _routes_express, _routes_python

MOST_BYTES = 2_000_000
NODE = (".js", ".mjs", ".cjs", ".ts")


def table(
    tree: Path, files: tuple[str, ...], paths: tuple[str, ...], tests: tuple[str, ...]
) -> Table | None:
    """The routes of the source below `paths`; None where no table can be read."""
    chosen = [name for name in files if _below(name, paths) and not _below(name, tests)]
    python = dict(_texts(tree, [name for name in chosen if name.endswith(".py")]))
    node = dict(_texts(tree, [name for name in chosen if name.endswith(NODE)]))
    for reader, sources in (
        (_routes_python.table, python),
        (_routes_django.table, python),
        (_routes_express.table, node),
    ):
        try:
            found = reader(sources) if sources else None
        except RecursionError:  # an expression that is nested without end
            continue
        if found is not None and found.routes:
            return found
    return None


def _below(name: str, paths: tuple[str, ...]) -> bool:
    return any(
        path in (".", "") or name == path or name.startswith(path.rstrip("/") + "/")
        for path in paths
    )


def _texts(tree: Path, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        path = tree / name
        try:
            if path.stat().st_size <= MOST_BYTES:
                yield name, path.read_text("utf-8-sig", "replace")
        except OSError:
            continue
