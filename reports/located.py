"""Where a finding is, as code hosts and build servers want it: a file of the repository, a line."""

import posixpath
import re
from functools import lru_cache
from urllib.parse import quote

import msgspec

from gates.core.model import Finding

OUTSIDE = "outside-repo"  # the label of a finding whose place is not in the target
TARGET_FILE = "gatescore.toml"  # what has no file of its own is shown at the target's own
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_LAST_LINE = 2**31 - 1


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """A file, relative to the top of the repository with `/`, and a line from 1 on.

    `placed`: the finding itself names the file. `outside`: it names one that is not in the target.
    """

    path: str
    line: int = 1
    placed: bool = True
    outside: bool = False


def located(finding: Finding, folder: str = "") -> Located:
    """Return where to show a finding; `folder` is the target's root in its repository, or ""."""
    outside = finding.label == OUTSIDE or leaves(finding.path)
    if outside or not finding.path:
        return Located(path=below(folder, TARGET_FILE), placed=False, outside=outside)
    line = finding.line if 0 < finding.line <= _LAST_LINE else 1
    return Located(path=below(folder, finding.path), line=line)


def below(folder: str, path: str) -> str:
    """Return a path of the target as one of its repository; of no folder that leaves it."""
    return path if not folder or leaves(folder) else posixpath.join(folder, path)


@lru_cache(maxsize=4096)  # many findings are in few files
def leaves(path: str) -> bool:
    """Whether a path is absolute or climbs out of the folder that it is relative to."""
    if path.startswith("/") or _DRIVE.match(path):
        return True
    return ".." in path and posixpath.normpath(path).split("/")[0] == ".."


@lru_cache(maxsize=4096)
def uri(path: str) -> str:
    """Return a relative path as a URI reference: every byte but those of plain names as %XX."""
    try:
        raw = path.encode("utf-8", "surrogateescape")  # the bytes of a name that is not UTF-8
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "backslashreplace")
    return quote(raw, safe="/")
