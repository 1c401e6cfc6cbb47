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

from gates.core.deployed import is_dockerfile
from gates.shell import discovered_node, discovered_python, git
from gates.shell.discovered_node import Node
from gates.shell.discovered_python import Python
from gates.shell.discovered_service import Source, read
from gates.shell.discovered_services import folders, own_source
from gates.shell.layout import table

__all__ = ["Found", "Node", "Python", "discover", "discover_all"]

_LOCKS = ("uv.lock", "poetry.lock", "pylock.toml")
_DOCUMENT = re.compile(
    r"((docs?|api|spec|specs|openapi|schema)/)?(openapi|swagger)\.(json|ya?ml)", re.IGNORECASE
)
_CI = re.compile(
    r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|Jenkinsfile|azure-pipelines\.yml"
    r"|bitbucket-pipelines\.yml|\.circleci/config\.yml"
)
_SETTINGS = re.compile(
    r"\.?(ruff|bandit|mypy|eslint\.config|eslintrc|prettierrc|pylintrc|flake8)(\.[a-z.]+)?"
)
_IN_PROJECT = ("ruff", "mypy", "bandit", "black", "pylint", "coverage")


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
    root: str = ""  # a folder below, where the one service of the repository is
    folders: tuple[str, ...] = ()  # folders with a service of their own, where there are several
    containers: tuple[str, ...] = ()
    ci: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()  # files that configure tools
    service: Source = Source()
    package: dict[str, Any] | None = None


def discover_all(root: Path) -> Found:
    """Look at a folder, or where it holds no service itself, at the one below it. Raises OSError.

    Several below it are told as `folders`.
    """
    files = tuple(sorted(_files(root)))
    below = () if own_source(files) else folders(files)
    if len(below) != 1:
        return msgspec.structs.replace(discover(root), folders=below)
    inside = discover(root / below[0])
    ci = tuple(name for name in _hidden(root) if _CI.fullmatch(name))
    return msgspec.structs.replace(inside, root=below[0], ci=inside.ci or ci)


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
    hidden = tuple(_hidden(root))
    paths = (*(python.paths if python else ()), *(node.paths if node else ()))
    tests = (*(python.tests if python else ()), *(node.tests if node else ()))
    return Found(
        name=_name(str(declared or root.resolve().name)),
        python=python,
        node=node,
        locks=(*locked, *(["package-lock.json"] if node and node.locked else [])),
        unpinned=required if not locked else (),
        openapi=_document(root, files),
        containers=tuple(name for name in files if is_dockerfile(name)),
        ci=tuple(name for name in hidden if _CI.fullmatch(name)),
        settings=tuple(_configured(files, hidden, project)),
        service=read((root), (*files, *hidden), paths, tests),
        package=package,
    )


def _document(root: Path, files: tuple[str, ...]) -> str:
    """The committed OpenAPI document nearest to the top, if it says that it is one."""
    for name in sorted((one for one in files if _DOCUMENT.fullmatch(one)), key=_depth):
        with (root / name).open(encoding="utf-8", errors="replace") as file:
            if re.search(r"openapi|swagger|^\s*\{\s*\}?\s*$", file.read(5_000)):
                return name
    return ""


def _depth(name: str) -> tuple[int, str]:
    return name.count("/"), name


def _hidden(root: Path) -> Iterator[str]:
    """Files at the top whose name begins with a dot, and those of CI."""
    for pattern in (".*", ".github/workflows/*", ".circleci/*", "Jenkinsfile", "*-pipelines.yml"):
        yield from (
            path.relative_to(root).as_posix()
            for path in sorted(root.glob(pattern))
            if path.is_file() and not path.is_symlink()
        )


def _configured(
    files: tuple[str, ...], hidden: tuple[str, ...], project: dict[str, Any]
) -> Iterator[str]:
    """Files that configure tools which gates run with presets of ours."""
    named = [name for name in _IN_PROJECT if name in table(project, "tool")]
    if named:
        yield f"pyproject.toml ({', '.join(named)})"
    yield from (name for name in dict.fromkeys((*files, *hidden)) if _SETTINGS.fullmatch(name))


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
