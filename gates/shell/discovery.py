"""Finds out what a folder holds, so that a first target file can be written for it.

Guesses alone: by the names of files, and by what pyproject.toml and package.json declare. Nothing
of the folder is run.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from gates.shell import discovered_node, discovered_python, git
from gates.shell.discovered_node import Node
from gates.shell.discovered_python import Python
from gates.shell.layout import table

__all__ = ["Found", "Node", "Python", "discover"]

_LOCKS = ("uv.lock", "poetry.lock", "pylock.toml")
_DOCUMENTS = ("openapi.json", "openapi.yaml", "openapi.yml", "swagger.json", "swagger.yaml")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds. Paths are relative to it, with "/".

    `locks` say which versions run; `unpinned` are requirements files that do not.
    """

    name: str
    python: Python | None = None
    node: Node | None = None
    locks: tuple[str, ...] = ()
    unpinned: tuple[str, ...] = ()
    openapi: str = ""


def discover(root: Path) -> Found:
    """Look at what git sees of a folder, or at all of it. Raises OSError."""
    files = tuple(sorted(_files(root)))
    project, package = _project(root), _package(root)
    python = discovered_python.python(root, files, project)
    node = discovered_node.node(files, package) if package is not None else None
    declared = table(project, "project").get("name") or (package or {}).get("name")
    required = discovered_python.running(python.requirements) if python else ()
    pinned = tuple(name for name in required if discovered_python.pins(root / name))
    locked = tuple(name for name in _LOCKS if name in files) or pinned
    return Found(
        name=_name(str(declared or root.resolve().name)),
        python=python,
        node=node,
        locks=(*locked, *(["package-lock.json"] if node and node.locked else [])),
        unpinned=required if not locked else (),
        openapi=next((name for name in _DOCUMENTS if name in files), ""),
    )


def _files(root: Path) -> Iterator[str]:
    """Regular files; hidden folders and environments are left out."""
    seen = git.seen_files(root) if git.is_work_tree(root) else ()
    for name in seen or _walked(root):
        path = root / name
        hidden = any(part.startswith(".") for part in PurePosixPath(name).parts[:-1])
        if not hidden and path.is_file() and not path.is_symlink():
            yield name


def _walked(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not _is_made(Path(folder, name))]
        place = Path(folder).relative_to(root)
        yield from ((place / file).as_posix() for file in files)


def _is_made(folder: Path) -> bool:
    made = folder.name.startswith(".") or folder.name in ("__pycache__", "node_modules", "venv")
    return made or (folder / "pyvenv.cfg").exists()


def _project(root: Path) -> dict[str, Any]:
    """pyproject.toml; empty where there is none that can be read."""
    try:
        return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _package(root: Path) -> dict[str, Any] | None:
    """package.json; None where there is none that can be read."""
    try:
        read = json.loads((root / "package.json").read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _name(text: str) -> str:
    """A name for the report: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "service"
