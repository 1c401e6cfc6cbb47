"""Finds the folders of a repository that hold a service of their own, for one with several."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from gates.shell.layout import NOT_SOURCE

MANIFESTS = ("pyproject.toml", "setup.py", "requirements.txt", "manage.py", "package.json")
_DEPTH = 3


def folders(files: Iterable[str]) -> tuple[str, ...]:
    """Folders below the root with a manifest and source, none inside another."""
    known = tuple(files)
    found: list[str] = []
    for name in sorted(known, key=lambda one: (one.count("/"), one)):
        path = PurePosixPath(name)
        folder = path.parent.as_posix()
        if path.name not in MANIFESTS or folder == "." or len(path.parts) - 1 > _DEPTH:
            continue
        if {part.lower() for part in path.parts[:-1]} & (NOT_SOURCE - {"build"}):
            continue
        if any(folder == one or folder.startswith(f"{one}/") for one in found):
            continue
        if any(_is_source(one) for one in known if one.startswith(f"{folder}/")):
            found.append(folder)
    return tuple(found)


def _is_source(name: str) -> bool:
    return name.endswith((".py", ".js", ".ts", ".mjs")) and not name.endswith("setup.py")


def own_source(files: Iterable[str]) -> bool:
    """Whether the root itself holds a service: a manifest, and source that is not below another."""
    known = tuple(files)
    below = folders(known)
    outside = [one for one in known if not any(one.startswith(f"{folder}/") for folder in below)]
    source = [one for one in outside if _is_source(one)]
    places = [PurePosixPath(one).parts[:-1] for one in source]
    return any(not ({part.lower() for part in parts} & NOT_SOURCE) for parts in places)
