"""Which format a dependency file has, told by its name."""

import posixpath
import re
from enum import StrEnum

from gates.core.locks.model import Ecosystem

ALLOWED = (
    "requirements files (*.txt, *.in, *.lock), pyproject.toml, uv.lock, poetry.lock, pylock.toml, "
    "package-lock.json, npm-shrinkwrap.json"
)
_FOREIGN = re.compile(r"yarn|pipfile|pdm|pixi|cargo|gemfile|composer|bun|deno|flake|mix|conda")


class Kind(StrEnum):
    """A format that we read."""

    REQUIREMENTS = "requirements file"
    PYPROJECT = "pyproject.toml"
    UV = "uv.lock"
    POETRY = "poetry.lock"
    PYLOCK = "pylock.toml"
    NPM = "package-lock.json"


_ENDINGS = (
    ("package-lock.json", Kind.NPM),
    ("npm-shrinkwrap.json", Kind.NPM),
    ("pyproject.toml", Kind.PYPROJECT),
    ("uv.lock", Kind.UV),
    ("poetry.lock", Kind.POETRY),
    ("pylock.toml", Kind.PYLOCK),
)


def kind(path: str) -> Kind | None:
    """The format of a file, None if it is none that we read."""
    name = posixpath.basename(path).lower()
    for ending, found in _ENDINGS:
        if name.endswith(ending):
            return found
    if re.fullmatch(r"pylock\.[^.]+\.toml", name):
        return Kind.PYLOCK
    stem, suffix = posixpath.splitext(name)
    plain = suffix in (".txt", ".in", ".lock", ".pip", "") and not _FOREIGN.match(stem)
    return Kind.REQUIREMENTS if plain else None


def ecosystem(path: str) -> Ecosystem:
    """Whose packages the file names; a file that nobody knows counts as one of Python."""
    return Ecosystem.NPM if kind(path) is Kind.NPM else Ecosystem.PYPI


def of(files: tuple[str, ...], wanted: Ecosystem) -> tuple[str, ...]:
    """The files that name packages of one ecosystem."""
    return tuple(path for path in files if ecosystem(path) is wanted)
