"""Where a service usually keeps its source and tests, and tables of files that anyone wrote."""

from collections.abc import Iterable, Mapping
from typing import Any

# Folders without source of the service.
NOT_SOURCE = frozenset(
    {"bench", "benchmarks", "build", "ci", "dist", "doc", "docs", "example", "examples"}
    | {"migrations", "node_modules", "script", "scripts", "test", "tests", "tools", "vendor"}
)


def test_folders(tests: Iterable[str], source: tuple[str, ...]) -> tuple[str, ...]:
    """Folders of tests at the top, else those inside the source, else single files at the top."""
    known = tuple(tests)
    tops = [name.split("/")[0] for name in known if "/" in name]
    outside = [top for top in dict.fromkeys(tops) if top not in source]
    if outside:
        return tuple(outside)
    inside = [
        "/".join(parts[: index + 1])
        for parts in (name.split("/") for name in known)
        for index, part in enumerate(parts[:-1])
        if part in ("test", "tests", "__tests__")
    ]
    return tuple(dict.fromkeys(inside)) or known


def table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A table of a file that anyone may have written: empty where it is something else."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}
