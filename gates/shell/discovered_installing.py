"""Finds how a Python project is installed: its package manager, and whether it is a package."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from gates.shell.layout import NOT_SOURCE, table

_GROUPS = ("dev", "test", "tests", "testing")
_CARET = re.compile(r"[\^~]\s*(\d+)(?:\.(\d+))?[\w.]*")


class Installing(msgspec.Struct, frozen=True, kw_only=True):
    """How a project says that it is installed.

    `needs` are its own dependencies and `tests` those of its development groups, as pip reads them.
    """

    manager: str  # pip, uv, poetry, pdm
    package: bool
    why: str = ""
    needs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


def installing(files: Iterable[str], project: Mapping[str, Any]) -> Installing:
    """What the files at the top of a project say."""
    known = frozenset(files)
    tool = table(project, "tool")
    package, why = _is_package(known, project)
    needs = _listed(table(project, "project").get("dependencies"))
    return Installing(
        manager=_manager(known, tool),
        package=package,
        why=why,
        needs=needs or tuple(_poetry(table(tool, "poetry").get("dependencies"))),
        tests=tuple(dict.fromkeys(_development(project))),
    )


def _manager(files: frozenset[str], tool: Mapping[str, Any]) -> str:
    for name, sign in (("uv", "uv.lock"), ("poetry", "poetry.lock"), ("pdm", "pdm.lock")):
        if sign in files or name in tool:
            return name
    return "pip"


def _is_package(files: frozenset[str], project: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether pip can install the project, and why not."""
    if "setup.py" in files:
        return True, ""
    if "pyproject.toml" not in files or not project:
        return False, ""
    if "build-system" not in project:
        return False, "pyproject.toml has no [build-system]: it is no package"
    tool = table(project, "tool")
    if table(tool, "poetry").get("package-mode") is False:
        return False, "tool.poetry.package-mode is false: it is no package"
    for manager, key in (("uv", "package"), ("pdm", "distribution")):
        if table(tool, manager).get(key) is False:
            return False, f"tool.{manager}.{key} is false: it is no package"
    if _found_by_backend(files, project):
        return True, ""
    return False, "its build backend would not find which folder is the package"


def _found_by_backend(files: frozenset[str], project: Mapping[str, Any]) -> bool:
    """Whether the backend finds the package: by its settings, or by a folder of its name."""
    tool = table(project, "tool")
    backend = str(table(project, "build-system").get("build-backend", "setuptools"))
    named = table(project, "project").get("name") or table(tool, "poetry").get("name")
    if not named or "src/" in {f"{PurePosixPath(name).parts[0]}/" for name in files if "/" in name}:
        return True
    module = re.sub(r"[-.]+", "_", str(named).lower())
    beside = f"{module}/__init__.py" in files or f"{module}.py" in files
    if backend.startswith("poetry"):
        return beside or "packages" in table(tool, "poetry")
    if backend.startswith(("hatchling", "flit", "uv_build")):
        return beside or bool(
            {"hatch", "flit"} & set(tool) or table(tool, "uv").get("build-backend")
        )
    if backend.startswith("setuptools"):
        return "setuptools" in tool or "setup.cfg" in files or len(_tops(files)) <= 1
    return True


def _tops(files: frozenset[str]) -> set[str]:
    """Folders at the top that setuptools would take for packages."""
    tops = {name.split("/")[0] for name in files if "/" in name and name.endswith(".py")}
    return {top for top in tops if top.lower() not in NOT_SOURCE and top.isidentifier()}


def _development(project: Mapping[str, Any]) -> Iterator[str]:
    """Requirements of the groups for development and tests, of whichever standard."""
    tool = table(project, "tool")
    groups = table(project, "dependency-groups")
    extras = table(table(project, "project"), "optional-dependencies")
    for name in _GROUPS:
        yield from _group(groups, name, 8)
        yield from _listed(extras.get(name))
        yield from _listed(table(table(tool, "pdm"), "dev-dependencies").get(name))
        inside = table(table(table(tool, "poetry"), "group"), name)
        yield from _poetry(inside.get("dependencies"))
    yield from _listed(table(tool, "uv").get("dev-dependencies"))
    yield from _poetry(table(tool, "poetry").get("dev-dependencies"))


def _group(groups: Mapping[str, Any], name: str, depth: int) -> Iterator[str]:
    """A group of PEP 735 with those that it includes."""
    listed = groups.get(name)
    for one in listed if isinstance(listed, list) and depth else ():
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict) and isinstance(one.get("include-group"), str):
            yield from _group(groups, one["include-group"], depth - 1)


def _listed(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _poetry(value: object) -> Iterator[str]:
    """Poetry's table of dependencies, as pip reads them, without folders and repositories."""
    for name, said in value.items() if isinstance(value, dict) else ():
        version = said.get("version") if isinstance(said, dict) else said
        if name == "python" or not isinstance(version, str):
            continue
        extras = said.get("extras") if isinstance(said, dict) else None
        marked = f"[{','.join(map(str, extras))}]" if isinstance(extras, list) and extras else ""
        yield f"{name}{marked}{_version(version)}"


def _version(said: str) -> str:
    """A caret or tilde as a range; what is neither that nor a range is left open."""
    if found := _CARET.fullmatch(said.strip()):
        low = said.strip().lstrip("^~ ")
        major, minor = int(found[1]), int(found[2] or 0)
        by_minor = said.strip()[0] == "~" or major == 0
        return f">={low},<{f'{major}.{minor + 1}' if by_minor else major + 1}"
    if re.fullmatch(r"\d[\w.]*", said.strip()):
        return f"=={said.strip()}"
    return said.replace(" ", "") if re.match(r"\s*[<>=!]", said) else ""
