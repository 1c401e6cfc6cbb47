"""The distributions that a target's manifests name: Python's and Node's."""

import ast
import configparser
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
_BROKEN = (  # what the readers raise
    *(AttributeError, KeyError, RecursionError, SyntaxError, TypeError, ValueError),
    configparser.Error,
)
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
        except (*UNREADABLE, *_BROKEN):
            continue  # the gate that installs from it tells of it
    return frozenset(found) if seen else None


def _reader(name: str) -> Any:
    return _READERS.get(name) or (_requirements if _REQUIREMENTS.fullmatch(name) else None)


def _requirements(text: str) -> Iterator[str]:
    return (match["name"] for match in _REQUIREMENT.finditer(text))


def _package(text: str) -> Iterator[str]:
    said = json.loads(text)
    return (name for key in _NODE for name in said.get(key, {}))


def _pyproject(text: str) -> Iterator[str]:
    said = tomllib.loads(text)
    project = said.get("project", {})
    tools = said.get("tool", {})
    groups = (
        project.get("dependencies", []),
        *project.get("optional-dependencies", {}).values(),
        *said.get("dependency-groups", {}).values(),
        said.get("build-system", {}).get("requires", []),
        tools.get("uv", {}).get("dev-dependencies", []),
    )
    lines = (line for group in groups for line in group if isinstance(line, str))
    yield from _requirements("\n".join(lines))
    poetry = tools.get("poetry", {})
    for group in (poetry, *poetry.get("group", {}).values()):
        yield from group.get("dependencies", {})


def _locked(text: str) -> Iterator[str]:
    return (one["name"] for one in tomllib.loads(text).get("package", []))


def _pipfile(text: str) -> Iterator[str]:
    said = tomllib.loads(text)
    return (name for key in ("packages", "dev-packages") for name in said.get(key, {}))


def _setup_cfg(text: str) -> Iterator[str]:
    said = configparser.ConfigParser(interpolation=None)
    said.read_string(text)
    for section in ("options", "options.extras_require"):
        for key, value in said.items(section) if said.has_section(section) else ():
            if section != "options" or key == "install_requires":
                yield from _requirements(value)


def _setup(text: str) -> Iterator[str]:
    """Every text of the script that could be a requirement: it is read, not run."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _requirements(node.value)


_READERS = {
    "Pipfile": _pipfile,
    "package.json": _package,
    "poetry.lock": _locked,
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup,
    "uv.lock": _locked,
}
