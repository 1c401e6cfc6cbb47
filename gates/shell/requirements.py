"""Reads of a target's files what decides about its environment: names, contents and digest."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from gates.core.target import Code

_INCLUDE = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)", re.MULTILINE)
_DECIDING = ("*.toml", "*.cfg", "*.py", "*.txt", "*.in", "*.lock", "*.md", "*.rst", "LICENSE*")
_LOCAL = re.compile(r"^(\.|/|~|file:)|/$")


def is_local(package: str) -> bool:
    """Tell whether an entry of `code.packages` is a folder of the target: ".", "./lib[extra]"."""
    return _LOCAL.search(package) is not None


def folder_of(package: str) -> str:
    """Return the folder of a local package, relative to the root, without its extras."""
    return package.partition("[")[0].removeprefix("file:") or "."


def is_hashed(path: Path) -> bool:
    """Tell whether a requirements file pins by digest."""
    return "--hash" in path.read_text(encoding="utf-8", errors="replace")


def digest(code: Code, tree: Path, *parts: str) -> str:
    """Return a hex digest of all that decides what is installed.

    Requirements files with the files they include, the entries of `packages`, the files at the
    top of local packages (their metadata may be read from any of them), and `parts`.
    """
    known = hashlib.sha256()
    for part in (*parts, *code.requirements, "packages", *code.packages):
        known.update(f"{len(part)}:{part}\n".encode())
    for path in sorted(set(_files(code, tree))):
        content = path.read_bytes()
        name = path.relative_to(tree).as_posix() if path.is_relative_to(tree) else str(path)
        known.update(f"{len(name)}:{name}={len(content)}:".encode("utf-8", "surrogateescape"))
        known.update(content)
    return known.hexdigest()[:32]


def _files(code: Code, tree: Path) -> Iterator[Path]:
    for name in code.requirements:
        yield from _included(tree / name, frozenset())
    folders = [folder_of(package) for package in code.packages if is_local(package)]
    for folder in folders:
        for pattern in _DECIDING:
            yield from (path for path in (tree / folder).glob(pattern) if path.is_file())


def _included(path: Path, seen: frozenset[Path]) -> Iterator[Path]:
    if path in seen or not path.is_file():
        return
    yield path
    for name in _INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace")):
        yield from _included(path.parent / name, seen | {path})
