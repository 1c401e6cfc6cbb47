"""Finds out what a folder holds, so that a first target file can be written for it.

Guesses alone: by the names of files, and by what pyproject.toml and package.json declare. Nothing
of the folder is run.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from gates.shell import git

# Folders without source of the service, and files at the top that belong to tools.
_NOT_SOURCE = frozenset(
    {"bench", "benchmarks", "build", "ci", "dist", "doc", "docs", "example", "examples"}
    | {"migrations", "node_modules", "script", "scripts", "test", "tests", "tools", "vendor"}
)
_OF_TOOLS = frozenset({"conftest.py", "fabfile.py", "noxfile.py", "setup.py", "tasks.py"})
_PYTHON_TEST = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|tests)\.py$")
_NODE_TEST = re.compile(r"(^|/)(__tests__/.*|[^/]*[.-](test|spec))\.[cm]?[jt]sx?$")
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")
_CONFIGURES = re.compile(r"(\.config|rc|\.setup)\.[cm]?[jt]s$")
_REQUIREMENTS = re.compile(
    r"(requirements([-_.](dev|develop|test|tests|testing))?"
    r"|(dev|develop|test|tests|testing)[-_.]requirements"
    r"|requirements/(base|common|main|requirements|dev|develop|test|tests|testing))\.(txt|lock)"
)
_LOCKS = ("uv.lock", "poetry.lock", "pylock.toml")
_DOCUMENTS = ("openapi.json", "openapi.yaml", "openapi.yml", "swagger.json", "swagger.yaml")
_EXTRAS = ("test", "tests", "testing", "dev")


class Python(msgspec.Struct, frozen=True, kw_only=True):
    """Python source. `missing` are test tools that nothing of the folder installs."""

    paths: tuple[str, ...]
    tests: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    package: str = ""  # ".", or with an extra ".[test]", where it can be installed
    missing: tuple[str, ...] = ()


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """JavaScript or TypeScript source beside a package.json."""

    paths: tuple[str, ...]
    tests: tuple[str, ...] = ()
    locked: bool = False  # whether package-lock.json is there
    builds: bool = False  # whether package.json has a script "build"
    runner: str = ""  # "vitest" or "jest", where package.json names one


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds. Paths are relative to it, with "/"."""

    name: str
    python: Python | None = None
    node: Node | None = None
    locks: tuple[str, ...] = ()
    openapi: str = ""


def discover(root: Path) -> Found:
    """Look at what git sees of a folder, or at all of it. Raises OSError."""
    files = tuple(sorted(_files(root)))
    project, package = _project(root), _package(root)
    python = _python(root, files, project)
    node = _node(files, package) if package is not None else None
    declared = _table(project, "project").get("name") or (package or {}).get("name")
    return Found(
        name=_name(str(declared or root.resolve().name)),
        python=python,
        node=node,
        locks=_locks(files, python, node),
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


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A table of a file that anyone may have written: empty where it is something else."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _name(text: str) -> str:
    """A name for the report: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "service"


def _python(root: Path, files: tuple[str, ...], project: Mapping[str, Any]) -> Python | None:
    own = [name for name in files if name.endswith(".py")]
    paths = _python_paths(own)
    if not paths:
        return None
    requirements = _requirements(files)
    tests = _test_folders([name for name in own if _PYTHON_TEST.search(name)], paths)
    installable = "setup.py" in files or "build-system" in project or "project" in project
    extra = "" if requirements else _extra(project)
    said = "\n".join((root / name).read_text("utf-8", "replace") for name in requirements)
    said += "\n".join(_extras(project).get(extra, ()))
    return Python(
        paths=paths,
        tests=tests,
        requirements=requirements,
        package=(f".[{extra}]" if extra else ".") if installable else "",
        missing=tuple(_missing(said)) if tests else (),
    )


def _python_paths(own: list[str]) -> tuple[str, ...]:
    """src, else packages and modules at the top, else every folder at the top with modules."""
    if any(name.startswith("src/") for name in own):
        return ("src",)
    modules = [
        name
        for name in own
        if "/" not in name and name not in _OF_TOOLS and not _PYTHON_TEST.search(name)
    ]
    tops = list(dict.fromkeys(name.split("/")[0] for name in own if "/" in name))
    folders = [top for top in tops if top.lower() not in _NOT_SOURCE]
    packages = [top for top in folders if f"{top}/__init__.py" in own]
    return (*(packages or folders), *modules)


def _test_folders(tests: Iterable[str], source: tuple[str, ...]) -> tuple[str, ...]:
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


def _requirements(files: tuple[str, ...]) -> tuple[str, ...]:
    """Requirements files to install; of two with one stem the lock file."""
    found = [name for name in files if _REQUIREMENTS.fullmatch(name)]
    locked = {name.removesuffix(".lock") for name in found if name.endswith(".lock")}
    return tuple(
        name for name in found if name.endswith(".lock") or name.removesuffix(".txt") not in locked
    )


def _extras(project: Mapping[str, Any]) -> dict[str, list[str]]:
    found = _table(_table(project, "project"), "optional-dependencies")
    return {name: [*map(str, listed)] for name, listed in found.items() if isinstance(listed, list)}


def _extra(project: Mapping[str, Any]) -> str:
    """The extra of the package that brings pytest."""
    extras = _extras(project)
    return next((name for name in _EXTRAS if _names("pytest", extras.get(name, ()))), "")


def _missing(said: str) -> Iterator[str]:
    """Test tools that these requirements do not bring."""
    lines = said.splitlines()
    if not _names("pytest", lines):
        yield "pytest"
    if not (_names("coverage", lines) or _names("pytest-cov", lines)):
        yield "coverage"


def _names(package: str, lines: Iterable[str]) -> bool:
    wanted = re.compile(rf"\s*{package}\s*([\[<>=!~;@ ]|$)", re.IGNORECASE)
    return any(wanted.match(line) for line in lines)


def _node(files: tuple[str, ...], package: Mapping[str, Any]) -> Node | None:
    scripts = [
        name for name in files if _SCRIPT.search(name) and "node_modules" not in name.split("/")
    ]
    tests = [name for name in scripts if _NODE_TEST.search(name)]
    tops = dict.fromkeys(name.split("/")[0] for name in scripts if "/" in name)
    folders = [top for top in tops if top.lower() not in _NOT_SOURCE and top != "__tests__"]
    modules = [
        name
        for name in scripts
        if "/" not in name and name not in tests and not _CONFIGURES.search(name)
    ]
    paths = ("src",) if "src" in folders else (*folders, *modules)
    if not paths:
        return None
    declared = {**_table(package, "dependencies"), **_table(package, "devDependencies")}
    return Node(
        paths=paths,
        tests=_test_folders(tests, paths),
        locked="package-lock.json" in files,
        builds="build" in _table(package, "scripts"),
        runner=next((name for name in ("vitest", "jest") if name in declared), ""),
    )


def _locks(files: tuple[str, ...], python: Python | None, node: Node | None) -> tuple[str, ...]:
    """Files that say which versions run: lock files, else requirements files."""
    locks = [name for name in _LOCKS if name in files]
    if python and not locks:
        locks = list(python.requirements)
    return (*locks, *(["package-lock.json"] if node and node.locked else []))
