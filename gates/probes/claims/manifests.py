"""The distributions that a target's manifests name: Python's and Node's."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from gates.probes.claims.details import canonical
from gates.probes.claims.tree import UNREADABLE, Tree

_REQUIREMENT = re.compile(r"^\s*(?P<name>[A-Za-z0-9][\w.-]*)", re.MULTILINE)
_REQUIREMENTS = re.compile(r"(?:.*requirements.*|constraints.*)\.(?:txt|in|lock)")
_NODE = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def named(files: Iterable[str], tree: Tree) -> frozenset[str] | None:
    """The names, canonical; None where there is no manifest."""
    found: set[str] = set()
    seen = False
    for path in files:
        reader = _reader(PurePosixPath(path).name)
        if reader is None:
            continue
        try:
            found |= {canonical(name) for name in reader(tree.text(path))}
            seen = True
        except (*UNREADABLE, ValueError, RecursionError, AttributeError, TypeError):
            continue  # the gate that installs from it tells of it
    return frozenset(found) if seen else None


def _reader(name: str) -> Any:
    if name == "pyproject.toml":
        return _pyproject
    if name == "package.json":
        return _package
    return _requirements if _REQUIREMENTS.fullmatch(name) else None


def _requirements(text: str) -> Iterator[str]:
    return (match["name"] for match in _REQUIREMENT.finditer(text))


def _package(text: str) -> Iterator[str]:
    said = json.loads(text)
    return (name for key in _NODE for name in said.get(key, {}))


def _pyproject(text: str) -> Iterator[str]:
    said = tomllib.loads(text)
    project = said.get("project", {})
    groups = (
        project.get("dependencies", []),
        *project.get("optional-dependencies", {}).values(),
        *said.get("dependency-groups", {}).values(),
        said.get("build-system", {}).get("requires", []),
    )
    lines = (line for group in groups for line in group if isinstance(line, str))
    yield from _requirements("\n".join(lines))
    yield from said.get("tool", {}).get("poetry", {}).get("dependencies", {})
