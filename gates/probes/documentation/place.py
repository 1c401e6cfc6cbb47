"""Finds and reads the files of the judged tree, never one outside of it."""

from pathlib import Path

from gates.probes._common import ProbeError


def inside(tree: Path, name: str) -> Path:
    """Return the path of `name` below `tree`. Raises ProbeError if it leads out of it."""
    path = tree / name
    if not path.resolve().is_relative_to(tree.resolve()):
        raise ProbeError(f'"{name}" leads out of the target: name a path below its root')
    return path


def read(tree: Path, name: str) -> str | None:
    """Return the text of a file, None if there is none. Raises ProbeError if it cannot be read."""
    path = inside(tree, name)
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except OSError as error:
        raise ProbeError(f"{name} cannot be read: {error.strerror}") from error
