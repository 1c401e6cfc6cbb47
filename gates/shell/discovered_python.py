"""Finds the Python source of a folder, its tests, and what its environment can be made of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.shell.discovered_installing import installing
from gates.shell.layout import NOT_SOURCE, table, test_folders

# Modules at the top that belong to tools.
_OF_TOOLS = frozenset({"conftest.py", "fabfile.py", "noxfile.py", "setup.py", "tasks.py"})
_TEST = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|tests)\.py$")
_REQUIREMENTS = re.compile(
    r"(requirements([-_.](dev|develop|test|tests|testing))?"
    r"|(dev|develop|test|tests|testing)[-_.]requirements"
    r"|requirements/(base|common|main|requirements|dev|develop|test|tests|testing))\.(txt|lock)"
)
_FOR_TESTS = re.compile(r"dev|test")
_EXTRAS = ("test", "tests", "testing", "dev")


class Python(msgspec.Struct, frozen=True, kw_only=True):
    """Python source. `missing` are test tools that nothing of the folder installs."""

    paths: tuple[str, ...]
    tests: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    package: str = ""  # ".", or with an extra ".[test]", where it can be installed
    missing: tuple[str, ...] = ()
    manager: str = "pip"
    needs: tuple[str, ...] = ()  # requirements that only pyproject.toml names, to be listed
    unpackaged: str = ""  # why pyproject.toml cannot be installed as a package
    said: str = ""  # every requirement that is named somewhere, a line each


def python(root: Path, files: tuple[str, ...], project: Mapping[str, Any]) -> Python | None:
    """The Python source among the files of a folder, None where there is none."""
    own = [name for name in files if name.endswith(".py")]
    paths = _paths(own)
    if not paths:
        return None
    requirements = _requirements(files)
    tests = test_folders([name for name in own if _TEST.search(name)], paths)
    how = installing(files, project)
    extra = _extra(project) if how.package and not requirements else ""
    listed = (*(() if how.package else how.needs), *(() if extra else how.tests))
    brought = [(root / name).read_text("utf-8", "replace") for name in requirements]
    brought += [*_extras(project).get(extra, ()), *([] if requirements else listed)]
    return Python(
        paths=paths,
        tests=tests,
        requirements=requirements,
        package=(f".[{extra}]" if extra else ".") if how.package else "",
        missing=tuple(_missing("\n".join(brought))) if tests else (),
        manager=how.manager,
        needs=() if requirements else tuple(dict.fromkeys(listed)),
        unpackaged="" if requirements else how.why,
        said="\n".join((*brought, *how.needs, *how.tests)),
    )


def _paths(own: list[str]) -> tuple[str, ...]:
    """src, else packages and modules at the top, else every folder at the top with modules."""
    if any(name.startswith("src/") for name in own):
        return ("src",)
    modules = [
        name for name in own if "/" not in name and name not in _OF_TOOLS and not _TEST.search(name)
    ]
    tops = list(dict.fromkeys(name.split("/")[0] for name in own if "/" in name))
    folders = [top for top in tops if top.lower() not in NOT_SOURCE]
    packages = [top for top in folders if f"{top}/__init__.py" in own]
    return (*(packages or folders), *modules)


def _requirements(files: tuple[str, ...]) -> tuple[str, ...]:
    """Requirements files to install; of two with one stem the lock file."""
    found = [name for name in files if _REQUIREMENTS.fullmatch(name)]
    locked = {name.removesuffix(".lock") for name in found if name.endswith(".lock")}
    return tuple(
        name for name in found if name.endswith(".lock") or name.removesuffix(".txt") not in locked
    )


def running(requirements: tuple[str, ...]) -> tuple[str, ...]:
    """Requirements files of what runs, without those of tests; all where there are no others."""
    running = tuple(name for name in requirements if not _FOR_TESTS.search(name))
    return running or requirements


def pins(file: Path) -> bool:
    """Whether a requirements file names a version that can be looked up."""
    return "==" in file.read_text("utf-8", "replace")


def _extras(project: Mapping[str, Any]) -> dict[str, list[str]]:
    found = table(table(project, "project"), "optional-dependencies")
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
