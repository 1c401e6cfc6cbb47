"""Finds the JavaScript and TypeScript source of a folder, its tests and its test runner."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from gates.shell.layout import NOT_SOURCE, table, test_folders

_TEST = re.compile(r"(^|/)(__tests__/.*|[^/]*[.-](test|spec))\.[cm]?[jt]sx?$")
_SCRIPT = re.compile(r"\.[cm]?[jt]sx?$")
_TYPED = re.compile(r"\.([cm]?ts|tsx)$")
_COVERAGE = "@vitest/coverage-v8"  # has to be of the version of Vitest
_LOCKS = {"npm": "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn": "yarn.lock"}
_CONFIGURES = re.compile(r"(\.config|rc|\.setup)\.[cm]?[jt]s$")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """JavaScript or TypeScript source beside a package.json."""

    paths: tuple[str, ...]
    tests: tuple[str, ...] = ()
    locked: bool = False  # whether package-lock.json is there
    builds: bool = False  # whether package.json has a script "build"
    runner: str = ""  # "vitest" or "jest", where package.json names one
    manager: str = "npm"
    missing: tuple[str, ...] = ()  # packages of the gates' tools that package.json does not name


def node(files: tuple[str, ...], package: Mapping[str, Any]) -> Node | None:
    """The scripts among the files of a folder, None where there is none."""
    scripts = [
        name for name in files if _SCRIPT.search(name) and "node_modules" not in name.split("/")
    ]
    tests = [name for name in scripts if _TEST.search(name)]
    tops = dict.fromkeys(name.split("/")[0] for name in scripts if "/" in name)
    folders = [top for top in tops if top.lower() not in NOT_SOURCE and top != "__tests__"]
    modules = [
        name
        for name in scripts
        if "/" not in name and name not in tests and not _CONFIGURES.search(name)
    ]
    paths = ("src",) if "src" in folders else (*folders, *modules)
    if not paths:
        return None
    declared = {**table(package, "dependencies"), **table(package, "devDependencies")}
    runner = next((name for name in ("vitest", "jest") if name in declared), "")
    return Node(
        paths=paths,
        tests=test_folders(tests, paths),
        locked="package-lock.json" in files,
        builds="build" in table(package, "scripts"),
        runner=runner,
        manager=next((one for one, lock in _LOCKS.items() if lock in files), "npm"),
        missing=tuple(
            f"{name}@{declared[runner]}" if name == _COVERAGE else name
            for name in _tools(scripts, runner)
            if name not in declared
        ),
    )


def _tools(scripts: Iterable[str], runner: str) -> Iterator[str]:
    """Packages that the gates run in the versions that the service locks."""
    yield from ("eslint", "@eslint/js", "eslint-plugin-security", "prettier", "typescript")
    if any(_TYPED.search(name) for name in scripts):
        yield "typescript-eslint"
    if runner == "vitest":
        yield _COVERAGE
