"""Reads the folder of sign-offs of a target, and verifies what is in it."""

import os
import stat
from pathlib import Path

from gates.core.model import ToolReport
from gates.core.signed import FOLDER
from gates.core.signing import Asked
from gates.core.signoff_report import File, report
from gates.shell import signatures

LARGEST = 2**16  # bytes; ours are a hundredth of it
MOST = 500


def verified(root: Path, asked: Asked) -> ToolReport:
    """The report of the sign-off gate over the files of a target."""
    return report(files(root), asked, signatures.check)


def files(root: Path) -> tuple[File, ...]:
    """Every .toml file of the folder, by name; one that cannot be read says why."""
    folder = root / FOLDER
    if not folder.resolve().is_relative_to(root.resolve()):
        return (File(path=FOLDER, problem="the folder leads out of the target"),)
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.suffix == ".toml")
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        return (File(path=FOLDER, problem=error.strerror or str(error)),)
    if len(names) > MOST:
        return (File(path=FOLDER, problem=f"it holds {len(names)} files; at most {MOST} are read"),)
    return tuple(one(folder / name, f"{FOLDER}/{name}") for name in names)


def one(file: Path, path: str) -> File:
    """One file; a link, a device or a pipe is none."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        text = "it is a link" if file.is_symlink() else error.strerror or str(error)
        return File(path=path, problem=text)
    with open(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return File(path=path, problem="it is no regular file")
        data = opened.read(LARGEST + 1)
    if len(data) > LARGEST:
        return File(path=path, problem=f"it is larger than {LARGEST} bytes")
    try:
        return File(path=path, text=data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return File(path=path, problem="it is not UTF-8")
